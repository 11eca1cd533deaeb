//! Staying signed in.
//!
//! A session is 256 random bits in a cookie and their SHA-256 in the database; it holds for 14 days after it was last
//! used. What was looked up lately is remembered for a moment, so that a console's many requests are not as many
//! statements.

use crate::{
    Desk, Moment, Result,
    db::{Event, Tx, read, retry, run, statement},
    live::Notice,
    people::{accounts, sign_ins, visitor_sessions},
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
    unstored: DashMap<Key, Unstored>,
    /// Goes up before sessions are forgotten: what was read before that is not remembered after it.
    forgotten: AtomicU64,
}

/// A session that is not stored yet.
#[derive(Clone)]
struct Unstored {
    agent: AgentId,
    /// The password that it was begun with, hashed.
    password: String,
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
        self.unstored.retain(|_, session| is_let_in(session.agent));
        self.forget_all();
    }

    /// The agent's password is another: what could not be stored yet is never to be.
    pub(crate) fn end_unstored(&self, agent: AgentId) {
        self.unstored.retain(|_, session| session.agent != agent);
        self.forget_all();
    }
}

/// Begins a session in this transaction.
pub(crate) async fn begin(tx: &mut Tx, agent: AgentId, now: Timestamp) -> Result<SessionToken> {
    let token = new_token();
    store(tx, &hashed(&token), agent, now).await?;
    Ok(SessionToken(token))
}

/// Begins a session of the agent whose password is hashed like this; while nothing can be stored in memory alone, for
/// now. None when it is their password no more, or they are not let in.
pub(crate) async fn sign_in(
    desk: &Desk,
    agent: AgentId,
    password: String,
) -> Result<Option<SessionToken>> {
    let token = new_token();
    let key = hashed(&token);
    let session = Unstored { agent, password };
    match store_now(desk, &key, &session).await {
        Err(_) if desk.0.storage.find_fault().is_some() => {
            desk.0.sessions.unstored.insert(key, session);
            Ok(Some(SessionToken(token)))
        }
        stored => Ok(stored?.then_some(SessionToken(token))),
    }
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

/// False, and nothing is stored, where the password is another by now.
async fn store_now(desk: &Desk, key: &Key, session: &Unstored) -> Result<bool> {
    let now = desk.now();
    retry!({
        let mut tx = desk.begin().await?;
        if !accounts::hold_password(&mut tx, session.agent, &session.password).await? {
            return Ok(false);
        }
        store(&mut tx, key, session.agent, now).await?;
        desk.commit(tx).await?;
        Ok(true)
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
    let unstored = sessions.unstored.get(&key).map(|session| session.clone());
    if let Some(session) = unstored {
        if let Ok(stored) = store_now(desk, &key, &session).await {
            let was_ended = sessions.unstored.remove(&key).is_none();
            if stored && was_ended {
                end(desk, &key).await?;
            }
            if !stored || was_ended {
                return Ok(None);
            }
        }
        sessions.remember(key, session.agent, moment, generation);
        return Ok(Some(session.agent));
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
    if let Some((_, Unstored { agent, .. })) = sessions.unstored.remove(&key) {
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
        let of_agents = [SWEEP_SESSIONS, SWEEP_LINKS, sign_ins::SWEEP];
        let of_visitors = [visitor_sessions::SWEEP_SESSIONS, visitor_sessions::SWEEP_LINKS];
        for sweep in of_agents.into_iter().chain(of_visitors) {
            run!(tx, c => sqlx::query(sweep).bind(now.0).execute(c).await.map(|_| ()))?;
        }
        desk.commit(tx).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        people::{NewAgent, Role},
        world::{World, on_both},
    };

    on_both! {
        who_knew_the_old_password_begins_no_session_after_the_new_one,
    }

    async fn who_knew_the_old_password_begins_no_session_after_the_new_one(world: World) {
        const EMAIL: &str = "lucia@example.com";
        let (agent, _raul) = (world.agent("lucia").await, world.agent("raul").await);
        let password = async || {
            let found = accounts::find_by_email(&world.desk, EMAIL).await.unwrap();
            found.unwrap().1.unwrap()
        };
        let old = password().await;
        assert!(sign_in(&world.desk, agent.id, old.clone()).await.unwrap().is_some());
        // Between the look at the password and the session, which takes a while, comes another one.
        let other = NewAgent {
            email: EMAIL.into(),
            name: "Lucía".into(),
            role: Role::Agent,
            sites: vec![],
            queues: vec![],
            password: Some("una contraseña más larga".into()),
        };
        world.desk.create_agent(other).await.unwrap();
        assert!(sign_in(&world.desk, agent.id, old.clone()).await.unwrap().is_none());
        let sessions = "select count(*) from sessions";
        assert_eq!(world.count(sessions).await, 1, "Raúl's");
        // Nor one that was begun while nothing could be stored.
        let late = Unstored { agent: agent.id, password: old };
        world.desk.0.sessions.unstored.insert(hashed("late"), late);
        assert_eq!(find(&world.desk, "late").await.unwrap(), None);
        assert_eq!(find(&world.desk, "late").await.unwrap(), None);
        let new = password().await;
        let session = sign_in(&world.desk, agent.id, new.clone()).await.unwrap().unwrap();
        assert_eq!(find(&world.desk, &session.0).await.unwrap(), Some(agent.id));
        world.desk.disable_agent(EMAIL).await.unwrap();
        assert!(sign_in(&world.desk, agent.id, new).await.unwrap().is_none());
    }

    #[test]
    fn a_session_that_could_not_be_stored_ends_with_its_agents_account() {
        let (sessions, eva, ana) = (Sessions::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        for (token, agent) in [("eva", AgentId(eva)), ("ana", AgentId(ana))] {
            let session = Unstored { agent, password: String::new() };
            sessions.unstored.insert(hashed(token), session);
        }
        sessions.agents_changed(|agent| agent == AgentId(eva));
        let left: Vec<AgentId> = sessions.unstored.iter().map(|session| session.agent).collect();
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
