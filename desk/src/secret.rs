//! Tokens. A visitor proves a ticket with the ticket's id and a MAC that only this desk can make, over that id and how
//! often its link was renewed: no token is stored, and a link that was renewed opens nothing any more. Sessions and
//! one-time links are random, and stored as their hash.

use crate::key::SecretKey;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use protocol::{TicketId, TicketToken};
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a signature.
const LENGTH: usize = 32;

/// How often the link of a ticket was renewed: only the token of the newest opens it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkVersion(pub(crate) i64);

/// What is made and checked with the desk's key.
pub(crate) struct Secret(SecretKey);

impl Secret {
    pub(crate) fn new(key: SecretKey) -> Self {
        Self(key)
    }

    /// The token of a ticket.
    pub(crate) fn ticket_token(&self, ticket: TicketId, version: LinkVersion) -> TicketToken {
        let id = BASE64URL_NOPAD.encode(ticket.0.as_bytes());
        TicketToken(format!("{id}.{}", self.ticket_mac(ticket, version)))
    }

    /// The part of the token after its dot: what a mailed link carries beside the number.
    pub(crate) fn ticket_mac(&self, ticket: TicketId, version: LinkVersion) -> String {
        BASE64URL_NOPAD.encode(&self.mac(ticket, version).finalize().into_bytes())
    }

    /// Whether the MAC part belongs to the ticket's link of this version; takes the same time for every wrong one.
    pub(crate) fn opens(&self, ticket: TicketId, version: LinkVersion, mac: &str) -> bool {
        BASE64URL_NOPAD
            .decode(mac.as_bytes())
            .is_ok_and(|mac| self.mac(ticket, version).verify_slice(&mac).is_ok())
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

    fn mac(&self, ticket: TicketId, version: LinkVersion) -> Hmac<Sha256> {
        let mut mac = self.keyed();
        mac.update(b"ticket");
        mac.update(ticket.0.as_bytes());
        // The first link is signed as it was before links could be renewed.
        if version != LinkVersion::default() {
            mac.update(&version.0.to_be_bytes());
        }
        mac
    }

    fn keyed(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.0.bytes()).expect("a key of any length will do")
    }
}

/// The ticket that a token names, and the MAC that is to prove it.
pub(crate) fn parts_of(token: &TicketToken) -> Option<(TicketId, &str)> {
    let (id, mac) = token.0.split_once('.')?;
    let id = Uuid::from_slice(&BASE64URL_NOPAD.decode(id.as_bytes()).ok()?).ok()?;
    Some((TicketId(id), mac))
}

/// The token of a one-time link that is mailed: made again from its id whenever the mail is composed, so that no row
/// holds it.
pub(crate) fn password_link_token(secret: &Secret, link: Uuid) -> String {
    BASE64URL_NOPAD.encode(&secret.sign("password link", &[link.as_bytes()]))
}

/// The same of a link that signs a visitor in to their own tickets.
pub(crate) fn visitor_link_token(secret: &Secret, link: Uuid) -> String {
    BASE64URL_NOPAD.encode(&secret.sign("own tickets link", &[link.as_bytes()]))
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
    fn a_token_opens_its_ticket_in_its_version_and_no_other() {
        let secret = Secret::new("a".repeat(64).parse().unwrap());
        let (ticket, first) = (TicketId(Uuid::from_u128(1)), LinkVersion::default());
        let opens = |secret: &Secret, token: &TicketToken, version| {
            parts_of(token).is_some_and(|(ticket, mac)| secret.opens(ticket, version, mac))
        };
        let token = secret.ticket_token(ticket, first);
        assert!(opens(&secret, &token, first));
        let (id, mac) = token.0.split_once('.').unwrap();
        assert!(!secret.opens(TicketId(Uuid::from_u128(2)), first, mac));
        for wrong in [
            "",
            ".",
            id,
            &format!("{id}."),
            &format!("{id}.{}", &mac[1..]),
            &format!("x{id}.{mac}"),
        ] {
            assert!(!opens(&secret, &TicketToken(wrong.to_owned()), first), "{wrong}");
        }
        let renewed = secret.ticket_token(ticket, LinkVersion(1));
        assert!(opens(&secret, &renewed, LinkVersion(1)));
        assert!(!opens(&secret, &token, LinkVersion(1)) && !opens(&secret, &renewed, first));
        assert!(!opens(&secret, &renewed, LinkVersion(2)));
        let other: SecretKey = "b".repeat(64).parse().unwrap();
        assert!(!opens(&Secret::new(other), &token, first));
    }
}
