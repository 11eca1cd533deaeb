//! `POST /w/{site}/chats`: the pre-chat form.

use crate::{
    edge::{
        access,
        client::Client,
        failure::{Answer, Failure},
        form::{self, Posted},
        origin, request_info,
        state::Server,
    },
    visitor::panel::Asked,
};
use axum::{
    Json,
    extract::{Path, Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use desk::{sites::Site, tickets::NewChat};
use protocol::{
    Code, EntryId, Field, Refusal,
    form::Started,
    text::{ChatText, EmailAddress, PersonName, Subject},
};
use widget::ssr::{Form, Typed};

const FIELDS: [&str; 8] = ["id", "name", "email", "subject", "message", "page", "lang", "zone"];

pub(crate) async fn start(
    State(server): State<Server>,
    Path(key): Path<String>,
    client: Client,
    request: Request,
) -> Answer {
    let site = access::site(&server, &key)?;
    origin::check(&site, &server.public, request.headers())?;
    let wants_json = request_info::wants_json(request.headers());
    let asked = Asked::of(&request, &site);
    let mut posted = form::read(request, &FIELDS, None).await?;
    let id = posted.entry_id(&server.desk);
    let sent = Sent { server: &server, site: &site, asked: &asked, form: Form::Chat, wants_json };
    let outcome = match new_chat(&mut posted, id, asked.lang) {
        Some(new) => begin(&server, &site, client, new).await,
        None => Err(posted.refusals[0].into()),
    };
    Ok(sent.answer(outcome, posted, id))
}

async fn begin(server: &Server, site: &Site, client: Client, new: NewChat) -> Answer<Started> {
    server.rates.ticket(site, client.0)?;
    let started = server.desk.start_chat(site, new).await?;
    server.counters.chats.up();
    Ok(started)
}

fn new_chat(posted: &mut Posted, id: EntryId, lang: &str) -> Option<NewChat> {
    let name = posted.parse_optional("name", PersonName::parse);
    let email = posted.parse_optional("email", EmailAddress::parse);
    if posted.find("name").is_none() && posted.find("email").is_none() && posted.refusals.is_empty()
    {
        posted.refusals.push(Refusal::of(Field::Name, Code::NameOrEmailRequired));
    }
    let subject = posted.parse_optional("subject", Subject::parse);
    let text = posted.parse("message", ChatText::parse);
    let page = posted.page();
    let text = text.filter(|_| posted.refusals.is_empty())?;
    Some(NewChat { id, name, email, subject, text, page, lang: lang.into(), zone: posted.zone() })
}

/// A form that was sent, and how its answer is wanted.
pub(crate) struct Sent<'a> {
    pub(crate) server: &'a Server,
    pub(crate) site: &'a Site,
    pub(crate) asked: &'a Asked,
    pub(crate) form: Form,
    pub(crate) wants_json: bool,
}

impl Sent<'_> {
    /// JSON for a script; else the panel again, with the number, or with the form and everything that was typed.
    pub(crate) fn answer(&self, outcome: Answer<Started>, posted: Posted, id: EntryId) -> Response {
        match outcome {
            Ok(started) if self.wants_json => (StatusCode::CREATED, Json(started)).into_response(),
            Err(failure) if self.wants_json => failure.into_response(),
            Ok(started) => {
                let email = posted.find("email").map(|email| email.trim().to_owned());
                let answer = widget::ssr::Answer::Started { form: self.form, started, email };
                let next = self.server.desk.options().clock.new_entry_id();
                self.asked.show(self.server, self.site, next, Some(answer), StatusCode::OK)
            }
            Err(failure) => self.refuse(failure, posted, id),
        }
    }

    fn refuse(&self, failure: Failure, posted: Posted, id: EntryId) -> Response {
        let typed = Typed {
            name: posted.text("name").into(),
            email: posted.text("email").into(),
            subject: posted.text("subject").into(),
            message: posted.text("message").into(),
        };
        let mut refusals = posted.refusals;
        if !refusals.contains(&failure.refusal) {
            refusals.push(failure.refusal);
        }
        self.server.counters.refusals.up();
        let answer = widget::ssr::Answer::Refused { form: self.form, refusals, typed };
        let status = failure.form_status();
        let mut response = self.asked.show(self.server, self.site, id, Some(answer), status);
        if let Some(wait) = failure.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, wait);
        }
        response
    }
}
