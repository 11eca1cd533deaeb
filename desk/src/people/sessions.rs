//! Staying signed in.
//!
//! A session is 256 random bits in a cookie and their SHA-256 in the database; it holds for 14 days after it was last used. What was
//! looked up lately is remembered for a moment, so that a console's many requests are not as many statements.

use crate::{
    Desk, Moment, Result,
    db::{Event, Tx, read, retry, run, statement},
    live::Notice,
    people::sign_ins,
    secret::{hashed, new_token},
};
use dashmap::DashMap;
use protocol::{AgentId, Timestamp};
use std::{
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};
use uuid::Uuid;

/// A session holds for this after its last use.
const HOLDS: Duration = Duration::from_hours(14 * 24);
/// Its end is moved at most this often.
const PROLONGED_EVERY: Duration = Duration::from_hours(1);
/// What was looked up is believed for this; another process may have ended it.
const BELIEVED: Duration = Duration::from_secs(10);
/// More than this many remembered sessions are forgotten together.
const REMEMBERED: usize = 10_000;

statement!(
    BEGIN = "\
    insert into sessions (token_hash, agent_id, seen_at, expires_at) values ($1, $2, $3, $4)"
);
statement!(
    FIND = "select agent_id, seen_at from sessions where token_hash = $1 and expires_at > $2"
);
statement!(PROLONG = "update sessions set seen_at = $2, expires_at = $3 where token_hash = $1");
statement!(END = "delete from sessions where token_hash = $1 returning agent_id");
statement!(END_ALL = "delete from sessions where agent_id = $1");
statement!(SWEEP_SESSIONS = "delete from sessions where expires_at <= $1");
statement!(SWEEP_LINKS = "delete from one_time_links where expires_at <= $1");

/// A session's secret, 256 bits, for a cookie; stored hashed.
#[derive(Clone)]
pub struct SessionToken(pub String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// The SHA-256 of a session's token.
type Key = [u8; 32];

/// Sessions seen lately.
#[derive(Default)]
pub(crate) struct Sessions {
    seen: DashMap<Key, (AgentId, Moment)>,
    /// Begun while nothing could be stored: signing in goes on, and each is stored as soon as that can be done.
    unstored: DashMap<Key, AgentId>,
    /// Goes up before sessions are forgotten: what was read before that is not remembered after it.
    forgotten: AtomicU64,
}

impl Sessions {
    /// What is remembered may have changed.
    pub(crate) fn forget_all(&self) {
        self.forgotten.fetch_add(1, SeqCst);
        self.seen.clear();
    }

    /// The same of one session.
    fn forget(&self, key: &Key) {
        self.forgotten.fetch_add(1, SeqCst);
        self.seen.remove(key);
    }

    /// Remembers what was read since `generation`, unless anything was forgotten meanwhile.
    fn remember(&self, key: Key, agent: AgentId, at: Moment, generation: u64) {
        self.seen.insert(key, (agent, at));
        if self.forgotten.load(SeqCst) != generation {
            self.seen.remove(&key);
        }
    }

    /// Agents were read again: who is let in no more has no session in memory either.
    pub(crate) fn agents_changed(&self, is_let_in: impl Fn(AgentId) -> bool) {
        self.unstored.retain(|_, agent| is_let_in(*agent));
        self.forget_all();
    }

    /// The agent's password is another: what could not be stored yet is never to be.
    pub(crate) fn end_unstored(&self, agent: AgentId) {
        self.unstored.retain(|_, of| *of != agent);
        self.forget_all();
    }
}

/// Begins a session in this transaction.
pub(crate) async fn begin(tx: &mut Tx, agent: AgentId, now: Timestamp) -> Result<SessionToken> {
    let token = new_token();
    store(tx, &hashed(&token), agent, now).await?;
    Ok(SessionToken(token))
}

/// Begins a session; while nothing can be stored in memory alone, for now.
pub(crate) async fn sign_in(desk: &Desk, agent: AgentId) -> Result<SessionToken> {
    let token = new_token();
    let key = hashed(&token);
    match store_now(desk, &key, agent).await {
        Err(_) if desk.0.storage.find_fault().is_some() => {
            _ = desk.0.sessions.unstored.insert(key, agent);
        }
        stored => stored?,
    }
    Ok(SessionToken(token))
}

async fn store(tx: &mut Tx, key: &Key, agent: AgentId, now: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(BEGIN)
        .bind(&key[..])
        .bind(agent.0)
        .bind(now.0)
        .bind((now + HOLDS).0)
        .execute(c)
        .await
        .map(|_| ()))
}

async fn store_now(desk: &Desk, key: &Key, agent: AgentId) -> Result<()> {
    let now = desk.now();
    retry!({
        let mut tx = desk.begin().await?;
        store(&mut tx, key, agent, now).await?;
        desk.commit(tx).await
    })
}

