//! One file to the server, with its progress.

use protocol::{Code, Field, Refusal, TicketId, file::Attachment, problem::Problem};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// The network or the server failed it; it may be tried again.
const PASSING: Refusal = Refusal::of(Field::Files, Code::TryAgain);

/// Sends a file for a ticket. `progress` hears 0 to 100; `done` the stored file, or why it was refused.
pub fn upload(
    ticket: TicketId,
    file: &File,
    progress: impl Fn(u8) + 'static,
    done: impl FnOnce(Result<Attachment, Refusal>) + 'static,
) {
    let Ok(request) = XmlHttpRequest::new() else {
        return done(Err(PASSING));
    };
    if let Ok(sending) = request.upload() {
        let heard = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 100"
                )]
                progress((event.loaded() * 100.0 / event.total()) as u8);
            }
        });
        sending.set_onprogress(Some(heard.into_js_value().unchecked_ref()));
    }
    let answered = request.clone();
    request.set_onloadend(Some(
        Closure::once_into_js(move || done(answer(&answered))).unchecked_ref(),
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
        serde_json::from_str(&text).map_err(|_| PASSING)
    } else {
        Err(serde_json::from_str::<Problem>(&text).map_or(PASSING, |problem| problem.refusal()))
    }
}
