//! Agents' accounts, as those who run the desk read them.

use super::identity::{Role, email_key};
use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
};
use protocol::{
    AgentId, SiteKey, Timestamp,
    agent::AgentState,
    settings::{Capacity, Picture, QueueName},
};
use std::collections::HashMap;
use uuid::Uuid;

/// An agent as `ayuda agent show` tells of them. All of it is read from rows: whether a console is connected is known
/// to the server alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentAccount {
    pub id: AgentId,
    /// As it was typed.
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Of who is disabled: [`AgentState::Away`].
    pub state: AgentState,
    /// When they came into this state.
    pub since: Timestamp,
    /// Since when they are let in nowhere; none: they are let in.
    pub disabled_at: Option<Timestamp>,
    /// By key; none: every site, also those made later. Empty: their sites were removed, and they serve nothing.
    pub sites: Option<Vec<SiteKey>>,
    /// By site and position. An agent without a queue of a site serves all of its queues.
    pub queues: Vec<(SiteKey, QueueName)>,
    /// Chats at a time; none: as many as each site says.
    pub capacity: Option<Capacity>,
    pub picture: Option<Picture>,
    /// Whether masking leaves them what it takes from others.
    pub sees_sensitive: bool,
    /// Whether they have set a password.
    pub has_password: bool,
    /// Whether a session of theirs holds.
    pub signed_in: bool,
}

/// The row of an agent.
#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns")]
pub(crate) struct AccountRow {
    pub(crate) id: Uuid,
    email: String,
    pub(crate) name: String,
    pub(crate) role: String,
    state: String,
    state_since: i64,
    pub(crate) every_site: bool,
    pub(crate) capacity: Option<i64>,
    pub(crate) picture: Option<String>,
    pub(crate) sees_sensitive: bool,
    pub(crate) disabled_at: Option<i64>,
    pub(crate) has_password: bool,
    signed_in: bool,
}

macro_rules! columns {
    () => {
        "select
           a.id, a.email, a.name, a.role, a.state, a.state_since, a.every_site, a.capacity, a.picture,
           a.sees_sensitive, a.disabled_at, a.password_hash is not null as has_password,
           exists (select 1 from sessions s where s.agent_id = a.id and s.expires_at > $1) as signed_in
         from agents a "
    };
}

statement!(ALL = concat!(columns!(), "where a.removed_at is null order by a.email_key"));
statement!(ONE = concat!(columns!(), "where a.email_key = $2"));
statement!(
    SITES = "\
    select m.agent_id, s.key from agent_sites m join sites s on s.id = m.site_id order by s.key"
);
statement!(
    QUEUES = "\
    select m.agent_id, s.key, q.name from agent_queues m \
    join queues q on q.id = m.queue_id join sites s on s.id = q.site_id \
    order by s.key, q.position, q.id"
);

/// Every account, by address.
pub(crate) async fn all(desk: &Desk) -> Result<Vec<AgentAccount>> {
    let rows: Vec<AccountRow> = read!(desk.db(), c => sqlx::query_as(ALL)
        .bind(desk.now().0)
        .fetch_all(c)
        .await)?;
    let mut served = Served::read(desk).await?;
    rows.into_iter().map(|row| served.account(row)).collect()
}

/// The account of this address.
pub(crate) async fn find(desk: &Desk, email: &str) -> Result<Option<AgentAccount>> {
    let row: Option<AccountRow> = read!(desk.db(), c => sqlx::query_as(ONE)
        .bind(desk.now().0)
        .bind(email_key(email))
        .fetch_optional(c)
        .await)?;
    match row {
        Some(row) => Served::read(desk).await?.account(row).map(Some),
        None => Ok(None),
    }
}

/// The row of this address, for a transaction that changes it.
pub(crate) async fn find_row(
    tx: &mut Tx,
    email: &str,
    now: Timestamp,
) -> Result<Option<AccountRow>> {
    run!(tx, c => sqlx::query_as(ONE)
        .bind(now.0)
        .bind(email_key(email))
        .fetch_optional(c)
        .await)
}

/// A capacity that was stored before.
pub(crate) fn stored_capacity(stored: Option<i64>) -> Option<Capacity> {
    stored.and_then(|chats| Capacity::new(u64::try_from(chats).ok()?).ok())
}

/// Which agents are bound to which sites and queues.
struct Served {
    sites: HashMap<Uuid, Vec<SiteKey>>,
    queues: HashMap<Uuid, Vec<(SiteKey, QueueName)>>,
}

impl Served {
    async fn read(desk: &Desk) -> Result<Self> {
        let site_rows: Vec<(Uuid, String)> =
            read!(desk.db(), c => sqlx::query_as(SITES).fetch_all(c).await)?;
        let queue_rows: Vec<(Uuid, String, String)> =
            read!(desk.db(), c => sqlx::query_as(QUEUES).fetch_all(c).await)?;
        let mut sites: HashMap<Uuid, Vec<SiteKey>> = HashMap::new();
        for (agent, key) in site_rows {
            sites.entry(agent).or_default().push(SiteKey(key));
        }
        let mut queues: HashMap<Uuid, Vec<(SiteKey, QueueName)>> = HashMap::new();
        for (agent, key, name) in queue_rows {
            queues.entry(agent).or_default().push((SiteKey(key), QueueName::parse(&name)?));
        }
        Ok(Self { sites, queues })
    }

    fn account(&mut self, row: AccountRow) -> Result<AgentAccount> {
        let sites = self.sites.remove(&row.id).unwrap_or_default();
        Ok(AgentAccount {
            id: AgentId(row.id),
            email: row.email,
            name: row.name,
            role: Role::from_text(&row.role)?,
            state: AgentState::from_text(&row.state)?,
            since: Timestamp(row.state_since),
            disabled_at: row.disabled_at.map(Timestamp),
            sites: (!row.every_site).then_some(sites),
            queues: self.queues.remove(&row.id).unwrap_or_default(),
            capacity: stored_capacity(row.capacity),
            picture: row.picture.map(Picture::try_from).transpose()?,
            sees_sensitive: row.sees_sensitive,
            has_password: row.has_password,
            signed_in: row.signed_in,
        })
    }
}
