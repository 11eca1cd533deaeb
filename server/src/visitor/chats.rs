//! `POST /w/{site}/chats`: the pre-chat form.

use super::{
    identity,
    sent_form::{FIELDS, SentForm},
};
use crate::edge::{
    client::Client,
    failure::Answer,
    form::{self, Posted},
    in_path::SiteInPath,
    origin,
    state::Server,
};
use axum::extract::{Request, State};
use desk::{sites::Site, tickets::NewChat};
use protocol::{
    Code, EntryId, Field, Refusal,
    form::Started,
    text::{ChatText, EmailAddress, PersonName, Subject},
};
use tracing::instrument;
use widget::ssr::Form;

#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn start(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    request: Request,
) -> Answer {
    origin::check(&site, &server.public, request.headers())?;
    let mut sent = SentForm::of(&request, Form::Chat, &server, &site);
    let mut posted = form::read(request, &FIELDS, None).await?;
    sent.note_language(&posted);
    let id = posted.entry_id(&server.desk);
    let outcome = match new_chat(&mut posted, id, sent.lang(), client) {
        Ok(new) => begin(&server, &site, client, &posted, new).await,
        Err(refusal) => Err(refusal.into()),
    };
    Ok(sent.answer(outcome, posted, id))
}

async fn begin(
    server: &Server,
    site: &Site,
    client: Client,
    posted: &Posted,
    new: NewChat,
) -> Answer<Started> {
    server.rates.ticket(site, client.0)?;
    let new = NewChat { identity: identity::find(server, site, posted).await?, ..new };
    let started = server.desk.start_chat(site, new).await?;
    server.counters.chats.up();
    Ok(started)
}

fn new_chat(
    posted: &mut Posted,
    id: EntryId,
    lang: &str,
    client: Client,
) -> Result<NewChat, Refusal> {
    let name = posted.parse_optional("name", PersonName::parse);
    let email = posted.parse_optional("email", EmailAddress::parse);
    if posted.find("name").is_none() && posted.find("email").is_none() && posted.refusals.is_empty()
    {
        posted.refuse(Refusal::of(Field::Name, Code::NameOrEmailRequired));
    }
    let subject = posted.parse_optional("subject", Subject::parse);
    let queue = posted.queue();
    let text = posted.parse("message", ChatText::parse);
    let page = posted.page();
    let text = posted.complete(text)?;
    let (lang, zone, client) = (lang.into(), posted.zone(), client.network());
    Ok(NewChat { id, name, email, subject, queue, text, page, lang, zone, client, identity: None })
}
