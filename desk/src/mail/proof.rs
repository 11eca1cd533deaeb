//! What a mailed link carries for whoever reads the mail of that address. It proves nothing by being opened, which
//! programs that look through mail do: the page behind it has a button.
//!
//! The link on a page opens the ticket too, but carries no proof: an address typed by a stranger stays *no
//! verificado* until its owner has pressed that button.

use crate::{people::email_key, secret::Secret};
use data_encoding::BASE64URL_NOPAD;
use protocol::TicketId;

/// Bytes of a proof.
const PROOF_BYTES: usize = 16;

/// A ticket's address whose mail the reader has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedEmail {
    /// As it was given.
    pub address: String,
    /// Whether a person has pressed the button, and mail goes there.
    pub is_confirmed: bool,
    /// Whether a transcript was asked for that goes out once the button is pressed.
    pub awaits_transcript: bool,
}

/// The proof for this ticket and address, as URL-safe text.
pub(crate) fn proof_of(secret: &Secret, ticket: TicketId, email: &str) -> String {
    BASE64URL_NOPAD.encode(&bytes_of(secret, ticket, email))
}

/// Whether a proof was made for this ticket and address.
pub(crate) fn proves(secret: &Secret, ticket: TicketId, email: &str, proof: &str) -> bool {
    BASE64URL_NOPAD.decode(proof.as_bytes()).is_ok_and(|given| {
        subtle::ConstantTimeEq::ct_eq(&bytes_of(secret, ticket, email)[..], &given[..]).into()
    })
}

fn bytes_of(secret: &Secret, ticket: TicketId, email: &str) -> [u8; PROOF_BYTES] {
    let mut short = [0; PROOF_BYTES];
    let whole = secret.sign("mailed", &[ticket.0.as_bytes(), email_key(email).as_bytes()]);
    short.copy_from_slice(&whole[..PROOF_BYTES]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_proof_is_for_one_ticket_and_one_address() {
        let secret = Secret::new("a".repeat(64).parse().unwrap());
        let (one, two) = (TicketId(Uuid::from_u128(1)), TicketId(Uuid::from_u128(2)));
        let proof = proof_of(&secret, one, "Ana@example.com");
        assert!(proves(&secret, one, "ana@example.com", &proof));
        assert!(!proves(&secret, two, "ana@example.com", &proof));
        assert!(!proves(&secret, one, "eva@example.com", &proof));
        assert!(!proves(&secret, one, "ana@example.com", ""));
    }
}
