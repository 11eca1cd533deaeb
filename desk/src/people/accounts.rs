//! The rows of agents: what they are made with, whom they serve, their passwords and one-time links.

use super::{
    account::AccountRow,
    identity::{Role, email_key},
};
use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
    secret::hashed,
};
use protocol::{
    AgentId, OfferId, QueueId, SiteId, Timestamp,
    agent::AgentState,
    settings::{AwayReason, Language},
    text::{EmailAddress, PersonName},
};
use std::time::Duration;
use uuid::Uuid;

/// A one-time link holds for this.
const LINK_HOLDS: Duration = Duration::from_hours(24);

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

/// An agent's row as it is to be.
pub(crate) struct Account<'a> {
    pub(crate) email: &'a EmailAddress,
    pub(crate) name: &'a PersonName,
    pub(crate) role: Role,
    /// None: the password stays as it is.
    pub(crate) password_hash: Option<&'a str>,
    /// Empty: every site.
    pub(crate) sites: &'a [SiteId],
    /// Empty: every queue of those sites.
    pub(crate) queues: &'a [QueueId],
}

statement!(
    UPSERT = "\
    insert into agents (id, email, email_key, name, role, password_hash, state, state_since, lang, every_site, sees_sensitive) \
    values ($1, $2, $3, $4, $5, $6, 'available', $7, 'es', $8, false) \
    on conflict (email_key) do update set name = excluded.name, role = excluded.role, every_site = excluded.every_site, \
    password_hash = coalesce(excluded.password_hash, agents.password_hash) \
    returning id"
);

/// Makes an agent or, when the address has one, changes it.
pub(crate) async fn store(tx: &mut Tx, desk: &Desk, account: &Account<'_>) -> Result<AgentId> {
    let id: Uuid = run!(tx, c => sqlx::query_scalar(UPSERT)
        .bind(desk.clock().new_id())
        .bind(account.email.as_str())
        .bind(email_key(account.email.as_str()))
        .bind(account.name.as_str())
        .bind(account.role.as_text())
        .bind(account.password_hash)
        .bind(desk.now().0)
        .bind(account.sites.is_empty())
        .fetch_one(c)
        .await)?;
    let agent = AgentId(id);
    serve_sites(tx, agent, account.sites).await?;
    serve_queues(tx, agent, account.queues).await?;
    Ok(agent)
}

statement!(CLEAR_SITES = "delete from agent_sites where agent_id = $1");
statement!(ADD_SITE = "insert into agent_sites (agent_id, site_id) values ($1, $2)");

