//! Passwords: how long they are, and the slow hash.

use crate::{Error, Result};
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use protocol::{Code, Field, Refusal};
use rand::TryRngCore;
use tokio::sync::Semaphore;

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
    /// Argon2id of a new password, as a PHC string; refuses one that is too short or too long.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = checked(password)?;
        let _turn = self.0.acquire().await.expect("the gate is never closed");
        run_blocking(move || hash_now(&password)).await
    }

    /// Whether the password is that of the hash; without a hash it is wrong, and that takes as long.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let is_somebodys = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS_HASH.to_owned());
        let password = password.to_owned();
        let _turn = self.0.acquire().await.expect("the gate is never closed");
        let is_right = run_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|parsed| {
                Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
            })
        });
        Ok(is_right.await? && is_somebodys)
    }
}

fn checked(password: &str) -> Result<String> {
    if password.chars().nth(PASSWORD_LEAST - 1).is_none() {
        return Err(Refusal::of(Field::Password, Code::Invalid)
            .limit(PASSWORD_LEAST as u64)
            .into());
    }
    if password.len() > PASSWORD_MOST {
        return Err(Refusal::of(Field::Password, Code::TooLong).limit(PASSWORD_MOST as u64).into());
    }
    Ok(password.to_owned())
}

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

/// Compared with when nobody has the address, so that the answer takes as long: a hash of nothing known, made with the same
/// parameters as all others.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

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
