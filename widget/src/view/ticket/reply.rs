//! The reply of a visitor who comes back.

use super::super::field::{FileField, file_field, file_limits, refused};
use crate::{
    escape::escape_textarea,
    markup::Id,
    page::{TicketAnswer, TicketPage},
};
use leptos::prelude::*;
use protocol::{Code, Field, Refusal, entry::Removed, file::Attachment};

/// The form; at a removed site what was typed, to be copied, and why it goes nowhere.
pub fn reply(page: &TicketPage) -> AnyView {
    if page.ticket.removed.is_some() {
        return cannot_write(page).into_any();
    }
    form(page).into_any()
}

fn cannot_write(page: &TicketPage) -> impl IntoView + use<> {
    let words = match page.ticket.removed {
        Some(Removed::Queue | Removed::Agent) => "only_end",
        _ => "cannot_write",
    };
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
    view! { <section class="reply field"><p class="card">{page.t(words)}</p> {typed}</section> }
}

fn form(page: &TicketPage) -> impl IntoView + use<> {
    let (refusals, text, refused_files, kept_files) = match &page.answer {
        Some(TicketAnswer::ReplyRefused { refusals, message, refused_files, kept_files }) => {
            (&refusals[..], message.as_str(), &refused_files[..], &kept_files[..])
        }
        _ => (&[][..], "", &[][..], &[][..]),
    };
    let is_of_files = |refusal: &&Refusal| refusal.known_field() == Some(Field::Files);
    let error = refusals.iter().find(|refusal| !is_of_files(refusal));
    let error = error.map(|refusal| match (refusal.known_field(), refusal.code) {
        (Some(Field::Message), Code::Required) => page.t("reply_missing"),
        _ => page.strings.refusal(refusal),
    });
    let mut files_errors: Vec<String> =
        refused_files.iter().map(|(name, refusal)| file_error(page, name, refusal)).collect();
    if files_errors.is_empty() {
        files_errors.extend(refusals.iter().find(is_of_files).map(|r| page.strings.refusal(r)));
    }
    let files_refused = !files_errors.is_empty();
    let lines: Vec<_> =
        files_errors.into_iter().map(|words| view! { <p class="error">{words}</p> }).collect();
    // The page's script puts one there, too.
    let files_errors =
        files_refused.then(|| view! { <div id=Id::FilesError.as_str() role="alert">{lines}</div> });
    let (n, size) = file_limits(page.file_bytes);
    let hint = page.fill("files_hint", &[("n", &n), ("size", &size)]);
    view! {
        <form
            class="reply"
            method="post"
            action=page.address(if page.link.is_some() { "/open" } else { "" })
            enctype="multipart/form-data"
            novalidate
        >
            <input type="hidden" name="id" value=page.form_id.to_string()/>
            {page.link.clone().map(|key| view! { <input type="hidden" name="link" value=key/> })}
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
            {page.link.is_none().then(|| view! {
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
                        files_refused,
                    )}
                    {files_errors} {kept(page, kept_files)}
                </div>
            })}
            <p><button class="btn primary">{page.t("send")}</button></p>
        </form>
    }
}

/// `malo.exe: no aceptamos archivos de este tipo.`
fn file_error(page: &TicketPage, name: &str, refusal: &Refusal) -> String {
    let why = page.strings.refusal(refusal);
    let mut letters = why.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>());
    let why = [first.as_deref().unwrap_or_default(), letters.as_str()].concat();
    page.fill("file_refused", &[("file", name), ("why", &why)])
}

/// The files of the try before that come along with the next one.
fn kept(page: &TicketPage, files: &[Attachment]) -> Option<AnyView> {
    if files.is_empty() {
        return None;
    }
    let ids: Vec<String> = files.iter().map(|file| file.id.to_string()).collect();
    let names: Vec<_> = files
        .iter()
        .map(|file| view! { <p class="hint">{page.fill("file_kept", &[("file", &file.name)])}</p> })
        .collect();
    Some(view! { <input type="hidden" name="kept" value=ids.join(" ")/> {names} }.into_any())
}
