//! `POST /w/{site}/requests`: the Ayuda form, with files.

use crate::{
    edge::{
        access,
        client::Client,
        failure::Answer,
        form::{self, Posted, Uploads},
        origin, request_info,
        state::Server,
    },
    visitor::{chats::Sent, panel::Asked},
};
use axum::extract::{Path, Request, State};
use desk::{sites::Site, tickets::NewRequest};
use protocol::{
    EntryId,
    form::Started,
    text::{EmailAddress, FormText, PersonName},
};
use widget::ssr::Form;

/// Chat and Ayuda are one form on the page, so the chat's subject comes along; a request has none.
const FIELDS: [&str; 8] = ["id", "name", "email", "subject", "message", "page", "lang", "zone"];

pub(crate) async fn ask(
    State(server): State<Server>,
    Path(key): Path<String>,
    client: Client,
    request: Request,
) -> Answer {
    let site = access::site(&server, &key)?;
    origin::check(&site, &server.public, request.headers())?;
    let wants_json = request_info::wants_json(request.headers());
    let asked = Asked::of(&request, &site);
    // Counted before the files are taken: over the limit nothing is stored.
    let allowed = server.rates.ticket(&site, client.0);
    let uploads = allowed.is_ok().then_some(Uploads { desk: &server.desk, site: &site });
    let mut posted = form::read(request, &FIELDS, uploads).await?;
    let id = posted.entry_id(&server.desk);
    let outcome = match (allowed, new_request(&mut posted, id, asked.lang)) {
        (Err(too_often), _) => {
            posted.refusals.clear();
            Err(too_often.into())
        }
        (Ok(()), Some(new)) => send(&server, &site, new).await,
        (Ok(()), None) => Err(posted.refusals[0].into()),
    };
    let form = Form::Request;
    let sent = Sent { server: &server, site: &site, asked: &asked, form, wants_json };
    Ok(sent.answer(outcome, posted, id))
}

async fn send(server: &Server, site: &Site, new: NewRequest) -> Answer<Started> {
    let started = server.desk.ask(site, new).await?;
    server.counters.requests.up();
    Ok(started)
}

fn new_request(posted: &mut Posted, id: EntryId, lang: &str) -> Option<NewRequest> {
    let name = posted.parse_optional("name", PersonName::parse);
    let email = posted.parse("email", EmailAddress::parse);
    let text = posted.parse("message", FormText::parse);
    let page = posted.page();
    let (email, text) = email.zip(text).filter(|_| posted.refusals.is_empty())?;
    let files = posted.files.clone();
    let lang = lang.into();
    Some(NewRequest { id, name, email, text, files, page, lang, zone: posted.zone() })
}
