//! Asks the server to draw a page of a PDF.

use crate::json;
use protocol::{Code, FileId, Refusal, problem::Problem};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::XmlHttpRequest;

/// How many pages there are, beside a page (`server/src/edge/files.rs`).
const PAGES: &str = "ayuda-pages";

/// Where a page of the file is as a picture, counted from 1.
pub fn address(file: FileId, page: u32) -> String {
    format!("/console/files/{file}/page/{page}")
}

/// Has the page drawn. `then` receives how many pages the file has, or why there is no picture of this one; the picture
/// itself is in the browser's cache by then.
pub fn ask(file: FileId, page: u32, then: impl FnOnce(Result<u32, Refusal>) + 'static) {
    let Ok(request) = XmlHttpRequest::new() else {
        return then(Err(Refusal::new(Code::TryAgain)));
    };
    let ended = request.clone();
    request
        .set_onloadend(Some(Closure::once_into_js(move || then(answer(&ended))).unchecked_ref()));
    let _ = send(&request, &address(file, page));
}

fn send(request: &XmlHttpRequest, address: &str) -> Result<(), JsValue> {
    request.open("GET", address)?;
    request.set_request_header("Accept", "image/png, application/json")?;
    request.send()
}

fn answer(request: &XmlHttpRequest) -> Result<u32, Refusal> {
    if request.status() == Ok(200) {
        let pages = request.get_response_header(PAGES).ok().flatten();
        return Ok(pages.and_then(|pages| pages.parse().ok()).unwrap_or(1));
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let problem = json::read::<Problem>(&text);
    Err(problem.map_or(Refusal::new(Code::TryAgain), |problem| problem.refusal()))
}
