//! The line of a site: the chats that wait, first come first, and where each has rung already.

use crate::{
    Desk, Result,
    db::{Event, read, statement},
};
use protocol::{AgentId, ChatId, QueueId, SiteId, TicketId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Waiting chats looked at in one go.
const LOOKED_AT: i64 = 500;

/// A chat that waits.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    pub(super) chat: ChatId,
    pub(super) ticket: TicketId,
    pub(super) queue: Option<QueueId>,
    pub(super) round: i64,
    /// It rings at somebody, and keeps its place.
    pub(super) rings: bool,
}

statement!(
    WAITING = "
    select id, ticket_id, queue_id, round, state
    from chats
    where site_id = $1 and state in ('waiting', 'ringing')
    order by first_in_line desc, started_at, id
    limit $2"
);

/// The head of the site's line (index `chats_waiting`).
pub(super) async fn waiting(desk: &Desk, site: SiteId) -> Result<Vec<Waiting>> {
    type Row = (Uuid, Uuid, Option<Uuid>, i64, String);
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(WAITING)
        .bind(site.0)
        .bind(LOOKED_AT)
        .fetch_all(c)
        .await)?;
    Ok(rows
        .into_iter()
        .map(|(chat, ticket, queue, round, state)| Waiting {
            chat: ChatId(chat),
            ticket: TicketId(ticket),
            queue: queue.map(QueueId),
            round,
            rings: state == "ringing",
        })
        .collect())
}

/// Tells waiting panels whose place has changed.
pub(super) fn publish_places(desk: &Desk, line: &[Waiting]) {
    let mut places: HashMap<Option<QueueId>, u32> = HashMap::new();
    for chat in line {
        let place = places.entry(chat.queue).or_default();
        *place += 1;
        if desk.panel_is_connected(chat.ticket)
            && desk.0.presence.place_changed(chat.ticket, *place)
        {
            desk.publish(Event::Ticket { ticket: chat.ticket });
        }
    }
}

statement!(
    TRIED = "
    select o.chat_id, o.agent_id
    from chats c
    join chat_offers o on o.chat_id = c.id and o.round = c.round
    where c.site_id = $1 and c.state in ('waiting', 'ringing') and c.state = 'waiting'"
);

/// At whom each chat of the line has rung in its present round.
pub(super) async fn tried(desk: &Desk, site: SiteId) -> Result<HashSet<(ChatId, AgentId)>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(TRIED)
        .bind(site.0)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(chat, agent)| (ChatId(chat), AgentId(agent))).collect())
}
