//! Why a chat was handed over: asked of the agent who had it, once that was accepted. It blocks nothing; who says
//! nothing has said *transferencia*.

use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, run, statement},
    locales,
    people::{Agent, permission::Action},
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{
    AgentId, Code, HandoverId, Refusal, SiteId, TicketId, entry::AgentBody, settings::ClosingReason,
};
use std::sync::Arc;
use tracing::instrument;
use uuid::Uuid;

/// So many of a site in one look; the rest is the next one's.
const PER_LOOK: i64 = 100;

// Index handovers_from. The last of them: it may have come back, and gone again.
statement!(
    WAITS = "
    select id, from_name, site_id from handovers
    where from_agent = $1 and ticket_id = $2 and kind = 'transfer' and outcome = 'accepted' and reason is null
    order by settled_at desc, id desc
    limit 1"
);
// Index handovers_reason. Accepted by a clock that was set back since: long enough ago.
statement!(
    WITHOUT_REASON = "
    select id, ticket_id, from_agent, from_name from handovers
    where site_id = $1 and kind = 'transfer' and outcome = 'accepted' and reason is null
      and (settled_at <= $2 or settled_at > $3)
    order by settled_at
    limit $4"
);
statement!(SET = "update handovers set reason = $2 where id = $1 and reason is null");

impl Desk {
    /// Stores why I handed a chat over; none: *transferencia*. It is asked of who had the chat, whether they still see
    /// its ticket or not.
    ///
    /// # Errors
    /// `HandoverOver` where no transfer of the agent's waits for its reason, `NotFound` where they do not even see the
    /// ticket or serve its site no longer; a refusal of the reason.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn give_transfer_reason(
        &self,
        agent: &Agent,
        ticket: TicketId,
        reason: Option<&ClosingReason>,
    ) -> Result<()> {
        let over = || Error::from(Refusal::new(Code::HandoverOver));
        let row: Option<(Uuid, String, Uuid)> = read!(self.db(), c => sqlx::query_as(WAITS)
            .bind(agent.id.0)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let Some((id, name, site)) = row else {
            self.check_ticket(agent, Action::See, ticket).await?;
            return Err(over());
        };
        let site = self.find_site_by_id(SiteId(site)).ok_or_else(over)?;
        if !agent.sites.contains_key(&site.id) {
            return Err(Error::not_found());
        }
        let text = match reason {
            Some(reason) => site.check_reason(reason)?,
            None => without_reason(&site),
        };
        let given = Given { handover: HandoverId(id), ticket, agent: agent.id, name, text };
        if self.store_reason(&site, &given).await? { Ok(()) } else { Err(over()) }
    }

    /// The site of a chat that the agent handed over and has not said why; none that they serve no longer.
    pub(super) async fn find_handed_over(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<Option<Arc<Site>>> {
        let row: Option<(Uuid, String, Uuid)> = read!(self.db(), c => sqlx::query_as(WAITS)
            .bind(agent.id.0)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let site = row.and_then(|(_, _, site)| self.find_site_by_id(SiteId(site)));
        Ok(site.filter(|site| agent.sites.contains_key(&site.id)))
    }

    /// Whoever has not said why for `idle_limit` will not.
    pub(crate) async fn skip_overdue_reasons(&self) -> Result<()> {
        let mut outcome = Ok(());
        for site in self.sites() {
            outcome = outcome.and(self.skip_overdue_of(&site).await);
        }
        outcome
    }

    async fn skip_overdue_of(&self, site: &Site) -> Result<()> {
        type Row = (Uuid, Uuid, Uuid, String);
        let now = self.now();
        let rows: Vec<Row> = read!(self.db(), c => sqlx::query_as(WITHOUT_REASON)
            .bind(site.id.0)
            .bind((now - site.limits.idle_limit).0)
            .bind(now.0)
            .bind(PER_LOOK)
            .fetch_all(c)
            .await)?;
        for (id, ticket, agent, name) in rows {
            let text = without_reason(site);
            let (ticket, agent) = (TicketId(ticket), AgentId(agent));
            let given = Given { handover: HandoverId(id), ticket, agent, name, text };
            self.store_reason(site, &given).await?;
        }
        Ok(())
    }

    /// False: it has one by now.
    async fn store_reason(&self, site: &Site, given: &Given) -> Result<bool> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, given.ticket, &[site.id]).await?;
            if !set_reason(&mut tx, given).await? {
                return Ok(false);
            }
            let (agent, name, reason) = (given.agent, given.name.clone(), given.text.clone());
            let entry = AgentBody::HandedOver { agent, name, reason };
            locked.add(&mut tx, self, now, entry).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(true)
        })
    }
}

/// Why an agent handed a chat over.
struct Given {
    handover: HandoverId,
    ticket: TicketId,
    agent: AgentId,
    name: String,
    text: String,
}

async fn set_reason(tx: &mut Tx, given: &Given) -> Result<bool> {
    let set = run!(tx, c => sqlx::query(SET)
        .bind(given.handover.0)
        .bind(&given.text)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(set > 0)
}

/// *transferencia*, in the site's language.
fn without_reason(site: &Site) -> String {
    locales::language(site.lang.as_text()).get("site.transfer")
}
