//! Sends a file to the server.

use crate::json;
use protocol::{Code, Field, Refusal, TicketId, file::Attachment, problem::Problem};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// The network or the server failed; the file may be sent again.
const TRY_AGAIN: Refusal = Refusal::of(Field::Files, Code::TryAgain);

/// Sends a file for a ticket. `on_progress` receives 0 to 100 percent; `on_done` the stored file, or why it was
/// refused.
pub fn upload(
    ticket: TicketId,
    file: &File,
    on_progress: impl Fn(u8) + 'static,
    on_done: impl FnOnce(Result<Attachment, Refusal>) + 'static,
) {
    let Ok(request) = XmlHttpRequest::new() else {
        return on_done(Err(TRY_AGAIN));
    };
    if let Ok(upload) = request.upload() {
        let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 100"
                )]
                on_progress((event.loaded() * 100.0 / event.total()) as u8);
            }
        });
        upload.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
    }
    let ended = request.clone();
    request.set_onloadend(Some(
        Closure::once_into_js(move || on_done(answer(&ended))).unchecked_ref(),
    ));
    let _ = send(&request, ticket, file);
}

fn send(request: &XmlHttpRequest, ticket: TicketId, file: &File) -> Result<(), JsValue> {
    let form = FormData::new()?;
    form.append_with_blob_and_filename("file", file, &file.name())?;
    request.open("POST", &format!("/console/files?ticket={ticket}"))?;
    request.set_request_header("Accept", "application/json")?;
    request.send_with_opt_form_data(Some(&form))
}

fn answer(request: &XmlHttpRequest) -> Result<Attachment, Refusal> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    if request.status() == Ok(201) {
        json::read(&text).ok_or(TRY_AGAIN)
    } else {
        Err(json::read::<Problem>(&text).map_or(TRY_AGAIN, |problem| problem.refusal()))
    }
}
