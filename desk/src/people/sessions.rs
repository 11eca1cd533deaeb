//! Signing in and staying signed in.
//!
//! A session is 256 random bits in a cookie and their SHA-256 in the database; it holds for 14 days after it was last used. What was
//! looked up lately is remembered for a moment, so that a console's many requests are not as many statements.

use crate::{
    Desk, Error, Result,
    db::{Tx, read, run},
    live::Event,
    people::{Agent, SessionToken, email_key},
};
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use dashmap::DashMap;
use data_encoding::BASE64URL_NOPAD;
use protocol::{AgentId, Code, Refusal, Timestamp};
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// A session holds for this after its last use.
const HOLDS: Duration = Duration::from_hours(14 * 24);
/// Its end is moved at most this often.
const PROLONGED_EVERY: Duration = Duration::from_hours(1);
/// What was looked up is believed for this; another process may have ended it.
const BELIEVED: Duration = Duration::from_secs(10);
/// More than this many remembered sessions are forgotten together.
const REMEMBERED: usize = 10_000;

const PASSWORD_OF: &str = "select id, password_hash from agents where email_key = $1";
const BEGIN: &str = "\
    insert into sessions (token_hash, agent_id, created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)";
const FIND: &str =
    "select agent_id, seen_at from sessions where token_hash = $1 and expires_at > $2";
const PROLONG: &str = "update sessions set seen_at = $2, expires_at = $3 where token_hash = $1";
const END: &str = "delete from sessions where token_hash = $1 returning agent_id";
const SWEEP_SESSIONS: &str = "delete from sessions where expires_at <= $1";
const SWEEP_LINKS: &str = "delete from one_time_links where expires_at <= $1";

/// Sessions seen lately, and the gate before the slow hash.
pub(crate) struct Sessions {
    seen: DashMap<[u8; 32], (AgentId, Timestamp)>,
    /// Begun while the disk was full: signing in goes on, and each is stored as soon as that can be done.
    unstored: DashMap<[u8; 32], AgentId>,
    /// A hash takes 19 MiB and a core for some time: two at once, the others wait.
    gate: Semaphore,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { seen: DashMap::new(), unstored: DashMap::new(), gate: Semaphore::new(2) }
    }
}

impl Sessions {
    /// What is remembered may have changed.
    pub(crate) fn forget_all(&self) {
        self.seen.clear();
    }

    /// The agent's password is another: what could not be stored yet is never to be.
    pub(crate) fn end_unstored(&self, agent: AgentId) {
        self.unstored.retain(|_, of| *of != agent);
        self.forget_all();
    }

    /// Argon2id of a password, as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        let _turn = self.gate.acquire().await.expect("the gate is never closed");
        run_blocking(move || hash_now(&password)).await
    }

    async fn is_right(&self, password: String, hash: String) -> Result<bool> {
        let _turn = self.gate.acquire().await.expect("the gate is never closed");
        run_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|parsed| {
                Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
            })
        })
        .await
    }
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

/// 256 random bits as URL-safe text.
pub(crate) fn new_token() -> String {
    let mut bytes = [0; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).expect("the system's randomness is there");
    BASE64URL_NOPAD.encode(&bytes)
}

/// What is stored of a token.
pub(crate) fn hashed(token: &str) -> Vec<u8> {
    key_of(token).to_vec()
}

fn key_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Begins a session in this transaction.
pub(crate) async fn begin(tx: &mut Tx, agent: AgentId, now: Timestamp) -> Result<SessionToken> {
    let token = new_token();
    store(tx, &hashed(&token), agent, now).await?;
    Ok(SessionToken(token))
}

async fn store(tx: &mut Tx, hash: &[u8], agent: AgentId, now: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(BEGIN)
        .bind(hash)
        .bind(agent.0)
        .bind(now.0)
        .bind((now + HOLDS).0)
        .execute(c)
        .await
        .map(|_| ()))
}

/// Takes ended sessions and links out of the database.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    let now = desk.0.options.clock.now();
    let mut tx = desk.begin().await?;
    for sweep in [SWEEP_SESSIONS, SWEEP_LINKS] {
        run!(tx, c => sqlx::query(sweep).bind(now.0).execute(c).await.map(|_| ()))?;
    }
    desk.commit(tx).await
}

