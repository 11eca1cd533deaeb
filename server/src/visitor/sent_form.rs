//! The answer to the chat form and the Ayuda form.

use super::panel::PanelRequest;
use crate::edge::{
    error_responses::InLanguage,
    failure::{Answer, Failure},
    form::Posted,
    request_info::{form_language, wants_json},
    respond::created,
    state::Server,
};
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use desk::sites::Site;
use protocol::{EntryId, form::Started};
use widget::ssr::{self, Form, Typed};

/// What either form may hold: they are one form on the page, so a request may come with a subject that was typed for a
/// chat.
pub(crate) const FIELDS: [&str; 10] =
    ["id", "name", "email", "subject", "queue", "message", "page", "lang", "zone", "identity"];

/// A form that was sent, and how its answer is wanted.
pub(crate) struct SentForm<'a> {
    server: &'a Server,
    site: &'a Site,
    form: Form,
    panel: PanelRequest,
    wants_json: bool,
}

impl<'a> SentForm<'a> {
    pub(crate) fn of(request: &Request, form: Form, server: &'a Server, site: &'a Site) -> Self {
        let panel = PanelRequest::of(request, site);
        Self { server, site, form, panel, wants_json: wants_json(request.headers()) }
    }

    /// Takes down the language that the form names, which is the panel's own.
    pub(crate) fn note_language(&mut self, posted: &Posted) {
        if let Some(lang) = form_language(self.panel.uri(), posted.text("lang")) {
            self.panel.reader.lang = lang;
        }
    }

    /// The language of whoever sent it.
    pub(crate) fn lang(&self) -> &'static str {
        self.panel.reader.lang
    }

    /// JSON for a script; else the panel again, with the number, or with the form and everything that was typed.
    pub(crate) fn answer(&self, outcome: Answer<Started>, posted: Posted, id: EntryId) -> Response {
        match outcome {
            Ok(started) if self.wants_json => created(started),
            Err(failure) if self.wants_json => {
                let mut response = failure.into_response();
                response.extensions_mut().insert(InLanguage(self.lang()));
                response
            }
            Ok(started) => {
                let email = posted.find("email").map(|email| email.trim().to_owned());
                let answer = ssr::Answer::Started { form: self.form, started, email };
                let next = self.server.desk.clock().new_entry_id();
                self.panel.show(self.server, self.site, next, Some(answer))
            }
            Err(failure) => self.refuse(failure, posted, id),
        }
    }

    fn refuse(&self, failure: Failure, mut posted: Posted, id: EntryId) -> Response {
        let typed = Typed {
            name: posted.text("name").into(),
            email: posted.text("email").into(),
            subject: posted.text("subject").into(),
            queue: posted.text("queue").into(),
            message: posted.text("message").into(),
        };
        posted.refuse(failure.refusal);
        let id = failure.next_form_id(id, &self.server.desk);
        let answer = ssr::Answer::Refused { form: self.form, refusals: posted.refusals, typed };
        failure.on_page(self.panel.show(self.server, self.site, id, Some(answer)))
    }
}
