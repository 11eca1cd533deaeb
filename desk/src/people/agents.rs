//! Agents and their passwords. Sessions are in [`crate::people::sessions`].

use crate::{
    Desk, Error, Result,
    db::{Tx, run},
    live::Event,
    people::sessions::{self, new_token},
    sites::bump_revision,
};
use protocol::{
    AgentId, Code, Field, Refusal, SiteId, SiteKey, Timestamp,
    agent::AgentState,
    text::{EmailAddress, PersonName},
};
use std::time::Duration;
use uuid::Uuid;

/// A one-time link holds for this.
const LINK_HOLDS: Duration = Duration::from_hours(24);
/// Shortest password, in characters.
pub const PASSWORD_LEAST: usize = 10;
/// Longest password, in bytes: a hash takes its time over every one.
const PASSWORD_MOST: usize = 1_000;

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Supervisor,
    Agent,
}

impl Role {
    /// As it is stored and named on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
        }
    }

    /// The least of them for a name that is not known.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "owner" => Self::Owner,
            "supervisor" => Self::Supervisor,
            _ => Self::Agent,
        }
    }
}

/// A person who answers, as their session knows them.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub state: AgentState,
    pub since: Timestamp,
    /// `es`, `en`, `pt`.
    pub lang: String,
    pub sites: Vec<SiteId>,
}

/// `ayuda agent create`.
#[derive(Clone, Debug)]
pub struct NewAgent {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Site keys; empty: every site (also those made later).
    pub sites: Vec<String>,
    /// Queue names; empty: every queue of those sites.
    pub queues: Vec<String>,
    /// None: the agent sets one through the one-time link.
    pub password: Option<String>,
}

