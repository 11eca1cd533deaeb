//! Forms: each is submitted by script, so that the document stays.

use super::{
    super::{answers, dom, files, js, own, runtime, state::Submission},
    upload,
};
use crate::{
    markup::Id,
    page::{Form, PanelPage, Typed},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, File, FormData};

pub fn on_submit(event: &Event, form: &Element) {
    event.prevent_default();
    match dom::id_of(form) {
        Some(Id::Intake) => submit(form),
        Some(Id::Composer) => send_message(),
        Some(Id::Contact) => {
            let email = dom::value(Id::ContactEmail);
            runtime::change(|state, env| state.contact(&email, env));
        }
        Some(Id::Transcript) => {
            let email = dom::value(Id::TranscriptEmail);
            runtime::change(|state, env| state.transcript_to(&email, env));
        }
        Some(Id::Rating) => rate(),
        _ => {}
    }
}

/// Sends what the composer holds.
pub fn send_message() {
    let text = dom::value(Id::ComposerMessage);
    runtime::change(|state, env| state.send_message(js::new_id(), &text, env));
}

fn rate() {
    let chosen = dom::find_all(Id::Rating, ":checked").pop();
    let score = chosen.and_then(|input| input.get_attribute("value")?.parse::<u8>().ok());
    let comment = dom::value(Id::Comment);
    runtime::change(|state, env| state.rate(score, &comment, env));
}

/// The form: checked as the server checks it, then posted.
fn submit(form: &Element) {
    let Ok(data) = FormData::new_with_form(form.unchecked_ref()) else { return };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    let typed = Typed {
        name: text("name"),
        email: text("email"),
        subject: text("subject"),
        message: text("message"),
        queue: text("queue"),
    };
    runtime::change(|state, _| {
        if let Some(sent) = state.submit(typed) {
            let files = match sent.form {
                Form::Chat => Vec::new(),
                Form::Request => files::not_refused(state.page.file_bytes),
            };
            data.delete("files");
            for file in &files {
                let _ = data.append_with_blob_and_filename("files", file, &file.name());
            }
            if let Some(host) = &state.host_page {
                let _ = data.set_with_str("page", host);
            }
            own::add_identity(state, &data);
            post(&state.page, sent, &data, files);
        }
    });
}

/// `files` go with it. What was chosen beside them comes into the composer; with a chat, which takes none, it is sent
/// from there.
fn post(page: &PanelPage, sent: Submission, data: &FormData, files: Vec<File>) {
    let path = page.address(sent.form.path());
    let is_chat = sent.form == Form::Chat;
    let done = dom::callback_once(move |text| {
        let answer = answers::to_form(&text);
        let later = files::chosen_beside(&files);
        runtime::change(|state, env| state.form_answered(sent, answer, env));
        upload::take_along(later, is_chat);
    });
    js::request("POST", &path, "", data, &JsValue::NULL, &done);
}