/// Binds an agent to these sites alone; the row says itself whether they serve every site.
pub(crate) async fn serve_sites(tx: &mut Tx, agent: AgentId, sites: &[SiteId]) -> Result<()> {
    run!(tx, c => sqlx::query(CLEAR_SITES).bind(agent.0).execute(c).await.map(|_| ()))?;
    for site in sites {
        run!(tx, c => sqlx::query(ADD_SITE)
            .bind(agent.0)
            .bind(site.0)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

statement!(CLEAR_QUEUES = "delete from agent_queues where agent_id = $1");
statement!(ADD_QUEUE = "insert into agent_queues (agent_id, queue_id) values ($1, $2)");

/// Binds an agent to these queues alone.
pub(crate) async fn serve_queues(tx: &mut Tx, agent: AgentId, queues: &[QueueId]) -> Result<()> {
    run!(tx, c => sqlx::query(CLEAR_QUEUES).bind(agent.0).execute(c).await.map(|_| ()))?;
    for queue in queues {
        run!(tx, c => sqlx::query(ADD_QUEUE)
            .bind(agent.0)
            .bind(queue.0)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

statement!(
    CLEAR_OTHER_QUEUES = "\
    delete from agent_queues where agent_id = $1 and queue_id not in (
      select q.id from queues q join agent_sites m on m.site_id = q.site_id where m.agent_id = $1)"
);

/// Unbinds an agent of some sites from the queues of all others.
pub(crate) async fn leave_other_queues(tx: &mut Tx, agent: AgentId) -> Result<()> {
    run!(tx, c => sqlx::query(CLEAR_OTHER_QUEUES).bind(agent.0).execute(c).await.map(|_| ()))
}

statement!(SITES_OF = "select site_id from agent_sites where agent_id = $1");

/// The sites that an agent is bound to.
pub(crate) async fn sites_of(tx: &mut Tx, agent: AgentId) -> Result<Vec<SiteId>> {
    let sites: Vec<Uuid> =
        run!(tx, c => sqlx::query_scalar(SITES_OF).bind(agent.0).fetch_all(c).await)?;
    Ok(sites.into_iter().map(SiteId).collect())
}

statement!(
    UPDATE_ACCOUNT = "\
    update agents set name = $2, role = $3, every_site = $4, capacity = $5, picture = $6, sees_sensitive = $7 \
    where id = $1"
);

/// Writes what owners and operators decide of an agent.
pub(crate) async fn update(tx: &mut Tx, row: &AccountRow) -> Result<()> {
    run!(tx, c => sqlx::query(UPDATE_ACCOUNT)
        .bind(row.id)
        .bind(&row.name)
        .bind(&row.role)
        .bind(row.every_site)
        .bind(row.capacity)
        .bind(&row.picture)
        .bind(row.sees_sensitive)
        .execute(c)
        .await
        .map(|_| ()))
}

statement!(DISABLE = "update agents set disabled_at = $2 where id = $1 and disabled_at is null");
statement!(ENABLE = "update agents set disabled_at = null where id = $1");

/// Lets an agent in nowhere. Their sessions and links are for the caller to end.
pub(crate) async fn disable(tx: &mut Tx, agent: AgentId, now: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(DISABLE).bind(agent.0).bind(now.0).execute(c).await.map(|_| ()))
}

/// Lets a disabled agent in again.
pub(crate) async fn enable(tx: &mut Tx, agent: AgentId) -> Result<()> {
    run!(tx, c => sqlx::query(ENABLE).bind(agent.0).execute(c).await.map(|_| ()))
}

statement!(
    OWNERS = "\
    select count(*) from agents where role = $1 and password_hash is not null and disabled_at is null"
);

/// Whether an owner can sign in.
pub(crate) async fn has_owners(tx: &mut Tx) -> Result<bool> {
    let count: i64 = run!(tx, c => sqlx::query_scalar(OWNERS)
        .bind(Role::Owner.as_text())
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

statement!(
    HAS_AGENTS =
        "select count(*) from agents where password_hash is not null and disabled_at is null"
);

/// Whether anybody can sign in.
pub(crate) async fn has_agents(desk: &Desk) -> Result<bool> {
    let count: i64 = read!(desk.db(), c => sqlx::query_scalar(HAS_AGENTS).fetch_one(c).await)?;
    Ok(count > 0)
}

statement!(
    PASSWORD_OF =
        "select id, password_hash from agents where email_key = $1 and disabled_at is null"
);

/// The agent of this address, and the hash of their password where they have one. Who is disabled is not found.
pub(crate) async fn find_by_email(
    desk: &Desk,
    email: &str,
) -> Result<Option<(AgentId, Option<String>)>> {
    let found: Option<(Uuid, Option<String>)> = read!(desk.db(), c => sqlx::query_as(PASSWORD_OF)
        .bind(email_key(email))
        .fetch_optional(c)
        .await)?;
    Ok(found.map(|(id, hash)| (AgentId(id), hash)))
}

statement!(
    SET_PASSWORD = "
    update agents set lang = case when password_hash is null then $3 else lang end, password_hash = $2
    where id = $1"
);

/// Sets the password; with the first one the console's language is that of whoever sets it.
pub(crate) async fn set_password(
    tx: &mut Tx,
    agent: AgentId,
    hash: &str,
    lang: Language,
) -> Result<()> {
    run!(tx, c => sqlx::query(SET_PASSWORD)
        .bind(agent.0)
        .bind(hash)
        .bind(lang.as_text())
        .execute(c)
        .await
        .map(|_| ()))
}

// Writes nothing new: it holds the row, so that another password comes before this or waits for it.
statement!(
    HOLD_PASSWORD = "
    update agents set password_hash = password_hash
    where id = $1 and password_hash = $2 and disabled_at is null
    returning id"
);

/// Whether this still is the agent's password, and they are let in; it stays so until the transaction ends.
pub(crate) async fn hold_password(tx: &mut Tx, agent: AgentId, hash: &str) -> Result<bool> {
    let held: Option<Uuid> = run!(tx, c => sqlx::query_scalar(HOLD_PASSWORD)
        .bind(agent.0)
        .bind(hash)
        .fetch_optional(c)
        .await)?;
    Ok(held.is_some())
}

statement!(CLEAR_LINKS = "delete from one_time_links where agent_id = $1");
statement!(
    ADD_LINK = "insert into one_time_links (token_hash, agent_id, asked, expires_at) values ($1, $2, $3, $4)"
);
statement!(CLEAR_ASKED_LINKS = "delete from one_time_links where agent_id = $1 and asked");
statement!(
    USE_LINK =
        "delete from one_time_links where token_hash = $1 and expires_at > $2 returning agent_id"
);

/// Takes the agent's one-time links away.
pub(crate) async fn clear_links(tx: &mut Tx, agent: AgentId) -> Result<()> {
    run!(tx, c => sqlx::query(CLEAR_LINKS).bind(agent.0).execute(c).await.map(|_| ()))
}

/// Makes this token the agent's only one-time link.
pub(crate) async fn set_link(
    tx: &mut Tx,
    agent: AgentId,
    token: &str,
    now: Timestamp,
) -> Result<()> {
    clear_links(tx, agent).await?;
    add_link(tx, agent, token, false, now).await
}

/// Makes this token the agent's only link of those that were asked for: anybody may ask, and takes no link of an
/// operator's away.
pub(crate) async fn set_asked_link(
    tx: &mut Tx,
    agent: AgentId,
    token: &str,
    now: Timestamp,
) -> Result<()> {
    run!(tx, c => sqlx::query(CLEAR_ASKED_LINKS).bind(agent.0).execute(c).await.map(|_| ()))?;
    add_link(tx, agent, token, true, now).await
}

async fn add_link(
    tx: &mut Tx,
    agent: AgentId,
    token: &str,
    asked: bool,
    now: Timestamp,
) -> Result<()> {
    run!(tx, c => sqlx::query(ADD_LINK)
        .bind(&hashed(token)[..])
        .bind(agent.0)
        .bind(asked)
        .bind((now + LINK_HOLDS).0)
        .execute(c)
        .await
        .map(|_| ()))
}

statement!(
    EMAIL_OF_LINK = "\
    select a.email from one_time_links l join agents a on a.id = l.agent_id \
    where l.token_hash = $1 and l.expires_at > $2"
);

/// The address of the agent whose link the token is.
pub(crate) async fn find_email_of_link(desk: &Desk, token: &str) -> Result<Option<String>> {
    read!(desk.db(), c => sqlx::query_scalar(EMAIL_OF_LINK)
        .bind(&hashed(token)[..])
        .bind(desk.now().0)
        .fetch_optional(c)
        .await)
}

/// Whose link the token is; it is used up by this, and every other link of theirs with it.
pub(crate) async fn use_link(tx: &mut Tx, token: &str, now: Timestamp) -> Result<Option<AgentId>> {
    let agent: Option<Uuid> = run!(tx, c => sqlx::query_scalar(USE_LINK)
        .bind(&hashed(token)[..])
        .bind(now.0)
        .fetch_optional(c)
        .await)?;
    let agent = agent.map(AgentId);
    if let Some(agent) = agent {
        clear_links(tx, agent).await?;
    }
    Ok(agent)
}

statement!(SET_LANGUAGE = "update agents set lang = $2 where id = $1 and disabled_at is null");

/// Sets the language of the agent's console; false when they are disabled or unknown.
pub(crate) async fn set_language(tx: &mut Tx, agent: AgentId, lang: Language) -> Result<bool> {
    let changed = run!(tx, c => sqlx::query(SET_LANGUAGE)
        .bind(agent.0)
        .bind(lang.as_text())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}

// The address is free from then on.
statement!(
    REMOVE = "\
    update agents set removed_at = $2, disabled_at = coalesce(disabled_at, $2), email = '', email_key = $3, \
    password_hash = null, picture = null where id = $1"
);

/// Takes all of an agent away but the name.
pub(crate) async fn remove(tx: &mut Tx, agent: AgentId, now: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(REMOVE)
        .bind(agent.0)
        .bind(now.0)
        .bind(agent.to_string())
        .execute(c)
        .await
        .map(|_| ()))
}

statement!(NAME = "select name from agents where id = $1");

/// The agent's name, also of one who is disabled.
pub(crate) async fn find_name(tx: &mut Tx, agent: AgentId) -> Result<Option<String>> {
    run!(tx, c => sqlx::query_scalar(NAME).bind(agent.0).fetch_optional(c).await)
}

statement!(
    SET_STATE = "\
    update agents set state = $2, state_since = $3, away_reason = $4, missed_offer = null \
    where id = $1 and disabled_at is null and (state <> $2 or coalesce(away_reason, '') <> coalesce($4, ''))"
);

/// Puts the agent into a state, *Ausente* perhaps with a reason; false when they are in it already, disabled, or
/// unknown.
pub(crate) async fn set_state(
    tx: &mut Tx,
    agent: AgentId,
    state: AgentState,
    reason: Option<&AwayReason>,
    now: Timestamp,
) -> Result<bool> {
    let changed = run!(tx, c => sqlx::query(SET_STATE)
        .bind(agent.0)
        .bind(state.as_text())
        .bind(now.0)
        .bind(reason.map(AwayReason::as_str))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}

statement!(
    SET_RONA = "\
    update agents set state = 'rona', state_since = $2, missed_offer = $3 \
    where id = $1 and state = 'available' and disabled_at is null"
);

/// Puts an agent who is *Disponible* into *RONA*, because of this offer; false for anybody else.
pub(crate) async fn set_rona(
    tx: &mut Tx,
    agent: AgentId,
    missed: OfferId,
    now: Timestamp,
) -> Result<bool> {
    let changed = run!(tx, c => sqlx::query(SET_RONA)
        .bind(agent.0)
        .bind(now.0)
        .bind(missed.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}
