//! Tokens. A visitor proves a ticket with the ticket's id and a MAC that only this desk can make: nothing is stored, so
//! making and checking one asks no database. Sessions and one-time links are random, and stored as their hash.

use crate::key::SecretKey;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use protocol::{TicketId, TicketToken};
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a signature.
const LENGTH: usize = 32;

/// What is made and checked with the desk's key.
pub(crate) struct Secret(SecretKey);

impl Secret {
    pub(crate) fn new(key: SecretKey) -> Self {
        Self(key)
    }

    /// The token of a ticket.
    pub(crate) fn ticket_token(&self, ticket: TicketId) -> TicketToken {
        let id = BASE64URL_NOPAD.encode(ticket.0.as_bytes());
        TicketToken(format!("{id}.{}", self.ticket_mac(ticket)))
    }

    /// The part of the token after its dot: what a mailed link carries beside the number.
    pub(crate) fn ticket_mac(&self, ticket: TicketId) -> String {
        BASE64URL_NOPAD.encode(&self.mac(ticket).finalize().into_bytes())
    }

    /// The ticket that a token opens; none when it was not made with this key.
    pub(crate) fn find_ticket(&self, token: &TicketToken) -> Option<TicketId> {
        let (id, mac) = token.0.split_once('.')?;
        let id = Uuid::from_slice(&BASE64URL_NOPAD.decode(id.as_bytes()).ok()?).ok()?;
        let ticket = TicketId(id);
        self.opens(ticket, mac).then_some(ticket)
    }

    /// Whether the MAC part belongs to the ticket; takes the same time for every wrong one.
    pub(crate) fn opens(&self, ticket: TicketId, mac: &str) -> bool {
        BASE64URL_NOPAD
            .decode(mac.as_bytes())
            .is_ok_and(|mac| self.mac(ticket).verify_slice(&mac).is_ok())
    }

    /// A signature over these parts for one purpose; a part's end cannot be moved into the next.
    pub(crate) fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; LENGTH] {
        let mut mac = self.keyed();
        mac.update(b"sign");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, ticket: TicketId) -> Hmac<Sha256> {
        let mut mac = self.keyed();
        mac.update(b"ticket");
        mac.update(ticket.0.as_bytes());
        mac
    }

    fn keyed(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.0.bytes()).expect("a key of any length will do")
    }
}

/// The token of a one-time link that is mailed: made again from its id whenever the mail is composed, so that no row
/// holds it.
pub(crate) fn password_link_token(secret: &Secret, link: Uuid) -> String {
    BASE64URL_NOPAD.encode(&secret.sign("password link", &[link.as_bytes()]))
}

/// 256 random bits as URL-safe text.
pub(crate) fn new_token() -> String {
    let mut bytes = [0; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).expect("the system's randomness is there");
    BASE64URL_NOPAD.encode(&bytes)
}

/// What is stored of a token: its SHA-256.
pub(crate) fn hashed(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_ticket_and_no_other() {
        let secret = Secret::new("a".repeat(64).parse().unwrap());
        let ticket = TicketId(Uuid::from_u128(1));
        let token = secret.ticket_token(ticket);
        assert_eq!(secret.find_ticket(&token), Some(ticket));
        let (id, mac) = token.0.split_once('.').unwrap();
        assert!(secret.opens(ticket, mac));
        assert!(!secret.opens(TicketId(Uuid::from_u128(2)), mac));
        for wrong in [
            "",
            ".",
            id,
            &format!("{id}."),
            &format!("{id}.{}", &mac[1..]),
            &format!("x{id}.{mac}"),
        ] {
            assert_eq!(secret.find_ticket(&TicketToken(wrong.to_owned())), None, "{wrong}");
        }
        let other: SecretKey = "b".repeat(64).parse().unwrap();
        assert_eq!(Secret::new(other).find_ticket(&token), None);
    }
}
