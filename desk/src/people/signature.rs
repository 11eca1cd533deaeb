//! A host page's word for who its visitor is: it holds while the site's signature is under it and has not expired.

use crate::people::email_key;
use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, Mac};
use protocol::{Timestamp, identity::SignedIdentity, limits, text::EmailAddress};
use sha2::Sha256;
use std::fmt;

/// A person who has proved an address at a site: by the site's signature ([`prove`]), or by a link that was mailed to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The site's own name for the person; none: the site has signed nothing.
    id: Option<String>,
    email: String,
    email_key: String,
}

impl Identity {
    pub(crate) fn new(id: Option<String>, email: &str) -> Self {
        Self { id, email: email.to_owned(), email_key: email_key(email) }
    }

    /// The site's own name for the person, where it has one.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The person's address, as it was given.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The person's address, as addresses are compared.
    pub(crate) fn email_key(&self) -> &str {
        &self.email_key
    }

    /// Whether this is the person's address.
    pub(crate) fn has(&self, email: &str) -> bool {
        email_key(email) == self.email_key
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Why an identity counts as unsigned. For the operator's log: who sent it is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unproved {
    #[error("the id is empty, too long or not of one line")]
    Id,
    #[error("the email is no address")]
    Email,
    #[error("`expires` is no whole number of seconds")]
    Expires,
    #[error("it has expired")]
    Expired,
    #[error("it expires more than 31 days from now")]
    TooFarAhead,
    #[error("the signature is of other fields, or by another secret")]
    Signature,
}

/// Whom the fields stand for, as of `now`. `secret` as `ayuda site secret` prints it.
///
/// # Errors
/// The first thing that is wrong. Wrong signatures take one time, whatever is wrong with them.
pub(crate) fn prove(
    signed: &SignedIdentity,
    secret: &str,
    now: Timestamp,
) -> Result<Identity, Unproved> {
    let SignedIdentity { id, email, expires, signature } = signed;
    let is_id = !id.trim().is_empty()
        && id.chars().take(limits::IDENTITY_ID + 1).count() <= limits::IDENTITY_ID
        && !id.chars().any(char::is_control);
    if !is_id {
        return Err(Unproved::Id);
    }
    EmailAddress::parse(email).map_err(|_| Unproved::Email)?;
    let expires = instant(expires).ok_or(Unproved::Expires)?;
    if expires <= now {
        return Err(Unproved::Expired);
    }
    if expires > now + limits::IDENTITY_FOR {
        return Err(Unproved::TooFarAhead);
    }
    let signature = HEXLOWER_PERMISSIVE.decode(signature.as_bytes());
    let signature = signature.map_err(|_| Unproved::Signature)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(signed.signed_text().as_bytes());
    mac.verify_slice(&signature).map_err(|_| Unproved::Signature)?;
    Ok(Identity::new(Some(id.clone()), email))
}

/// Seconds since 1970 as digits alone, without a zero in front: one text for one instant.
fn instant(seconds: &str) -> Option<Timestamp> {
    let is_plain = seconds.bytes().all(|byte| byte.is_ascii_digit()) && !seconds.starts_with('0');
    let seconds = seconds.parse::<i64>().ok().filter(|_| is_plain)?;
    seconds.checked_mul(1000).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const SECRET: &str = "un secreto";
    const NOW: Timestamp = Timestamp(1_795_449_600_000);

    fn sign(id: &str, email: &str, expires: &str) -> SignedIdentity {
        let (id, email, expires) = (id.to_owned(), email.to_owned(), expires.to_owned());
        let mut signed = SignedIdentity { id, email, expires, signature: String::new() };
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(signed.signed_text().as_bytes());
        signed.signature = HEXLOWER_PERMISSIVE.encode(&mac.finalize().into_bytes());
        signed
    }

    fn ana() -> SignedIdentity {
        sign("42", "Ana@example.com", "1795450000")
    }

    #[test]
    fn a_signature_proves_the_id_and_the_address_whatever_its_case() {
        let who = prove(&ana(), SECRET, NOW).unwrap();
        assert_eq!((who.id(), who.email_key()), (Some("42"), "ana@example.com"));
        assert!(who.has("ANA@example.com") && !who.has("eva@example.com"));
        let upper = SignedIdentity { signature: ana().signature.to_uppercase(), ..ana() };
        assert_eq!(prove(&upper, SECRET, NOW), Ok(who));
    }

    #[test]
    fn it_ends_with_its_second_and_begins_31_days_before() {
        let ends = Timestamp(1_795_450_000_000);
        assert_eq!(prove(&ana(), SECRET, ends), Err(Unproved::Expired));
        assert!(prove(&ana(), SECRET, Timestamp(ends.0 - 1)).is_ok());
        let begins = Timestamp(ends.0 - 31 * 24 * 3_600_000);
        assert!(prove(&ana(), SECRET, begins).is_ok());
        let before = Timestamp(begins.0 - 1);
        assert_eq!(prove(&ana(), SECRET, before), Err(Unproved::TooFarAhead));
        assert_eq!(limits::IDENTITY_FOR, Duration::from_hours(744));
    }

    #[test]
    fn what_is_signed_but_names_nobody_is_not_proved() {
        for (id, email, expires, why) in [
            ("", "a@a.mx", "1795450000", Unproved::Id),
            (" ", "a@a.mx", "1795450000", Unproved::Id),
            ("a\nb", "a@a.mx", "1795450000", Unproved::Id),
            ("a\0", "a@a.mx", "1795450000", Unproved::Id),
            (&*"ñ".repeat(limits::IDENTITY_ID + 1), "a@a.mx", "1795450000", Unproved::Id),
            ("1", "", "1795450000", Unproved::Email),
            ("1", "nadie", "1795450000", Unproved::Email),
            ("1", "a@a.mx", "", Unproved::Expires),
            ("1", "a@a.mx", "0", Unproved::Expires),
            ("1", "a@a.mx", "01795450000", Unproved::Expires),
            ("1", "a@a.mx", "+1795450000", Unproved::Expires),
            ("1", "a@a.mx", "1795450000.5", Unproved::Expires),
            ("1", "a@a.mx", "1795450000 ", Unproved::Expires),
            ("1", "a@a.mx", "9223372036854775807", Unproved::Expires),
            ("1", "a@a.mx", "99999999999999999999", Unproved::Expires),
            ("1", "a@a.mx", "1795449600000", Unproved::TooFarAhead),
        ] {
            let signed = sign(id, email, expires);
            assert_eq!(prove(&signed, SECRET, NOW), Err(why), "{id:?} {email:?} {expires:?}");
        }
        assert!(
            prove(&sign(&"ñ".repeat(limits::IDENTITY_ID), "a@a.mx", "1795450000"), SECRET, NOW)
                .is_ok()
        );
    }

    #[test]
    fn what_the_signers_of_the_documentation_make_is_proved() {
        let vectors = include_str!("../../../docs/identity.json");
        let vectors: Vec<serde_json::Value> = serde_json::from_str(vectors).unwrap();
        assert!(!vectors.is_empty());
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap().to_owned();
            let signed: SignedIdentity = serde_json::from_value(vector.clone()).unwrap();
            let now = Timestamp((text("expires").parse::<i64>().unwrap() - 1) * 1000);
            let who = prove(&signed, &text("secret"), now).expect("it is proved");
            assert_eq!(who.id(), Some(&*text("id")));
        }
    }

