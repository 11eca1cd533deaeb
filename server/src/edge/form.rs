//! Reads what visitors post: a form with or without files, or JSON. What is wrong with one field does not lose the others, for
//! they go back into the form.

mod multipart;

pub(crate) use multipart::{Uploads, drain, multipart, next_chunk, store};

use crate::edge::failure::{Answer, Failure};
use axum::{extract::Request, http::header::CONTENT_TYPE};
use desk::Desk;
use percent_encoding::percent_decode;
use protocol::{Code, EntryId, Field, FileId, Refusal, limits};
use std::{borrow::Cow, collections::BTreeMap};

/// One field's text, in bytes: 20 000 characters of four bytes fit.
const FIELD_BYTES: usize = 4 * limits::FORM_TEXT + 4096;
/// A form without files, in bytes: the longest message, each byte of it percent-encoded.
const FORM_BYTES: usize = 3 * FIELD_BYTES + 64 * 1024;

/// What came.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    fields: BTreeMap<&'static str, String>,
    pub(crate) files: Vec<FileId>,
    pub(crate) refusals: Vec<Refusal>,
}

impl Posted {
    /// The text of a field as it was typed; empty when it was left out.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The text of a field, none when there is nothing but space in it.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.trim().is_empty())
    }

    /// A field parsed, or a refusal taken down.
    pub(crate) fn parse<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        match parse(self.text(name)) {
            Ok(value) => Some(value),
            Err(refusal) => {
                // A field that could not even be read has said so already.
                if !self.refusals.iter().any(|known| known.field == refusal.field) {
                    self.refusals.push(refusal);
                }
                None
            }
        }
    }

    /// The same where the field may be left out.
    pub(crate) fn parse_optional<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        self.find(name).is_some().then(|| self.parse(name, parse)).flatten()
    }

    /// The id that makes sending twice harmless; a fresh one where the form has none.
    pub(crate) fn entry_id(&mut self, desk: &Desk) -> EntryId {
        self.parse_optional("id", |text| {
            text.trim()
                .parse::<EntryId>()
                .ok()
                .filter(|id| !id.0.is_nil())
                .ok_or(Refusal::of(Field::Id, Code::Invalid))
        })
        .unwrap_or_else(|| desk.options().clock.new_entry_id())
    }

    /// The host page's address, where it is one of http or https.
    pub(crate) fn page(&mut self) -> Option<String> {
        self.parse_optional("page", page).flatten()
    }

    /// The browser's zone, where it looks like one; only a hint, so never refused.
    pub(crate) fn zone(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        self.find("zone")
            .map(str::trim)
            .filter(|z| z.len() <= 64 && z.chars().all(plain))
            .map(Into::into)
    }

    fn put(&mut self, name: &'static str, text: Result<String, Refusal>) {
        match text {
            Ok(text) => {
                self.fields.insert(name, text);
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }
}

/// An address of http or https at most [`limits::PAGE_URL`] long; others are none.
pub(crate) fn page(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.contains('\0') {
        return Err(Refusal::of(Field::Page, Code::CharacterInvalid));
    }
    if text.chars().nth(limits::PAGE_URL).is_some() {
        return Err(Refusal::of(Field::Page, Code::TooLong).limit(limits::PAGE_URL as u64));
    }
    let known = text.starts_with("https://") || text.starts_with("http://");
    Ok(known.then(|| text.to_owned()))
}

/// Reads a body of any of the three kinds. Fields outside `names` are refused; files only come with `uploads`.
pub(crate) async fn read(
    request: Request,
    names: &[&'static str],
    uploads: Option<Uploads<'_>>,
) -> Answer<Posted> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        return multipart::read(request, names, uploads).await;
    }
    let body = axum::body::to_bytes(request.into_body(), FORM_BYTES).await.map_err(|_| {
        Failure::from(Refusal::of(Field::Message, Code::TooLong).limit(limits::FORM_TEXT as u64))
    })?;
    if kind.starts_with("application/json") {
        read_json(&body, names)
    } else if kind.starts_with("application/x-www-form-urlencoded") || body.is_empty() {
        Ok(read_urlencoded(&body, names))
    } else {
        Err(Failure::of(Code::Invalid))
    }
}

