//! Addresses and the few words that come into headers.
//!
//! lettre 0.11.23 panics on a control character in a mailbox's name (RUSTSEC-2026-0561, mended in 0.11.24): none gets
//! that far.

use crate::{OpenError, secret::Secret};
use lettre::message::Mailbox;
use protocol::{
    TicketId, limits,
    text::{EmailAddress, is_control},
};
use uuid::Uuid;

/// Bytes of a signature in a reply address: 80 bits, for it is guessed online only.
const SIGNED: usize = 10;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The sender of all mail.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(super) name: Option<String>,
    pub(super) address: String,
}

impl Sender {
    /// `Ayuda <ayuda@example.com>`, or the address alone.
    pub(super) fn parse(text: &str) -> Result<Self, OpenError> {
        let refused =
            |message: &str| OpenError::Mail { setting: "mail-from", message: message.to_owned() };
        if text.chars().any(is_control) {
            return Err(refused("must be one line"));
        }
        let (name, address) = match text.trim().strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
            None => ("", text.trim()),
        };
        let wrong = "must be an address such as Ayuda <ayuda@example.com>";
        EmailAddress::parse(address).map_err(|_| refused(wrong))?;
        Ok(Self {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            address: address.to_owned(),
        })
    }

    /// The same address under another name.
    pub(super) fn named(&self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), address: self.address.clone() }
    }

    pub(super) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }

    /// Where a reply to a ticket's mail goes: an address that only this desk can have made. Lower case and short,
    /// because mail systems change the one and cut the other; none when the sender's own local part leaves no room.
    pub(super) fn reply_address(&self, secret: &Secret, ticket: TicketId) -> Option<String> {
        let (local, domain) = self.address.rsplit_once('@')?;
        let id = base32(ticket.0.as_bytes());
        let signature = base32(&signature(secret, ticket));
        let local = format!("{local}+{id}.{signature}");
        (local.len() <= limits::EMAIL_NAME_BYTES).then(|| format!("{local}@{domain}"))
    }
}

/// The ticket that a reply address was made for.
pub(crate) fn find_replied_ticket(secret: &Secret, address: &str) -> Option<TicketId> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, signed) = local.rsplit_once('+')?;
    let (id, given) = signed.split_once('.')?;
    let ticket = TicketId(Uuid::from_slice(&unbase32(id)?).ok()?);
    let given = unbase32(given)?;
    let right: bool =
        subtle::ConstantTimeEq::ct_eq(&signature(secret, ticket)[..], &given[..]).into();
    right.then_some(ticket)
}

fn signature(secret: &Secret, ticket: TicketId) -> [u8; SIGNED] {
    let mut short = [0; SIGNED];
    short.copy_from_slice(&secret.sign("reply", &[ticket.0.as_bytes()])[..SIGNED]);
    short
}

/// A mailbox; none for what is no address. The name loses what no header may hold.
pub(super) fn mailbox(name: Option<&str>, address: &str) -> Option<Mailbox> {
    let address = EmailAddress::parse(address).ok()?;
    let name = name.map(header_text).filter(|name| !name.is_empty());
    Some(Mailbox::new(name, address.as_sent().parse().ok()?))
}

/// One line of plain words: control characters and what turns text around are gone.
pub(super) fn header_text(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if is_control(c) { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(BASE32[(held >> bits & 31) as usize] as char);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(BASE32[(held << (5 - bits) & 31) as usize] as char);
    }
    text
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    // What is left over must be nothing, or one address would have many spellings.
    (held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> Secret {
        Secret::new("a".repeat(64).parse().unwrap())
    }

    #[test]
    fn a_reply_address_finds_its_ticket_and_a_forged_one_none() {
        let secret = secret();
        let sender = Sender::parse("Ayuda <ayuda@example.com>").unwrap();
        let ticket = TicketId(Uuid::from_u128(0x0199_abcd_ef01_7000_8000_0123_4567_89ab));
        let address = sender.reply_address(&secret, ticket).unwrap();
        assert!(address.len() < 80 && address.starts_with("ayuda+"));
        assert!(mailbox(None, &address).is_some());
        assert_eq!(find_replied_ticket(&secret, &address), Some(ticket));
        assert_eq!(find_replied_ticket(&secret, &address.to_uppercase()), Some(ticket));
        let other = sender.reply_address(&secret, TicketId(Uuid::from_u128(2))).unwrap();
        let (id, _) = address.split_once('.').unwrap();
        let (_, mac) = other.split_once('.').unwrap();
        assert_eq!(find_replied_ticket(&secret, &format!("{id}.{mac}")), None);
        for wrong in ["", "a@b", "ayuda+@b", "ayuda+x.@b", "ayuda+.y@b"] {
            assert_eq!(find_replied_ticket(&secret, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_long_sender_leaves_no_room_for_a_signed_address() {
        let secret = secret();
        let sender = Sender::parse(&format!("{}@example.com", "a".repeat(40))).unwrap();
        assert_eq!(sender.reply_address(&secret, TicketId(Uuid::nil())), None);
    }

    #[test]
    fn senders() {
        let sender = Sender::parse("\"Ayuda, S. A.\" <ayuda@localhost>").unwrap();
        assert_eq!(sender.name.as_deref(), Some("Ayuda, S. A."));
        assert_eq!(sender.domain(), "localhost");
        assert_eq!(Sender::parse("ayuda@localhost").unwrap().name, None);
        for wrong in ["", "Ayuda", "Ayuda <>", "a\r\nb@c", "Ayuda <a b@c>"] {
            assert!(Sender::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn base32_is_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(unbase32(&base32(&bytes)), Some(bytes));
        }

        #[test]
        fn whatever_a_form_takes_for_an_address_can_be_sent_to(
            local in "[a-z.!#$%&'*+/=?^_`{|}~-]{1,66}",
            domain in "[a-zA-Z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[0-9a-z]{1,63}){0,4}",
        ) {
            let address = format!("{local}@{domain}");
            prop_assert_eq!(mailbox(None, &address).is_some(), EmailAddress::parse(&address).is_ok());
        }

        #[test]
        fn header_words_are_one_line(text in "(?s).{0,200}") {
            prop_assert!(!header_text(&text).chars().any(char::is_control));
        }
    }
}