    #[test]
    fn a_signature_that_is_none_proves_nothing() {
        let half = ana().signature[..32].to_owned();
        for signature in ["", "a", "zz", " ", &half, &(ana().signature + "00")] {
            let signed = SignedIdentity { signature: signature.to_owned(), ..ana() };
            assert_eq!(prove(&signed, SECRET, NOW), Err(Unproved::Signature), "{signature:?}");
        }
    }

    /// The text with another byte at a place; the byte stays one of ASCII.
    fn changed(text: &str, at: usize, by: u8) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = (bytes[at] + by) % 128;
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn another_byte_in_any_field_or_in_the_secret_proves_nothing(
            field in 0..5_usize, at in 0..64_usize, by in 1..128_u8,
        ) {
            let SignedIdentity { mut id, mut email, mut expires, mut signature } = ana();
            let mut secret = SECRET.to_owned();
            let of = [&mut id, &mut email, &mut expires, &mut signature, &mut secret][field].clone();
            let other = changed(&of, at, by);
            // The same digits in capitals are the same signature.
            prop_assume!(field != 3 || !other.eq_ignore_ascii_case(&of));
            *[&mut id, &mut email, &mut expires, &mut signature, &mut secret][field] = other;
            let signed = SignedIdentity { id, email, expires, signature };
            prop_assert!(prove(&signed, &secret, NOW).is_err());
        }

        #[test]
        fn a_line_that_moves_from_one_field_into_the_next_proves_nothing(cut in 1..20_usize) {
            let text = ana().signed_text();
            let whole: Vec<&str> = text.split('\n').collect();
            let joined = [whole[0], whole[1]].join("\n");
            let cut = cut % joined.len();
            let (id, email) = joined.split_at(cut);
            let (id, email) = (id.to_owned(), email.to_owned());
            let signed = SignedIdentity { id, email, ..ana() };
            prop_assert!(prove(&signed, SECRET, NOW).is_err());
        }
    }
}
