//! The arguments of a server function, looked at before the function reads them: each is there once, and none is made
//! up.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use protocol::{Code, Refusal};
use serde::de::{
    DeserializeOwned,
    value::{Error, MapDeserializer},
};
use std::{cell::Cell, collections::HashSet};

/// Names and values as they came.
pub(super) type Arguments = Vec<(String, String)>;

/// Reads the body of a call to a function with these arguments. What is in one stands behind its name: `after[at]`.
///
/// # Errors
/// `BodyType` for anything but a form; `FieldUnknown` and `FieldRepeated`, which name the argument.
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
    let mut earlier = HashSet::new();
    for (name, _) in &arguments {
        if !fields.contains(&argument_of(name)) {
            return Err(Refusal::named(name, Code::FieldUnknown));
        }
        if !earlier.insert(name) {
            return Err(Refusal::named(name, Code::FieldRepeated));
        }
    }
    Ok(arguments)
}

/// Why a function could not read its arguments: one is missing, or the last that was looked at is of another form.
pub(super) fn blame<T: DeserializeOwned>(arguments: &Arguments) -> Option<Refusal> {
    let last = Cell::new(None);
    let pairs = arguments.iter().map(|(name, value)| {
        last.set(Some(name.as_str()));
        (name.as_str(), value.as_str())
    });
    let outcome = T::deserialize(MapDeserializer::<_, Error>::new(pairs));
    let words = outcome.err().map(|error| error.to_string()).unwrap_or_default();
    let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let inside = || arguments.iter().map(|(name, _)| name.as_str()).find(|name| name.contains('['));
    match (missing, last.get()) {
        (Some(missing), _) => Some(Refusal::named(missing, Code::Required)),
        (None, last) if !words.is_empty() => last.map(|name| Refusal::named(name, Code::Invalid)),
        // One argument has more in it than a text.
        (None, _) => inside().map(|name| Refusal::named(argument_of(name), Code::Invalid)),
    }
}

fn argument_of(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{chats::EndChat, mails::Mails};
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
            ("ticket=1&reason=a&admin=1", Refusal::named("admin", Code::FieldUnknown)),
            ("admin[x]=1", Refusal::named("admin[x]", Code::FieldUnknown)),
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
        for (body, refusal) in [
            ("", Some(Refusal::named("ticket", Code::Required))),
            (
                "ticket=01990000-0000-7000-8000-000000000000",
                Some(Refusal::named("reason", Code::Required)),
            ),
            ("reason=a&ticket=x", Some(Refusal::named("ticket", Code::Invalid))),
            ("reason=a&ticket=01990000-0000-7000-8000-000000000000", None),
        ] {
            let arguments = of_a_form(body).expect("their names are right");
            assert_eq!(blame::<EndChat>(&arguments), refusal, "{body}");
        }
        // A page of mails begins after a place, or with the newest.
        for (body, refusal) in
            [("", None), ("after[at]=x", Some(Refusal::named("after", Code::Invalid)))]
        {
            let arguments = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            assert_eq!(blame::<Mails>(&arguments), refusal, "{body}");
        }
    }
}