/// Whose session it is; none when it is unknown or has ended. From memory when seen lately.
pub(crate) async fn find(desk: &Desk, token: &str) -> Result<Option<AgentId>> {
    let sessions = &desk.0.sessions;
    let (key, now, moment) = (hashed(token), desk.now(), desk.moment());
    let remembered = sessions.seen.get(&key).map(|seen| *seen);
    if let Some((agent, at)) = remembered
        && moment.since(at) < BELIEVED
    {
        return Ok(Some(agent));
    }
    let generation = sessions.forgotten.load(SeqCst);
    let unstored = sessions.unstored.get(&key).map(|agent| *agent);
    if let Some(agent) = unstored {
        if store_now(desk, &key, agent).await.is_ok() && sessions.unstored.remove(&key).is_none() {
            // It was ended while it was being stored.
            end(desk, &key).await?;
            return Ok(None);
        }
        sessions.remember(key, agent, moment, generation);
        return Ok(Some(agent));
    }
    let found: Option<(Uuid, i64)> = read!(desk.db(), c => sqlx::query_as(FIND)
        .bind(&key[..])
        .bind(now.0)
        .fetch_optional(c)
        .await)?;
    let Some((agent, seen_at)) = found else {
        sessions.seen.remove(&key);
        return Ok(None);
    };
    if now.since(Timestamp(seen_at)) >= PROLONGED_EVERY {
        // Reading goes on when writing cannot.
        if let Err(error) = prolong(desk, &key, now).await {
            tracing::warn!(%error, "a session could not be prolonged");
        }
    }
    if sessions.seen.len() >= REMEMBERED {
        sessions.seen.clear();
    }
    sessions.remember(key, AgentId(agent), moment, generation);
    Ok(Some(AgentId(agent)))
}

async fn prolong(desk: &Desk, key: &Key, now: Timestamp) -> Result<()> {
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(PROLONG)
            .bind(&key[..])
            .bind(now.0)
            .bind((now + HOLDS).0)
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })
}

/// Ends a session; its agent's consoles hear `SignedOut`.
pub(crate) async fn sign_out(desk: &Desk, token: &str) -> Result<()> {
    let sessions = &desk.0.sessions;
    let key = hashed(token);
    sessions.seen.remove(&key);
    if let Some((_, agent)) = sessions.unstored.remove(&key) {
        desk.publish(Event::SignedOut { agent });
        desk.notify(Notice::SignedOut { agent });
    }
    end(desk, &key).await?;
    // It may have been looked up again meanwhile.
    sessions.forget(&key);
    Ok(())
}

async fn end(desk: &Desk, key: &Key) -> Result<()> {
    retry!({
        let mut tx = desk.begin().await?;
        let agent: Option<Uuid> =
            run!(tx, c => sqlx::query_scalar(END).bind(&key[..]).fetch_optional(c).await)?;
        if let Some(agent) = agent {
            tx.publish(Event::SignedOut { agent: AgentId(agent) });
        }
        desk.commit(tx).await
    })
}

/// Ends every session of an agent in this transaction; their consoles hear `SignedOut`.
pub(crate) async fn end_all(tx: &mut Tx, agent: AgentId) -> Result<()> {
    run!(tx, c => sqlx::query(END_ALL).bind(agent.0).execute(c).await.map(|_| ()))?;
    // Also when there are no rows: another process may have one that could not be stored.
    tx.publish(Event::SignedOut { agent });
    Ok(())
}

/// Takes ended sessions and links out of the database, and attempts to sign in that count no more.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    let now = desk.now();
    retry!({
        let mut tx = desk.begin().await?;
        for sweep in [SWEEP_SESSIONS, SWEEP_LINKS, sign_ins::SWEEP] {
            run!(tx, c => sqlx::query(sweep).bind(now.0).execute(c).await.map(|_| ()))?;
        }
        desk.commit(tx).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_could_not_be_stored_ends_with_its_agents_account() {
        let (sessions, eva, ana) = (Sessions::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        sessions.unstored.insert(hashed("eva"), AgentId(eva));
        sessions.unstored.insert(hashed("ana"), AgentId(ana));
        sessions.agents_changed(|agent| agent == AgentId(eva));
        let left: Vec<AgentId> = sessions.unstored.iter().map(|agent| *agent).collect();
        assert_eq!(left, [AgentId(eva)]);
    }

    #[test]
    fn what_was_read_before_sessions_were_forgotten_is_not_remembered() {
        let (sessions, eva) = (Sessions::default(), AgentId(Uuid::from_u128(1)));
        let generation = sessions.forgotten.load(SeqCst);
        sessions.remember(hashed("one"), eva, Moment::default(), generation);
        assert_eq!(sessions.seen.len(), 1);
        sessions.forget(&hashed("one"));
        sessions.remember(hashed("one"), eva, Moment::default(), generation);
        sessions.remember(hashed("two"), eva, Moment::default(), generation);
        assert!(sessions.seen.is_empty());
    }
}
