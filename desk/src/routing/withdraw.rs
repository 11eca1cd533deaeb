//! Offers that must not go on ringing: their time is over, or their agent is not there any more.

use super::{
    candidates::is_reachable,
    changes::{agent_changed, sites_were_changed},
};
use crate::{
    Desk, Result,
    chats::{self, ChatEvent, Ringing, outcome::Outcome},
    db::{read, retry, statement},
    live::CONSOLE_GONE,
    people::{
        Agent,
        permission::{Action, On, Party, may},
    },
    tickets::OpenOffer,
};
use protocol::{AgentId, ChatId, OfferId, QueueId, SiteId, TicketId, Timestamp, agent::OfferKind};
use uuid::Uuid;

/// Offers looked at in one go, those that ring shortest first; the rest has its turn when these are settled.
const LOOKED_AT: i64 = 1000;

// Index offers_due.
statement!(
    OPEN = "
    select o.id, o.kind, o.chat_id, c.ticket_id, o.site_id, c.queue_id, o.to_agent, o.rings_until, h.to_queue
    from offers o
    join chats c on c.id = o.chat_id
    left join handovers h on h.id = o.handover_id
    where o.outcome is null
    order by o.rings_until
    limit $1"
);

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    kind: OfferKind,
    chat_id: Uuid,
    ticket_id: Uuid,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    to_agent: Option<Uuid>,
    rings_until: i64,
    /// The queue that is asked to take it over or to join.
    to_queue: Option<Uuid>,
}

/// Settles them, and the chats move on. One that was settled meanwhile is left alone.
pub(super) async fn withdraw(desk: &Desk) -> Result<()> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(OPEN)
        .bind(LOOKED_AT)
        .fetch_all(c)
        .await)?;
    let (now, due) = (desk.now(), desk.due_now());
    for row in rows {
        let event = if Timestamp(row.rings_until) <= due {
            ChatEvent::Miss
        } else if may_ring(desk, &row) {
            continue;
        } else {
            ChatEvent::Withdraw
        };
        let ringing = Ringing {
            offer: OpenOffer { id: OfferId(row.id), to: row.to_agent.map(AgentId) },
            chat: ChatId(row.chat_id),
            ticket: TicketId(row.ticket_id),
            site: SiteId(row.site_id),
        };
        if row.kind == OfferKind::Chat {
            retry!({ chats::stop_ringing(desk, ringing, event, now).await })?;
        } else {
            let outcome =
                if event == ChatEvent::Miss { Outcome::Missed } else { Outcome::Withdrawn };
            retry!({ chats::handover::stop_offer(desk, ringing, outcome, now).await })?;
        }
        if event == ChatEvent::Miss
            && let Some(agent) = ringing.offer.to
        {
            // In RONA: what else rings there moves on with it.
            sites_were_changed(desk).await?;
            agent_changed(desk, agent);
        }
    }
    Ok(())
}

/// Whether what is asked of a queue is still asked of this agent: the queue is there, and they serve it. Of no queue:
/// it is asked of them by name.
pub(crate) fn is_asked_still(
    desk: &Desk,
    agent: &Agent,
    site: SiteId,
    queue: Option<QueueId>,
) -> bool {
    let Some(queue) = queue else { return true };
    let is_there = desk
        .find_site_by_id(site)
        .is_some_and(|site| site.queues.iter().any(|one| one.id == queue));
    let on = On { site, queue: Some(queue), party: Party::default() };
    is_there && may(agent, Action::Take, &on)
}

/// Whether its agent is there, and may still take it.
fn may_ring(desk: &Desk, row: &Row) -> bool {
    let (asked, action) = match row.kind {
        OfferKind::Chat => (None, Action::Take),
        OfferKind::Transfer | OfferKind::Conference => (row.to_agent.map(AgentId), Action::Join),
    };
    let party = Party { asked, ..Party::default() };
    let on = On { site: SiteId(row.site_id), queue: row.queue_id.map(QueueId), party };
    let to_queue = row.to_queue.map(QueueId);
    row.to_agent.and_then(|agent| desk.find_agent(AgentId(agent))).is_some_and(|agent| {
        may(&agent, action, &on)
            && is_asked_still(desk, &agent, on.site, to_queue)
            && is_reachable(desk, agent.id, CONSOLE_GONE)
    })
}
