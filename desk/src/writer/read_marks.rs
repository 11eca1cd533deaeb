//! How far each side has read: a sequence that only grows and never passes the last entry.

use super::{
    cache::TicketCache,
    command::{Command, Done},
};
use crate::{
    Result,
    db::{Rows, Tx, rows, run},
    live::{Event, On, Party, RowChange},
};
use protocol::{AgentId, QueueId, Seq, SiteId, TicketId};
use std::collections::BTreeMap;
use uuid::Uuid;

rows!(
    BY_VISITOR = "update tickets set visitor_seen = v.column2 from (values ",
    "?uuid, ?bigint",
    ") as v
     where tickets.id = v.column1 and visitor_seen < v.column2 and v.column2 <= last_seq
     returning id, visitor_seen as upto, unread, site_id, queue_id,
       (select c.agent_id from chats c where c.id = tickets.chat_id and c.state = 'active') as owner,
       (select c.guest_id from chats c where c.id = tickets.chat_id and c.state = 'active') as guest"
);
rows!(
    BY_AGENT = "update tickets set agent_seen = v.column2, unread = (
       select count(*) from entries e
       where e.ticket_id = tickets.id and e.seq > v.column2 and e.kind = 'visitor')
     from (values ",
    "?uuid, ?bigint",
    ") as v
     where tickets.id = v.column1 and agent_seen < v.column2 and v.column2 <= last_seq
     returning id, agent_seen as upto, unread, site_id, queue_id,
       (select c.agent_id from chats c where c.id = tickets.chat_id and c.state = 'active') as owner,
       (select c.guest_id from chats c where c.id = tickets.chat_id and c.state = 'active') as guest"
);

/// A ticket whose mark moved.
#[derive(sqlx::FromRow)]
struct Moved {
    id: Uuid,
    upto: i64,
    unread: i64,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    owner: Option<Uuid>,
    guest: Option<Uuid>,
}

impl Moved {
    fn on(&self) -> On {
        On {
            site: SiteId(self.site_id),
            queue: self.queue_id.map(QueueId),
            party: Party {
                owner: self.owner.map(AgentId),
                guest: self.guest.map(AgentId),
                ..Party::default()
            },
        }
    }
}

pub(super) async fn write(
    tx: &mut Tx,
    batch: &[Command],
    done: &mut [Option<Done>],
    cache: &mut TicketCache,
) -> Result<()> {
    let mut furthest: [BTreeMap<TicketId, Seq>; 2] = Default::default();
    for (command, done) in batch.iter().zip(done) {
        if let Command::MarkRead(mark, _) = command {
            let upto = furthest[usize::from(mark.by_visitor)].entry(mark.ticket).or_default();
            *upto = (*upto).max(mark.upto);
            *done = Some(Done::MarkedRead);
        }
    }
    let [by_agent, by_visitor] = furthest;
    update(tx, &BY_VISITOR, &by_visitor, true, cache).await?;
    update(tx, &BY_AGENT, &by_agent, false, cache).await
}

async fn update(
    tx: &mut Tx,
    rows: &'static Rows,
    upto: &BTreeMap<TicketId, Seq>,
    by_visitor: bool,
    cache: &mut TicketCache,
) -> Result<()> {
    if upto.is_empty() {
        return Ok(());
    }
    let upto: Vec<_> = upto.iter().collect();
    let (text, size) = rows.text(tx, upto.len());
    let moved: Vec<Moved> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, Moved>(text);
        for (ticket, upto) in Rows::filled(&upto, size) {
            query = query.bind(ticket.0).bind(upto.0);
        }
        query.fetch_all(c).await
    })?;
    for moved in moved {
        let ticket = TicketId(moved.id);
        cache.stage_unread(ticket, moved.unread);
        tx.publish(Event::Seen { ticket, by_visitor, upto: Seq(moved.upto) });
        if !by_visitor {
            tx.publish(Event::Work { ticket, on: moved.on(), change: RowChange::Anything });
        }
    }
    Ok(())
}
