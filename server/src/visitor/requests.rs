//! `POST /w/{site}/requests`: the Ayuda form, with files.

use super::{
    identity,
    sent_form::{FIELDS, SentForm},
};
use crate::edge::{
    client::Client,
    failure::Answer,
    form::{self, Posted, Uploads},
    in_path::SiteInPath,
    origin,
    state::Server,
};
use axum::extract::{Request, State};
use desk::{
    sites::Site,
    tickets::{NewRequest, files::Uploader},
};
use protocol::{
    EntryId, Refusal,
    form::Started,
    text::{EmailAddress, FormText, PersonName, Subject},
};
use tracing::instrument;
use widget::ssr::Form;

#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn open(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    request: Request,
) -> Answer {
    origin::check(&site, &server.public, request.headers())?;
    let mut sent = SentForm::of(&request, Form::Request, &server, &site);
    // Counted before the files are read: over the limit nothing is stored.
    let allowed = server.rates.ticket(&site, client.0);
    let uploads =
        allowed.is_ok().then_some(Uploads { desk: &server.desk, by: Uploader::Form(site.id) });
    let mut posted = form::read(request, &FIELDS, uploads).await?;
    sent.note_language(&posted);
    let id = posted.entry_id(&server.desk);
    let outcome = match (allowed, new_request(&mut posted, id, sent.lang(), client)) {
        (Err(limited), _) => {
            posted.refusals.clear();
            Err(limited.into())
        }
        (Ok(()), Ok(new)) => send(&server, &site, &posted, new).await,
        (Ok(()), Err(refusal)) => Err(refusal.into()),
    };
    posted.let_go(&server.desk).await;
    Ok(sent.answer(outcome, posted, id))
}

async fn send(server: &Server, site: &Site, posted: &Posted, new: NewRequest) -> Answer<Started> {
    let new = NewRequest { identity: identity::find(server, site, posted).await?, ..new };
    let started = server.desk.open_request(site, new).await?;
    server.counters.requests.up();
    Ok(started)
}

fn new_request(
    posted: &mut Posted,
    id: EntryId,
    lang: &str,
    client: Client,
) -> Result<NewRequest, Refusal> {
    let name = posted.parse_optional("name", PersonName::parse);
    let email = posted.parse("email", EmailAddress::parse);
    let subject = posted.parse_optional("subject", Subject::parse);
    let queue = posted.queue();
    let text = posted.parse("message", FormText::parse);
    let page = posted.page();
    let (email, text) = posted.complete(email.zip(text))?;
    let files = posted.files.clone();
    let (lang, zone, client) = (lang.into(), posted.zone(), client.network());
    let identity = None;
    Ok(NewRequest {
        id,
        name,
        email,
        subject,
        queue,
        text,
        files,
        page,
        lang,
        zone,
        client,
        identity,
    })
}
