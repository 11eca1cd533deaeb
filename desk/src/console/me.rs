//! The agent at the console.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    people::Agent,
};
use protocol::{
    SiteId, TicketNumber, Timestamp,
    agent::{AgentState, Me, Missed},
    contact::Contact,
};
use tracing::instrument;
use uuid::Uuid;

impl Desk {
    /// The agent at the console.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn profile(&self, agent: &Agent) -> Result<Me> {
        // Before what is shown by it.
        let masked = self.masked_sites(agent);
        let row = read!(self.db(), c => sqlx::query_as::<_, Row>(PROFILE)
            .bind(agent.id.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(Error::not_found)?;
        let missed = row.missed().map(|(site, missed)| self.show(agent, site, missed));
        let sites = self.sites().into_iter().filter(|site| agent.sites.contains_key(&site.id));
        Ok(Me {
            id: agent.id,
            name: row.name,
            email: row.email,
            role: agent.role,
            state: AgentState::from_text(&row.state)?,
            since: Timestamp(row.state_since),
            reason: row.away_reason,
            away_reasons: self.away_reasons(agent).iter().map(ToString::to_string).collect(),
            missed,
            sites: sites.map(|site| site.name.to_string()).collect(),
            masked,
        })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    email: String,
    state: String,
    state_since: i64,
    away_reason: Option<String>,
    site_id: Option<Uuid>,
    number: Option<String>,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_verified: Option<bool>,
    offered_at: Option<i64>,
    rings_until: Option<i64>,
}

impl Row {
    /// None also when it is gone with its site.
    fn missed(&self) -> Option<(SiteId, Missed)> {
        let rang = self.rings_until?.saturating_sub(self.offered_at?);
        let missed = Missed {
            number: TicketNumber(self.number.clone()?),
            contact: Contact {
                name: self.contact_name.clone(),
                email: self.contact_email.clone(),
                verified: self.contact_verified?,
            },
            ring_ms: u64::try_from(rang).unwrap_or(0),
        };
        Some((SiteId(self.site_id?), missed))
    }
}

statement!(
    PROFILE = "
    select
      a.name, a.email, a.state, a.state_since, a.away_reason, t.site_id, t.number, t.contact_name, t.contact_email,
      t.contact_verified, o.offered_at, o.rings_until
    from agents a
    left join offers o on o.id = a.missed_offer
    left join chats c on c.id = o.chat_id
    left join tickets t on t.id = c.ticket_id
    where a.id = $1"
);
