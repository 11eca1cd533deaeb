//! What stands around the log: who waits or types, the composer, and the words after a chat.

use super::super::{
    dom,
    state::{PendingCommand, State},
};
use crate::markup::{Class, Id};
use protocol::{Timestamp, names::first_name, visitor::Done};

pub fn draw(state: &State, now: Timestamp) {
    let page = &state.page;
    let model = state.view_model();
    dom::text(Id::Waiting, &model.waiting());
    dom::text(Id::NoComposer, &model.no_composer());
    dom::text(Id::Receipt, &state.receipt(now));
    let typing = match &state.typing_agent {
        Some(name) => page.fill("is_typing", &[("name", first_name(name))]),
        None => String::new(),
    };
    dom::text(Id::TypingName, &typing);
    dom::show(Id::Typing, !typing.is_empty());
    dom::show(Id::Newest, !state.at_end);
    let newest = match state.unread {
        0 => page.t("newest"),
        n => page.strings.count("panel.newer", n as u64),
    };
    dom::text(Id::NewestText, &newest);
    dom::show(Id::DropZone, state.is_dragging);
    dom::text(Id::Alert, &state.alert);
    composer(state);
    if let Some(email) = state.ticket.as_ref().and_then(|ticket| ticket.email.as_deref()) {
        let email = [("email", email)];
        dom::text(Id::CardMail, &page.fill(model.card_mail(), &email));
        let (mailed, offered) = state.transcript_words();
        let mailed = page.fill(mailed, &email);
        dom::text(Id::MailTranscript, &page.t(offered));
        for line in dom::by_class(Class::MailedTo) {
            dom::set_text(&line, &mailed);
        }
    }
    dom::text(Id::RatingError, &state.rating_error);
    refused(state, Done::Contact, Id::ContactEmail, Id::ContactError);
    refused(state, Done::Transcript, Id::TranscriptEmail, Id::TranscriptError);
    on_its_way(state, Done::Contact, Id::ContactEmail);
    on_its_way(state, Done::Transcript, Id::TranscriptEmail);
    on_its_way(state, Done::Rating, Id::Comment);
}

/// Nothing is typed behind a command that takes its field away with the answer.
fn on_its_way(state: &State, command: Done, field: Id) {
    if let Some(field) = dom::by_id(field) {
        let is_sent = state.pending == PendingCommand::Sent(command);
        dom::attribute(&field, "readonly", is_sent.then_some(""));
    }
}

fn composer(state: &State) {
    let (words, is_over) = state.composer_length();
    dom::text(Id::ComposerLength, &words);
    if let Some(length) = dom::by_id(Id::ComposerLength) {
        let class = if is_over { "grow length bad" } else { "grow length" };
        dom::attribute(&length, "class", Some(class));
    }
    if let Some(area) = dom::by_id(Id::ComposerMessage) {
        dom::attribute(&area, "aria-invalid", is_over.then_some("true"));
        dom::attribute(&area, "placeholder", Some(&state.page.t(state.view_model().write())));
        dom::attribute(&area, "readonly", (!state.can_write()).then_some(""));
    }
    if let Some(send) = dom::by_id(Id::Send) {
        dom::attribute(&send, "aria-disabled", state.is_uploading().then_some("true"));
    }
}

/// A command's refusal in words beside its one field.
fn refused(state: &State, command: Done, field: Id, error: Id) {
    let words = match state.pending {
        PendingCommand::Refused(what, refusal) if what == command => {
            state.page.word_refusal(&refusal)
        }
        _ => String::new(),
    };
    dom::text(error, &words);
    if let Some(field) = dom::by_id(field) {
        dom::attribute(&field, "aria-invalid", (!words.is_empty()).then_some("true"));
    }
}
