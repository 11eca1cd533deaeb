//! The reply of a visitor who comes back.

use super::super::field::{FileField, file_field, file_limits, refused};
use crate::{
    escape::escape_textarea,
    markup::Id,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;
use protocol::{Field, Refusal};

/// The form; at a removed site what was typed, to be copied, and why it goes nowhere.
pub fn reply(page: &TicketPage) -> AnyView {
    if page.ticket.site_removed {
        return cannot_write(page).into_any();
    }
    form(page).into_any()
}

fn cannot_write(page: &TicketPage) -> impl IntoView + use<> {
    let typed = match &page.answer {
        Some(TicketAnswer::ReplyRefused { message, .. }) if !message.is_empty() => {
            Some(message.clone())
        }
        _ => None,
    };
    let typed = typed.map(|text| {
        view! {
            <textarea
                readonly
                rows="4"
                dir="auto"
                aria-label=page.t("reply")
                inner_html=escape_textarea(&text)
            ></textarea>
        }
    });
    view! { <section class="reply field"><p class="card">{page.t("cannot_write")}</p> {typed}</section> }
}

fn form(page: &TicketPage) -> impl IntoView + use<> {
    let (refusals, text) = match &page.answer {
        Some(TicketAnswer::ReplyRefused { refusals, message }) => {
            (refusals.as_slice(), message.as_str())
        }
        _ => (&[][..], ""),
    };
    let is_of_files = |refusal: &&Refusal| refusal.known_field() == Some(Field::Files);
    let word = |refusal| page.strings.refusal(refusal);
    let files_error = refusals.iter().find(is_of_files).map(word);
    let error = refusals.iter().find(|refusal| !is_of_files(refusal)).map(word);
    let (n, size) = file_limits(page.file_bytes);
    let hint = page.fill("files_hint", &[("n", &n), ("size", &size)]);
    view! {
        <form
            class="reply"
            method="post"
            action=page.address("")
            enctype="multipart/form-data"
            novalidate
        >
            <input type="hidden" name="id" value=page.form_id.to_string()/>
            <div class="field">
                <label for=Id::Message.as_str()>{page.t("reply")}</label>
                <textarea
                    id=Id::Message.as_str()
                    name="message"
                    rows="4"
                    dir="auto"
                    inner_html=escape_textarea(text)
                    {..refused(error.as_deref().unwrap_or_default(), Id::MessageError)}
                ></textarea>
                {error
                    .map(|words| {
                        view! { <p class="error" id=Id::MessageError.as_str() role="alert">{words}</p> }
                    })}
            </div>
            <div class="field">
                {file_field(
                    FileField {
                        label: page.t("files"),
                        optional: page.t("optional"),
                        choose: page.t("choose_files"),
                        hint,
                        drag: None,
                    },
                    false,
                    files_error.is_some(),
                )}
                {files_error.map(|words| view! { <p class="error" role="alert">{words}</p> })}
            </div>
            <p><button class="btn primary">{page.t("send")}</button></p>
        </form>
    }
}
