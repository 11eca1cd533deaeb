//! Calls of server functions from the browser: a form that is posted, and JSON that comes back.

use super::ApiError;
use crate::json;
use protocol::{Code, Refusal};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response, UrlSearchParams};

/// An argument as a form has it; none: it is left out.
pub(super) fn text(argument: &impl Serialize) -> Option<String> {
    match serde_json::to_value(argument).ok()? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// Posts the arguments; the answer as it came.
///
/// # Errors
/// What the server refused; `TryAgain` when it could not be asked.
pub(super) async fn call(
    path: &str,
    arguments: &[(&str, Option<String>)],
) -> Result<String, ApiError> {
    let (is_done, answer) =
        post(path, arguments).await.map_err(|_| ApiError(Refusal::new(Code::TryAgain)))?;
    if is_done {
        return Ok(answer);
    }
    let refused = json::read::<ApiError>(&answer);
    Err(refused.unwrap_or(ApiError(Refusal::new(Code::Internal))))
}

/// Reads an answer.
///
/// # Errors
/// `Internal` for one that is none.
pub(super) fn read<T: DeserializeOwned>(answer: &str) -> Result<T, ApiError> {
    json::read(answer).ok_or(ApiError(Refusal::new(Code::Internal)))
}

/// Whether it was done, and what came back.
async fn post(path: &str, arguments: &[(&str, Option<String>)]) -> Result<(bool, String), JsValue> {
    let form = UrlSearchParams::new()?;
    for (name, value) in arguments {
        if let Some(value) = value {
            form.append(name, value);
        }
    }
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&form);
    let answer = leptos::prelude::window().fetch_with_str_and_init(path, &request);
    let answer: Response = JsFuture::from(answer).await?.dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?;
    Ok((answer.ok(), text.as_string().unwrap_or_default()))
}