fn read_urlencoded(body: &[u8], names: &[&'static str]) -> Posted {
    let mut posted = Posted::default();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &pair[pair.len()..]),
        };
        let name = decode(name).unwrap_or_default();
        match known(names, &name) {
            Some(name) => posted.put(name, decode(value).ok_or_else(|| unreadable(name))),
            None => posted.refusals.push(Refusal::new(Code::Invalid)),
        }
    }
    posted
}

/// Percent-decoded, `+` as space; none when it is not UTF-8.
fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> =
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

fn read_json(body: &[u8], names: &[&'static str]) -> Answer<Posted> {
    let fields: BTreeMap<String, Option<String>> =
        serde_json::from_slice(body).map_err(|_| Failure::of(Code::Invalid))?;
    let mut posted = Posted::default();
    for (name, value) in fields {
        match (known(names, &name), value) {
            (Some(name), Some(value)) => posted.put(name, Ok(value)),
            (Some(_), None) => {}
            (None, _) => return Err(Failure::of(Code::Invalid)),
        }
    }
    Ok(posted)
}

fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

fn unreadable(name: &str) -> Refusal {
    Refusal { code: Code::CharacterInvalid, field: field(name), limit: None }
}

fn too_long(name: &str) -> Refusal {
    let limit = match name {
        "name" => limits::NAME,
        "email" => limits::EMAIL_BYTES,
        "subject" => limits::SUBJECT,
        "comment" => limits::RATING_COMMENT,
        "page" => limits::PAGE_URL,
        _ => limits::FORM_TEXT,
    };
    Refusal { code: Code::TooLong, field: field(name), limit: Some(limit as u64) }
}

fn field(name: &str) -> Option<Field> {
    [
        Field::Name,
        Field::Email,
        Field::Subject,
        Field::Message,
        Field::Score,
        Field::Comment,
        Field::Password,
        Field::Page,
        Field::Id,
    ]
    .into_iter()
    .find(|field| field.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["name", "message", "page"];

    #[test]
    fn a_form_is_decoded_as_browsers_encode_it() {
        let posted = read_urlencoded(b"name=Ana+Ru%C3%ADz&message=1%2B1%3D2%26%zz", &NAMES);
        assert_eq!(posted.text("name"), "Ana Ruíz");
        assert_eq!(posted.text("message"), "1+1=2&%zz");
        assert!(posted.refusals.is_empty());
    }

    #[test]
    fn what_is_wrong_with_one_field_does_not_lose_the_others() {
        let posted = read_urlencoded(b"name=%ff%fe&message=hola&odd=1", &NAMES);
        assert_eq!(posted.text("message"), "hola");
        assert_eq!(
            posted.refusals,
            [Refusal::of(Field::Name, Code::CharacterInvalid), Refusal::new(Code::Invalid)]
        );
    }

    #[test]
    fn json_with_an_unknown_field_is_refused() {
        assert!(read_json(br#"{"name":"Ana","message":null}"#, &NAMES).is_ok());
        assert!(read_json(br#"{"name":"Ana","admin":"1"}"#, &NAMES).is_err());
        assert!(read_json(br#"{"name":12345678901234567890}"#, &NAMES).is_err());
        assert!(read_json(b"[]", &NAMES).is_err());
    }

    #[test]
    fn a_page_is_of_http_or_none() {
        assert_eq!(page("https://a.example/x"), Ok(Some("https://a.example/x".into())));
        assert_eq!(page("javascript:alert(1)"), Ok(None));
        assert_eq!(page(&"x".repeat(3000)).unwrap_err().code, Code::TooLong);
        assert_eq!(page("https://a\0").unwrap_err().code, Code::CharacterInvalid);
    }
}