/// A session's secret, 256 bits, for a cookie; stored hashed.
#[derive(Clone)]
pub struct SessionToken(pub String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

const HAS_AGENTS: &str = "select count(*) from agents where password_hash is not null";
const UPSERT: &str = "\
    insert into agents (id, email, email_key, name, role, password_hash, state, state_since, lang, every_site, created_at) \
    values ($1, $2, $3, $4, $5, $6, 'available', $7, 'es', $8, $7) \
    on conflict (email_key) do update set name = excluded.name, role = excluded.role, every_site = excluded.every_site, \
    password_hash = coalesce(excluded.password_hash, agents.password_hash) \
    returning id";
const CLEAR_SITES: &str = "delete from agent_sites where agent_id = $1";
const CLEAR_QUEUES: &str = "delete from agent_queues where agent_id = $1";
const ADD_SITE: &str = "insert into agent_sites (agent_id, site_id) values ($1, $2)";
const ADD_QUEUE: &str = "insert into agent_queues (agent_id, queue_id) values ($1, $2)";
const CLEAR_LINKS: &str = "delete from one_time_links where agent_id = $1";
const ADD_LINK: &str =
    "insert into one_time_links (token_hash, agent_id, expires_at) values ($1, $2, $3)";
const USE_LINK: &str =
    "delete from one_time_links where token_hash = $1 and expires_at > $2 returning agent_id";
const SET_PASSWORD: &str = "update agents set password_hash = $2 where id = $1";
const END_SESSIONS: &str = "delete from sessions where agent_id = $1";
const SET_STATE: &str =
    "update agents set state = $2, state_since = $3 where id = $1 and state <> $2";

impl Desk {
    /// Makes an agent or, when the address has one, changes name, role, sites, queues and password. Answers the one-time link for setting a password when none was given.
    pub async fn create_agent(&self, new: NewAgent) -> Result<Option<String>> {
        let email = EmailAddress::parse(&new.email)?;
        let name = PersonName::parse(&new.name)?;
        let sites = self.sites_named(&new.sites)?;
        let queues = self.queues_named(&sites, &new.queues)?;
        let hash = match &new.password {
            Some(password) => Some(self.0.sessions.hash(checked(password)?).await?),
            None => None,
        };
        let link = new.password.is_none().then(new_token);
        let now = self.0.options.clock.now();
        let mut tx = self.begin().await?;
        let id: Uuid = run!(tx, c => sqlx::query_scalar(UPSERT)
            .bind(self.0.options.clock.new_id())
            .bind(email.as_str())
            .bind(email_key(email.as_str()))
            .bind(name.as_str())
            .bind(new.role.as_str())
            .bind(&hash)
            .bind(now.0)
            .bind(sites.is_empty())
            .fetch_one(c)
            .await)?;
        for clear in [CLEAR_SITES, CLEAR_QUEUES] {
            run!(tx, c => sqlx::query(clear).bind(id).execute(c).await.map(|_| ()))?;
        }
        for site in sites {
            run!(tx, c => sqlx::query(ADD_SITE).bind(id).bind(site.0).execute(c).await.map(|_| ()))?;
        }
        for queue in queues {
            run!(tx, c => sqlx::query(ADD_QUEUE).bind(id).bind(queue).execute(c).await.map(|_| ()))?;
        }
        if hash.is_some() {
            end_sessions(&mut tx, AgentId(id)).await?;
        }
        if let Some(token) = &link {
            run!(tx, c => sqlx::query(CLEAR_LINKS).bind(id).execute(c).await.map(|_| ()))?;
            run!(tx, c => sqlx::query(ADD_LINK)
                .bind(sessions::hashed(token))
                .bind(id)
                .bind((now + LINK_HOLDS).0)
                .execute(c)
                .await
                .map(|_| ()))?;
        }
        bump_revision(&mut tx).await?;
        self.commit(tx).await?;
        if hash.is_some() {
            self.0.sessions.end_unstored(AgentId(id));
        }
        self.sites_were_changed().await?;
        Ok(link.map(|token| format!("{}/console/password?k={token}", self.0.options.public_url)))
    }

    /// True once somebody can sign in.
    pub async fn has_agents(&self) -> Result<bool> {
        let count: i64 =
            crate::db::read!(self.db(), c => sqlx::query_scalar(HAS_AGENTS).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Uses a one-time link's token (10 characters at least in the password), and signs in.
    pub async fn set_password(&self, link_token: &str, password: &str) -> Result<SessionToken> {
        let hash = self.0.sessions.hash(checked(password)?).await?;
        let now = self.0.options.clock.now();
        let mut tx = self.begin().await?;
        let agent: Option<Uuid> = run!(tx, c => sqlx::query_scalar(USE_LINK)
            .bind(sessions::hashed(link_token))
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        let agent = agent.ok_or_else(Error::not_found)?;
        run!(tx, c => sqlx::query(SET_PASSWORD).bind(agent).bind(&hash).execute(c).await.map(|_| ()))?;
        // Whoever knew the old password is out.
        end_sessions(&mut tx, AgentId(agent)).await?;
        let token = sessions::begin(&mut tx, AgentId(agent), now).await?;
        bump_revision(&mut tx).await?;
        self.commit(tx).await?;
        self.0.sessions.end_unstored(AgentId(agent));
        self.sites_were_changed().await?;
        Ok(token)
    }

    /// *Disponible* or *Ausente*; consoles and pages hear of it at once.
    pub async fn set_agent_state(&self, agent: AgentId, state: AgentState) -> Result<()> {
        let now = self.0.options.clock.now();
        let name = match state {
            AgentState::Available => "available",
            AgentState::Away => "away",
        };
        let mut tx = self.begin().await?;
        let changed = run!(tx, c => sqlx::query(SET_STATE)
            .bind(agent.0)
            .bind(name)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if changed == 0 {
            return match self.0.sites.now().agent(agent) {
                Some(_) => Ok(()),
                None => Err(Error::not_found()),
            };
        }
        bump_revision(&mut tx).await?;
        self.commit(tx).await?;
        self.sites_were_changed().await?;
        self.hub().publish(Event::AgentState { agent });
        self.agent_changed(agent);
        Ok(())
    }

    fn sites_named(&self, keys: &[String]) -> Result<Vec<SiteId>> {
        keys.iter()
            .map(|key| {
                self.find_site(&SiteKey(key.clone()))
                    .map(|site| site.id)
                    .ok_or_else(Error::not_found)
            })
            .collect()
    }

    /// Every queue called so in these sites (none: in any).
    fn queues_named(&self, sites: &[SiteId], names: &[String]) -> Result<Vec<Uuid>> {
        let mut found = Vec::new();
        for name in names {
            let before = found.len();
            for site in self.sites() {
                if sites.is_empty() || sites.contains(&site.id) {
                    let called = site.queues.iter().filter(|queue| queue.name == *name);
                    found.extend(called.map(|queue| queue.id.0));
                }
            }
            if found.len() == before {
                return Err(Error::not_found());
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// Addresses are one agent's whatever their case.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
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

async fn end_sessions(tx: &mut Tx, agent: AgentId) -> Result<()> {
    let ended = run!(tx, c => sqlx::query(END_SESSIONS)
        .bind(agent.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if ended > 0 {
        tx.tell(Event::SignedOut { agent });
    }
    Ok(())
}
