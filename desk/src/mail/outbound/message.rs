//! From a row and its letter to the bytes that travel.
//!
//! Nothing raw comes into a header: names and subject are plain lines, everything else is ours. The parts go in as
//! `String` with quoted-printable forced, and building happens inside a panic boundary (RUSTSEC-2026-0561 in lettre
//! 0.11.23).

use super::letter::Rendered;
use crate::mail::address::{self, Sender};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use protocol::Timestamp;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::SystemTime,
};

/// What the headers are made of.
#[derive(Clone, Debug)]
pub(super) struct Headers<'a> {
    pub(super) sender: &'a Sender,
    /// Signed for the ticket.
    pub(super) reply_to: Option<String>,
    pub(super) to_name: Option<&'a str>,
    pub(super) to_address: &'a str,
    pub(super) lang: &'a str,
    pub(super) subject: &'a str,
    /// With its angle brackets, as fixed in the row.
    pub(super) message_id: &'a str,
    /// The mail before it on this ticket to this address.
    pub(super) in_reply_to: Option<&'a str>,
    /// The thread's root: no mail has it, all mails of the ticket refer to it.
    pub(super) root: String,
    /// No person wrote it.
    pub(super) automatic: bool,
    pub(super) date: Timestamp,
}

/// A message ready for a relay or a file.
#[derive(Clone, Debug)]
pub(super) struct Built {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

/// Builds it; the error is for the operator, and trying again will not help.
pub(super) fn build(headers: &Headers<'_>, letter: Rendered) -> Result<Built, String> {
    catch_unwind(AssertUnwindSafe(|| build_now(headers, letter)))
        .unwrap_or_else(|_| Err("the message could not be built".to_owned()))
}

fn build_now(headers: &Headers<'_>, letter: Rendered) -> Result<Built, String> {
    let sender = headers.sender;
    let from = address::mailbox(sender.name.as_deref(), &sender.address)
        .ok_or("the sender's address is not valid")?;
    let to = address::mailbox(headers.to_name, headers.to_address)
        .ok_or("the recipient's address is not valid")?;
    let ids = [Some(headers.message_id), headers.in_reply_to, Some(&headers.root)];
    if ids.into_iter().flatten().any(|id| !is_message_id(id)) {
        return Err("a Message-ID is not valid".to_owned());
    }
    let (from_address, to_address) = (from.email.clone(), to.email.clone());
    // Given and not read back from the headers, where lettre 0.11.23 finds no address with its name in quotes.
    let envelope = Envelope::new(Some(from_address.clone()), vec![to_address.clone()])
        .map_err(|error| error.to_string())?;
    let mut message = Message::builder()
        .envelope(envelope)
        .from(from)
        .to(to)
        .subject(address::header_text(headers.subject))
        .message_id(Some(headers.message_id.to_owned()))
        .date(SystemTime::from(headers.date.to_utc()));
    if let Some(reply_to) = &headers.reply_to
        && let Some(mailbox) = address::mailbox(sender.name.as_deref(), reply_to)
    {
        message = message.reply_to(mailbox);
    }
    message = match headers.in_reply_to {
        Some(last) => {
            message.in_reply_to(last.to_owned()).references(format!("{} {last}", headers.root))
        }
        None => message.in_reply_to(headers.root.clone()).references(headers.root.clone()),
    };
    message = raw(message, "Content-Language", headers.lang);
    if headers.automatic {
        message = raw(message, "Auto-Submitted", "auto-generated");
    }
    // Keeps absence notices of Exchange from coming back.
    message = raw(message, "X-Auto-Response-Suppress", "All");
    let message = message
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, letter.text))
                .singlepart(part(ContentType::TEXT_HTML, letter.html)),
        )
        .map_err(|error| error.to_string())?;
    Ok(Built { from: from_address, to: to_address, bytes: message.formatted() })
}

fn part(kind: ContentType, text: String) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(plain(text))
}

/// Text without control characters but tabs and line ends.
fn plain(text: String) -> String {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    } else {
        text
    }
}

fn raw(
    message: lettre::message::MessageBuilder,
    name: &'static str,
    value: &str,
) -> lettre::message::MessageBuilder {
    let name = HeaderName::new_from_ascii_str(name);
    message.raw_header(HeaderValue::new(name, address::header_text(value)))
}

fn is_message_id(id: &str) -> bool {
    id.len() <= 250
        && id.starts_with('<')
        && id.ends_with('>')
        && id.contains('@')
        && id.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers<'a>(
        sender: &'a Sender,
        subject: &'a str,
        name: &'a str,
        address: &'a str,
    ) -> Headers<'a> {
        Headers {
            sender,
            reply_to: Some("ayuda+abc.def@example.com".to_owned()),
            to_name: Some(name),
            to_address: address,
            lang: "es",
            subject,
            message_id: "<1@example.com>",
            in_reply_to: None,
            root: "<ticket.1@example.com>".to_owned(),
            automatic: true,
            date: Timestamp(1_795_366_800_000),
        }
    }

    fn letter(text: &str) -> Rendered {
        Rendered { text: text.to_owned(), html: format!("<p>{}</p>", text.len()) }
    }

    #[test]
    fn a_message_as_it_travels() {
        let sender = Sender::parse("Ayuda <ayuda@example.com>").unwrap();
        let built = build(
            &headers(
                &sender,
                "[CO-1042] Recibimos tu solicitud de ayuda",
                "Ana Núñez",
                "ana@example.com",
            ),
            letter("Hola, ¿qué tal?\n"),
        )
        .unwrap();
        let text = String::from_utf8(built.bytes).unwrap();
        // The boundary is random.
        let boundary =
            text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        insta::assert_snapshot!(text.replace(&boundary, "BOUNDARY").replace('\r', ""));
    }

    #[test]
    fn what_is_no_address_is_refused_and_nothing_panics() {
        let sender = Sender::parse("Ayuda <ayuda@example.com>").unwrap();
        for address in ["a\r\nBcc: x@y@b", "a@b\0", "", "a b@c", "a@b>,<c@d"] {
            assert!(
                build(&headers(&sender, "x", "n", address), letter("x")).is_err(),
                "{address:?}"
            );
        }
    }

    /// Header lines with their continuation lines put together.
    fn header_names(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        head.split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    }

    proptest! {
        #[test]
        fn no_text_makes_a_header(
            subject in "(?s)(.{0,60}(\r\n|\n|\r|\0|\u{2028})?){0,3}(Bcc: eve@example.com)?",
            name in "(?s)(.{0,40}(\r\n|\n|\r|\0)?){0,2}(Bcc: eve@example.com)?",
            body in "(?s).{0,200}(\r\n\r\n|\r\n\\.\r\n)?.{0,50}",
        ) {
            let sender = Sender::parse("Ayuda <ayuda@example.com>").unwrap();
            let built = build(&headers(&sender, &subject, &name, "ana@example.com"), letter(&body)).unwrap();
            let mut names = header_names(&built.bytes);
            names.sort_unstable();
            prop_assert_eq!(names, [
                "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "In-Reply-To",
                "MIME-Version", "Message-ID", "References", "Reply-To", "Subject", "To",
                "X-Auto-Response-Suppress",
            ]);
            prop_assert!(built.bytes.is_ascii());
        }
    }
}
