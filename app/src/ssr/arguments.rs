//! The arguments of a server function, looked at before the function reads them: each is there once, and none is made up.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use protocol::{Code, Refusal};
use serde::de::{
    DeserializeOwned,
    value::{Error, MapDeserializer},
};
use std::cell::Cell;

/// Names and values as they came.
pub(super) type Arguments = Vec<(String, String)>;

/// Reads the body of a call to a function with these arguments.
///
/// # Errors
/// `BodyType` for anything but a form; `FieldUnknown`, `FieldRepeated` and `Required`, which name the argument.
pub(super) fn read(
    headers: &HeaderMap,
    body: &[u8],
    fields: &[&str],
) -> Result<Arguments, Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
    if !is_form && !body.is_empty() {
        return Err(Refusal::new(Code::BodyType));
    }
    let arguments: Arguments = form_urlencoded::parse(body).into_owned().collect();
    for (at, (name, _)) in arguments.iter().enumerate() {
        if !fields.contains(&name.as_str()) {
            return Err(Refusal::named(name, Code::FieldUnknown));
        }
        if arguments[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(Refusal::named(name, Code::FieldRepeated));
        }
    }
    match fields.iter().find(|field| !arguments.iter().any(|(name, _)| name == *field)) {
        Some(missing) => Err(Refusal::named(missing, Code::Required)),
        None => Ok(arguments),
    }
}

/// The argument at which reading them stops.
pub(super) fn blame<T: DeserializeOwned>(arguments: &Arguments) -> Option<&str> {
    let last = Cell::new(None);
    let pairs = arguments.iter().map(|(name, value)| {
        last.set(Some(name.as_str()));
        (name.as_str(), value.as_str())
    });
    let outcome = T::deserialize(MapDeserializer::<_, Error>::new(pairs));
    outcome.is_err().then(|| last.get()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::chats::EndChat;
    use axum::http::HeaderValue;

    fn of_a_form(body: &str) -> Result<Arguments, Refusal> {
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, kind);
        read(&headers, body.as_bytes(), protocol::variants::fields::<EndChat>())
    }

    #[test]
    fn an_argument_that_is_not_one_is_named() {
        for (body, refusal) in [
            ("", Refusal::named("ticket", Code::Required)),
            ("ticket=1", Refusal::named("reason", Code::Required)),
            ("ticket=1&reason=a&admin=1", Refusal::named("admin", Code::FieldUnknown)),
            ("ticket=1&reason=a&ticket=2", Refusal::named("ticket", Code::FieldRepeated)),
        ] {
            assert_eq!(of_a_form(body), Err(refusal), "{body}");
        }
        let kind = read(&HeaderMap::new(), b"{}", &[]);
        assert_eq!(kind, Err(Refusal::new(Code::BodyType)));
        assert_eq!(read(&HeaderMap::new(), b"", &[]), Ok(Vec::new()));
    }

    #[test]
    fn the_argument_that_cannot_be_read_is_to_blame() {
        let bad = of_a_form("reason=a&ticket=x").expect("their names are right");
        assert_eq!(blame::<EndChat>(&bad), Some("ticket"));
        let good = of_a_form("reason=a&ticket=01990000-0000-7000-8000-000000000000");
        assert_eq!(blame::<EndChat>(&good.expect("their names are right")), None);
    }
}
