//! Passwords: which are taken, and the slow hash.

use super::identity::email_key;
use crate::{Error, Result};
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use protocol::{Code, Field, Refusal};
use rand::TryRngCore;
use std::collections::BTreeSet;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Shortest password, in characters.
pub const PASSWORD_LEAST: usize = 10;
/// Longest password, in bytes: a hash takes its time over every one.
const PASSWORD_MOST: usize = 1_000;

/// The gate before the slow hash: it takes 19 MiB and a core for some time, so two at once and the others wait.
pub(crate) struct Passwords(Semaphore);

impl Default for Passwords {
    fn default() -> Self {
        Self(Semaphore::new(2))
    }
}

impl Passwords {
    /// Argon2id of a new password for the account of this address, as a PHC string.
    ///
    /// # Errors
    /// `Invalid` for one that is too short, `TooLong`, `CharacterInvalid` for a control character, `PasswordCommon`,
    /// `PasswordIsAddress`.
    pub(crate) async fn hash(&self, password: &str, email: &str) -> Result<String> {
        let password = checked(password, email)?;
        let _turn = self.0.acquire().await.expect("the gate is never closed");
        run_blocking(move || hash_now(&password)).await
    }

    /// Whether the password is that of the hash; without a hash it is wrong, and that takes as long.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let is_somebodys = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS_HASH.to_owned());
        let password = prepared(password);
        let _turn = self.0.acquire().await.expect("the gate is never closed");
        let is_right = run_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|parsed| {
                Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
            })
        });
        Ok(is_right.await? && is_somebodys)
    }
}

fn checked(password: &str, email: &str) -> Result<String> {
    let refused = |code| Refusal::of(Field::Password, code);
    if password.len() > PASSWORD_MOST {
        return Err(refused(Code::TooLong).limit(PASSWORD_MOST as u64).into());
    }
    let password = prepared(password);
    if password.chars().nth(PASSWORD_LEAST - 1).is_none() {
        return Err(refused(Code::TooShort).limit(PASSWORD_LEAST as u64).into());
    }
    if password.chars().any(char::is_control) {
        return Err(refused(Code::CharacterInvalid).into());
    }
    if is_address(&password, email) {
        return Err(refused(Code::PasswordIsAddress).into());
    }
    if is_common(&password) {
        return Err(refused(Code::PasswordCommon).into());
    }
    Ok(password)
}

/// The password as it is hashed, the same from every keyboard: as RFC 8265 (4.2, `OpaqueString`) has it, each space
/// that is not ASCII's becomes one that is, and canonical forms are one; NFKC in place of its NFC makes one of full and
/// half width too.
fn prepared(password: &str) -> String {
    let spaced =
        password.chars().map(|c| if c.is_whitespace() && !c.is_control() { ' ' } else { c });
    spaced.nfkc().collect()
}

/// The address of the account, or the part of it before the @.
fn is_address(password: &str, email: &str) -> bool {
    let (password, email) = (password.trim().to_lowercase(), email_key(email));
    password == email || email.rsplit_once('@').is_some_and(|(local, _)| password == local)
}

/// What those who guess try first, lower case, one a line. The short ones are tried with digits and signs behind them.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether it is one of the list, a word of it with digits or signs behind it, a run of the keyboard or of the
/// alphabet, or made of few different characters.
fn is_common(password: &str) -> bool {
    let password = password.trim().to_lowercase();
    let characters: BTreeSet<char> = password.chars().collect();
    let is_extended = |common: &str| {
        let rest = password.strip_prefix(common);
        rest.is_some_and(|rest| !rest.contains(char::is_alphabetic))
    };
    characters.len() < 4
        || COMMON.lines().any(is_extended)
        || RUNS.iter().any(|run| run.contains(password.as_str()))
}

/// Neighbours on keyboards and in the alphabet, twice so that a run may begin anywhere, and backwards.
const RUNS: [&str; 6] = [
    "12345678901234567890",
    "09876543210987654321",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm",
    "qwertyuiopasdfghjklñzxcvbnm",
];

async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|failed| Error::File(std::io::Error::other(failed)))
}

fn hash_now(password: &str) -> String {
    let mut salt = [0; 16];
    rand::rngs::OsRng.try_fill_bytes(&mut salt).expect("the system's randomness is there");
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .expect("the default parameters are valid and a password of any length is hashed")
        .to_string()
}

/// Compared with when nobody has the address, so that the answer takes as long: a hash of nothing known, made with the
/// same parameters as all others.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str) -> Option<Code> {
        checked(password, "Lucia.Medina@example.com").err().map(|error| error.refusal().code)
    }

    #[test]
    fn common_passwords_and_ones_own_address_are_refused() {
        for common in [
            "1234567890",
            "0123456789",
            "9876543210",
            "qwertyuiop",
            "QWERTYUIOP",
            "password123",
            "Password123!",
            "PASSWORD1234",
            "contraseña",
            "Contraseña2026",
            "aaaaaaaaaa",
            "abababababab",
            "iloveyou123",
            "1q2w3e4r5t",
            "  1234567890  ",
            "ｐａｓｓｗｏｒｄ123",
            "administrador",
            "abcdefghijkl",
            "asdfghjklñ",
        ] {
            assert_eq!(refusal(common), Some(Code::PasswordCommon), "{common}");
        }
        for address in [
            "lucia.medina@example.com",
            "LUCIA.MEDINA@EXAMPLE.COM",
            "Lucia.Medina",
            " lucia.medina ",
        ] {
            assert_eq!(refusal(address), Some(Code::PasswordIsAddress), "{address}");
        }
        for fine in
            ["una clave muy larga", "contraseña larga", "correcto caballo batería", "tr0ub4dor&3x"]
        {
            assert_eq!(refusal(fine), None, "{fine}");
        }
        assert_eq!(refusal("corta"), Some(Code::TooShort));
        assert_eq!(refusal("una clave\u{7} larga"), Some(Code::CharacterInvalid));
        assert_eq!(refusal(&"ñ".repeat(501)), Some(Code::TooLong));
    }

    #[test]
    fn every_word_of_the_list_is_refused_with_digits_and_signs_behind_it() {
        assert!(COMMON.lines().is_sorted_by(|a, b| a < b));
        for common in COMMON.lines() {
            assert_eq!(common, prepared(common).to_lowercase(), "{common}");
            assert_eq!(
                refusal(&format!("{common}0000000!")),
                Some(Code::PasswordCommon),
                "{common}"
            );
        }
    }

    #[test]
    fn one_password_is_the_same_from_every_keyboard() {
        for (one, other) in [
            ("contrase\u{f1}a larga", "contrasen\u{303}a larga"),
            ("una clave larga", "una\u{a0}clave\u{3000}larga"),
            ("una clave larga", "una\u{1680}clave\u{2009}larga"),
            ("clave segura 77", "ｃｌａｖｅ segura ７７"),
        ] {
            assert_eq!(prepared(one), prepared(other));
        }
        assert_ne!(prepared("Una clave larga"), prepared("una clave larga"));
    }

    #[test]
    fn an_unknown_address_costs_as_much_as_a_known_one() {
        let ours = hash_now("x");
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(parameters(&ours), parameters(NOBODYS_HASH));
        let nobodys = PasswordHash::new(NOBODYS_HASH).unwrap();
        let wrong = Argon2::default().verify_password(b"x", &nobodys);
        assert_eq!(wrong, Err(argon2::password_hash::Error::Password));
    }
}
