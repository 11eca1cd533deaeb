//! The line of a site: the chats that wait, first come first, and where each has rung already.

use crate::{
    Desk, Result,
    db::{Event, read, statement},
    live::Notice,
    tickets::ChatState,
};
use protocol::{AgentId, ChatId, QueueId, SiteId, TicketId, Timestamp};
use std::collections::HashMap;
use uuid::Uuid;

/// Chats of a line that are looked at in one go, with those that ring already.
pub(super) const HEAD: usize = 500;
/// The same where somebody has room and the head of the line has nobody who could be rung: they ring, or belong to a
/// queue whose agents are not there.
pub(super) const FAR: usize = 20_000;

/// A chat that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) chat: ChatId,
    pub(super) ticket: TicketId,
    pub(super) queue: Option<QueueId>,
    pub(super) round: i64,
    /// It rings at somebody, and keeps its place.
    pub(super) rings: bool,
    /// At whom it has rung in this round.
    pub(super) tried: Vec<AgentId>,
    /// When it last stopped ringing in this round.
    pub(super) last_try: Option<Timestamp>,
}

statement!(
    WAITING = "
    select id, ticket_id, queue_id, round, state
    from chats
    where site_id = $1 and state in ('waiting', 'ringing')
    order by first_in_line desc, priority, started_at, id
    limit $2"
);

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    queue_id: Option<Uuid>,
    round: i64,
    #[sqlx(try_from = "String")]
    state: ChatState,
}

/// The head of the site's line: chats that were put back, then the most urgent, then the oldest (index
/// `chats_waiting`).
pub(super) async fn waiting(desk: &Desk, site: SiteId, most: usize) -> Result<Vec<Waiting>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(WAITING)
        .bind(site.0)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(c)
        .await)?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting {
            chat: ChatId(row.id),
            ticket: TicketId(row.ticket_id),
            queue: row.queue_id.map(QueueId),
            round: row.round,
            rings: row.state == ChatState::Ringing,
            tried: Vec::new(),
            last_try: None,
        })
        .collect())
}

/// Tells waiting panels whose place has changed, wherever they are.
pub(super) fn publish_places(desk: &Desk, site: SiteId, line: &[Waiting]) {
    let mut last: HashMap<Option<QueueId>, u32> = HashMap::new();
    let places = line.iter().map(|chat| {
        let place = last.entry(chat.queue).or_default();
        *place += 1;
        (chat.ticket, *place)
    });
    for ticket in desk.0.panels.note_places(site, places.collect()) {
        desk.publish(Event::Ticket { ticket });
        desk.notify(Notice::Ticket { ticket });
    }
}

// Index offers_round.
statement!(
    TRIED = "
    select o.chat_id, o.to_agent, o.settled_at
    from chats c
    join offers o on o.chat_id = c.id and o.round = c.round and o.kind = 'chat'
    where c.site_id = $1 and c.state in ('waiting', 'ringing') and c.state = 'waiting'"
);

/// Notes at whom each chat of the line has rung in its present round.
pub(super) async fn note_tried(desk: &Desk, site: SiteId, line: &mut [Waiting]) -> Result<()> {
    type Row = (Uuid, Option<Uuid>, Option<i64>);
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(TRIED)
        .bind(site.0)
        .fetch_all(c)
        .await)?;
    let mut tried: HashMap<ChatId, Vec<_>> = HashMap::new();
    for (chat, agent, settled_at) in rows {
        tried.entry(ChatId(chat)).or_default().push((agent, settled_at));
    }
    for chat in line {
        for (agent, settled_at) in tried.remove(&chat.chat).into_iter().flatten() {
            chat.tried.extend(agent.map(AgentId));
            chat.last_try = chat.last_try.max(settled_at.map(Timestamp));
        }
    }
    Ok(())
}