impl Desk {
    /// Checks address and password; answers alike for a known and an unknown address (`sign_in_failed`).
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SessionToken> {
        let refused = || Error::from(Refusal::new(Code::SignInFailed));
        // Nothing that long was ever accepted, and a hash would take its time over it.
        if email.len() > 1_000 || password.len() > 1_000 || email.contains('\0') {
            return Err(refused());
        }
        let found: Option<(Uuid, Option<String>)> = read!(self.db(), c => sqlx::query_as(PASSWORD_OF)
            .bind(email_key(email))
            .fetch_optional(c)
            .await)?;
        let (agent, hash) = match found {
            Some((id, Some(hash))) => (Some(AgentId(id)), hash),
            _ => (None, NOBODYS_HASH.to_owned()),
        };
        let right = self.0.sessions.is_right(password.to_owned(), hash).await?;
        let Some(agent) = agent.filter(|_| right) else { return Err(refused()) };
        let token = new_token();
        match self.store_session(&key_of(&token), agent).await {
            Err(Error::StorageFull) => {
                self.0.sessions.unstored.insert(key_of(&token), agent);
            }
            stored => stored?,
        }
        Ok(SessionToken(token))
    }

    async fn store_session(&self, key: &[u8; 32], agent: AgentId) -> Result<()> {
        let mut tx = self.begin().await?;
        store(&mut tx, key, agent, self.now()).await?;
        self.commit(tx).await
    }

    /// The signed-in agent; none when the session is unknown or has ended. From memory when seen lately.
    pub async fn find_session(&self, token: &str) -> Result<Option<Agent>> {
        let key = key_of(token);
        let now = self.now();
        let remembered = self.0.sessions.seen.get(&key).map(|seen| *seen);
        if let Some((agent, at)) = remembered
            && now.since(at) < BELIEVED
        {
            return Ok(self.0.sites.now().agent(agent));
        }
        let unstored = self.0.sessions.unstored.get(&key).map(|agent| *agent);
        if let Some(agent) = unstored {
            if self.store_session(&key, agent).await.is_ok() {
                self.0.sessions.unstored.remove(&key);
            }
            self.0.sessions.seen.insert(key, (agent, now));
            return Ok(self.0.sites.now().agent(agent));
        }
        let found: Option<(Uuid, i64)> = read!(self.db(), c => sqlx::query_as(FIND)
            .bind(key.to_vec())
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        let Some((id, seen_at)) = found else {
            self.0.sessions.seen.remove(&key);
            return Ok(None);
        };
        if now.since(Timestamp(seen_at)) >= PROLONGED_EVERY {
            // Reading goes on when writing cannot.
            if let Err(error) = self.prolong_session(&key).await {
                tracing::warn!(%error, "a session could not be prolonged");
            }
        }
        if self.0.sessions.seen.len() >= REMEMBERED {
            self.0.sessions.forget_all();
        }
        self.0.sessions.seen.insert(key, (AgentId(id), now));
        Ok(self.0.sites.now().agent(AgentId(id)))
    }

    async fn prolong_session(&self, key: &[u8; 32]) -> Result<()> {
        let now = self.now();
        let mut tx = self.begin().await?;
        run!(tx, c => sqlx::query(PROLONG)
            .bind(key.to_vec())
            .bind(now.0)
            .bind((now + HOLDS).0)
            .execute(c)
            .await
            .map(|_| ()))?;
        self.commit(tx).await
    }

    /// Ends a session; its consoles hear `SignedOut`.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let key = key_of(token);
        self.0.sessions.seen.remove(&key);
        if let Some((_, agent)) = self.0.sessions.unstored.remove(&key) {
            self.hub().publish(Event::SignedOut { agent });
        }
        let mut tx = self.begin().await?;
        let agent: Option<Uuid> =
            run!(tx, c => sqlx::query_scalar(END).bind(key.to_vec()).fetch_optional(c).await)?;
        if let Some(agent) = agent {
            tx.tell(Event::SignedOut { agent: AgentId(agent) });
        }
        self.commit(tx).await?;
        // It may have been looked up again meanwhile.
        self.0.sessions.seen.remove(&key);
        Ok(())
    }
}

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
