//! What came of transfers and conferences that an agent asked for: who had no console open is told by the next one.

use crate::{
    Desk, Result,
    db::{read, run, statement},
    people::Agent,
};
use protocol::{
    HandoverId, SiteId, TicketId, TicketNumber,
    agent::{HandoverKind, HandoverOutcome},
};
use tracing::instrument;
use uuid::Uuid;

/// Outcomes that a console is told of when it connects, the newest.
const OUTCOMES: i64 = 20;

/// A handover with its outcome. `to`: the queue or agent that was asked, or who accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledHandover {
    pub id: HandoverId,
    pub ticket: TicketId,
    pub number: TicketNumber,
    pub kind: HandoverKind,
    pub to: String,
    pub outcome: HandoverOutcome,
    /// Whether it is known why the chat was handed over, or nobody will say it any more.
    pub has_reason: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    site_id: Uuid,
    number: String,
    #[sqlx(try_from = "String")]
    kind: HandoverKind,
    #[sqlx(try_from = "String")]
    outcome: HandoverOutcome,
    to_name: String,
    accepted_by: Option<String>,
    reason: Option<String>,
}

macro_rules! columns {
    () => {
        "select h.id, h.ticket_id, h.site_id, t.number, h.kind, h.outcome, h.to_name, a.name as accepted_by, h.reason
         from handovers h
         join tickets t on t.id = h.ticket_id
         left join agents a on a.id = h.accepted_by
         where h.from_agent = $1 and h.outcome is not null "
    };
}

statement!(FIND = concat!(columns!(), "and h.id = $2"));
// Index handovers_untold.
statement!(
    UNTOLD = concat!(columns!(), "and h.told_at is null order by h.settled_at desc limit $2")
);
statement!(
    TOLD = "
    update handovers set told_at = $3
    where id = $1 and from_agent = $2 and outcome is not null and told_at is null"
);

impl Desk {
    /// What came of a transfer or conference that the agent asked for, at a site that they serve; none before anything
    /// has.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %handover))]
    pub async fn find_settled_handover(
        &self,
        agent: &Agent,
        handover: HandoverId,
    ) -> Result<Option<SettledHandover>> {
        let row: Option<Row> = read!(self.db(), c => sqlx::query_as(FIND)
            .bind(agent.id.0)
            .bind(handover.0)
            .fetch_optional(c)
            .await)?;
        let served = row.filter(|row| agent.sites.contains_key(&SiteId(row.site_id)));
        Ok(served.map(settled))
    }

    /// The outcomes that no console of the agent's was told of, the oldest first, at sites that they serve.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn untold_handovers(&self, agent: &Agent) -> Result<Vec<SettledHandover>> {
        let rows: Vec<Row> = read!(self.db(), c => sqlx::query_as(UNTOLD)
            .bind(agent.id.0)
            .bind(OUTCOMES)
            .fetch_all(c)
            .await)?;
        let served = rows.into_iter().filter(|row| agent.sites.contains_key(&SiteId(row.site_id)));
        Ok(served.rev().map(settled).collect())
    }

    /// A console was told what came of it.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %handover))]
    pub async fn handover_was_told(&self, agent: &Agent, handover: HandoverId) -> Result<()> {
        let mut tx = self.begin().await?;
        run!(tx, c => sqlx::query(TOLD)
            .bind(handover.0)
            .bind(agent.id.0)
            .bind(self.now().0)
            .execute(c)
            .await
            .map(|_| ()))?;
        self.commit(tx).await
    }
}

fn settled(row: Row) -> SettledHandover {
    SettledHandover {
        id: HandoverId(row.id),
        ticket: TicketId(row.ticket_id),
        number: TicketNumber(row.number),
        kind: row.kind,
        to: row.accepted_by.unwrap_or(row.to_name),
        outcome: row.outcome,
        has_reason: row.reason.is_some(),
    }
}
