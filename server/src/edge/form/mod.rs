//! Reads what visitors post: a form with or without files, or JSON. What is wrong with one field does not lose the
//! others, for they go back into the form.

mod again;
mod fields;
mod multipart;
mod one_file;
mod posted;

pub(crate) use again::page as again;
pub(crate) use multipart::{DRAIN_BYTES, Uploads};
pub(crate) use one_file::read_file;
pub(crate) use posted::Posted;

use crate::edge::{
    failure::{Answer, Failure},
    form_room::FormRoom,
    page::Reader,
    request_info::wants_page,
};
use axum::{
    extract::Request,
    http::{Method, header::CONTENT_TYPE},
};
use fields::{FIELD_BYTES, known, unknown, unreadable};
use futures_util::StreamExt;
use percent_encoding::percent_decode;
use protocol::{Code, Field, Refusal, limits};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use std::{borrow::Cow, fmt};

/// A form without files, in bytes: the longest text that is given back, each byte of it percent-encoded.
const FORM_BYTES: usize = 3 * FIELD_BYTES + 64 * 1024;

/// Every field that a form of a visitor has.
const ALL_NAMES: [&str; 11] = [
    "id", "name", "email", "subject", "message", "score", "comment", "page", "lang", "zone",
    "identity",
];

/// The answer to a form that failed before anybody read it: a page with what was typed, where a person waits for one.
pub(crate) async fn give_back(request: Request, failure: Failure, lang: &str) -> Answer {
    let is_typed = request.method() == Method::POST && wants_page(request.headers());
    if !is_typed || !failure.status().is_server_error() {
        return Err(failure);
    }
    let reader = Reader::of(&request, lang);
    let path = request.uri().path().to_owned();
    let posted = read(request, &ALL_NAMES, None).await?;
    Ok(again(failure, &reader, &path, &posted))
}

/// The answer to a form of somebody who is signed in no more: a page with what was typed. It is sent again once they are.
pub(crate) async fn give_back_signed_out(request: Request, lang: &str) -> Answer {
    const NAMES: [&str; 5] = ["id", "subject", "type", "message", "number"];
    let failure = Failure::of(Code::SignInRequired);
    let reader = Reader::of(&request, lang);
    let path = request.uri().path().to_owned();
    let posted = read(request, &NAMES, None).await?;
    Ok(again(failure, &reader, &path, &posted))
}

/// Reads a body of any of the three kinds. Fields outside `names` are refused; files only come with `uploads`.
pub(crate) async fn read(
    mut request: Request,
    names: &[&'static str],
    uploads: Option<Uploads<'_>>,
) -> Answer<Posted> {
    // Where nobody counts (a test that calls a handler) there is room.
    let held = request.extensions_mut().remove::<FormRoom>().unwrap_or_default();
    let mut posted = Posted::new(held.take());
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        multipart::read(request, names, uploads, &mut posted).await?;
        return Ok(posted);
    }
    let mut body = Vec::new();
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::of(Code::BodyInvalid))?;
        if body.len() + chunk.len() > FORM_BYTES {
            return Err(too_long(names));
        }
        posted.held.append(&mut body, &chunk)?;
    }
    if kind.starts_with("application/json") {
        read_json(&body, names, &mut posted)?;
    } else if kind.starts_with("application/x-www-form-urlencoded") || body.is_empty() {
        read_urlencoded(&body, names, &mut posted);
    } else {
        return Err(Failure::of(Code::BodyType));
    }
    Ok(posted)
}

/// Where a form has a message, that is what is too long.
fn too_long(names: &[&'static str]) -> Failure {
    let refusal = if names.contains(&"message") {
        Refusal::of(Field::Message, Code::TooLong).limit(limits::FORM_TEXT as u64)
    } else {
        Refusal::new(Code::BodyTooLarge).limit(FORM_BYTES as u64)
    };
    refusal.into()
}

fn read_urlencoded(body: &[u8], names: &[&'static str], posted: &mut Posted) {
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &pair[pair.len()..]),
        };
        let name = decode(name).unwrap_or_default();
        match known(names, &name) {
            Some(name) => posted.put(name, decode(value).ok_or_else(|| unreadable(name))),
            None => posted.refuse(unknown(&name)),
        }
    }
}

/// Percent-decoded, `+` as space; none when it is not UTF-8.
fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> =
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

fn read_json(body: &[u8], names: &[&'static str], posted: &mut Posted) -> Answer<()> {
    let Members(members) =
        serde_json::from_slice(body).map_err(|_| Failure::of(Code::BodyInvalid))?;
    for (name, value) in members {
        match (known(names, &name), value) {
            (Some(name), Value::String(value)) => posted.put(name, Ok(value)),
            (Some(_), Value::Null) => {}
            (Some(name), _) => posted.put(name, Err(Refusal::named(name, Code::Invalid))),
            (None, _) => posted.refuse(unknown(&name)),
        }
    }
    Ok(())
}

/// An object of JSON, with a name that is there twice.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["name", "message", "page"];

    fn urlencoded(body: &[u8]) -> Posted {
        let mut posted = Posted::default();
        read_urlencoded(body, &NAMES, &mut posted);
        posted
    }

    #[test]
    fn a_form_is_decoded_as_browsers_encode_it() {
        let posted = urlencoded(b"name=Ana+Ru%C3%ADz&message=1%2B1%3D2%26%zz");
        assert_eq!(posted.text("name"), "Ana Ruíz");
        assert_eq!(posted.text("message"), "1+1=2&%zz");
        assert!(posted.refusals.is_empty());
    }

    #[test]
    fn what_is_wrong_with_one_field_does_not_lose_the_others() {
        let posted = urlencoded(b"name=%ff%fe&message=hola&odd=1");
        assert_eq!(posted.text("message"), "hola");
        assert_eq!(
            posted.refusals,
            [
                Refusal::of(Field::Name, Code::CharacterInvalid),
                Refusal::named("odd", Code::FieldUnknown)
            ]
        );
    }

    #[test]
    fn a_field_that_is_not_as_it_should_be_is_named() {
        let read = |body: &str| {
            let mut posted = Posted::default();
            read_json(body.as_bytes(), &NAMES, &mut posted).map(|()| posted.refusals)
        };
        let refusals = |body: &str| read(body).unwrap();
        assert_eq!(refusals(r#"{"name":"Ana","message":null}"#), []);
        let named = |name, code| [Refusal::named(name, code)];
        let admin = r#"{"name":"Ana","admin":{"a":[1]}}"#;
        assert_eq!(refusals(admin), named("admin", Code::FieldUnknown));
        let number = r#"{"name":12345678901234567890}"#;
        assert_eq!(refusals(number), named("name", Code::Invalid));
        let twice = r#"{"name":"Ana","name":"Eva"}"#;
        assert_eq!(refusals(twice), named("name", Code::FieldRepeated));
        assert_eq!(urlencoded(b"name=Ana&name=Eva").refusals, named("name", Code::FieldRepeated));
        for body in ["[]", "{", "", "\"name\""] {
            assert!(read(body).is_err(), "{body}");
        }
    }

    #[test]
    fn of_thousands_of_unknown_fields_the_first_ones_are_named() {
        let fields: Vec<String> = (0..300_000).map(|n| format!("f{n}")).collect();
        let posted = urlencoded(fields.join("&").as_bytes());
        assert_eq!(posted.refusals.len(), posted::REFUSALS);
        assert_eq!(posted.refusals[0], Refusal::named("f0", Code::FieldUnknown));
    }
}
