//! What a visitor is shown.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    live::{On, Party},
    tickets::{ChatState, Visitor, attended, entries, party},
};
use protocol::{
    AgentId, QueueId, Seq, TicketId, TicketNumber,
    entry::{Category, TicketState, VisitorEntry},
    visitor::{VisitorChat, VisitorTicket},
};
use tracing::instrument;
use uuid::Uuid;

/// A place in the queue beyond this is shown as this.
const LAST_PLACE: i64 = 1000;

impl Desk {
    /// State of things for `Welcome` and the ticket page.
    ///
    /// # Errors
    /// `NotFound` also once the visitor's link was renewed.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn visitor_ticket(&self, visitor: Visitor) -> Result<VisitorTicket> {
        let row = read!(self.db(), c => sqlx::query_as::<_, TicketRow>(READ)
            .bind(visitor.ticket.0)
            .bind(visitor.site.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(Error::not_found)?;
        if row.link_version != visitor.link.0 {
            return Err(Error::not_found());
        }
        let chat = match row.chat_state.as_deref().map(ChatState::from_text).transpose()? {
            None | Some(ChatState::Request) => VisitorChat::Request,
            Some(ChatState::Ended) if row.request_at.is_some() => VisitorChat::Request,
            Some(ChatState::Ended) => {
                VisitorChat::Ended { rated: row.score.is_some(), attended: row.attended }
            }
            Some(ChatState::Active) => {
                let agent = row.agent_name.unwrap_or_default();
                VisitorChat::Active { agent, guest: row.guest_name }
            }
            Some(ChatState::Waiting | ChatState::Ringing) => {
                VisitorChat::Waiting { position: self.place_in_line(visitor.ticket).await? }
            }
        };
        let state = row.chat_state.as_deref().map(ChatState::from_text).transpose()?;
        let named = Party { owner: row.chat_agent.map(AgentId), ..Party::default() };
        let queue = row.queue_id.map(QueueId);
        let on = On { site: visitor.site, queue, party: party(state, named) };
        let removed = self.find_removed(&on);
        Ok(VisitorTicket {
            number: TicketNumber(row.number),
            subject: row.subject,
            state: TicketState { name: row.state_name, category: row.category },
            chat,
            email: row.contact_email,
            seen_upto: Seq(row.agent_seen),
            removed,
        })
    }

    /// 1 is next.
    async fn place_in_line(&self, ticket: TicketId) -> Result<u32> {
        let (earlier,) = read!(self.db(), c => sqlx::query_as::<_, (i64,)>(EARLIER)
            .bind(ticket.0)
            .bind(LAST_PLACE)
            .fetch_one(c)
            .await)?;
        Ok(u32::try_from(earlier).unwrap_or(0) + 1)
    }

    /// The entries after `after`, as many as one answer takes, and the ticket's last sequence.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn visitor_entries(
        &self,
        visitor: Visitor,
        after: Seq,
    ) -> Result<(Vec<VisitorEntry>, Seq)> {
        entries::for_visitor(self, visitor, after).await
    }

    /// The entries before `before`, without one the last there are, as many as one answer takes.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn visitor_entries_before(
        &self,
        visitor: Visitor,
        before: Option<Seq>,
    ) -> Result<Vec<VisitorEntry>> {
        entries::for_visitor_before(self, visitor, before).await
    }
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    number: String,
    subject: Option<String>,
    state_name: String,
    #[sqlx(try_from = "String")]
    category: Category,
    contact_email: Option<String>,
    agent_seen: i64,
    request_at: Option<i64>,
    link_version: i64,
    chat_state: Option<String>,
    score: Option<i64>,
    agent_name: Option<String>,
    guest_name: Option<String>,
    queue_id: Option<Uuid>,
    chat_agent: Option<Uuid>,
    attended: bool,
}

statement!(
    READ = concat!(
        "
    select
      t.number, t.subject, s.name as state_name, s.category, t.contact_email, t.agent_seen, t.request_at, t.link_version,
      c.state as chat_state, c.score, a.name as agent_name, g.name as guest_name,
      t.queue_id, c.agent_id as chat_agent, ",
        attended!(),
        " as attended
    from tickets t
    join states s on s.id = t.state_id
    left join chats c on c.id = t.chat_id
    left join agents a on a.id = c.agent_id
    left join agents g on g.id = c.guest_id
    where t.id = $1 and t.site_id = $2"
    )
);

// Those of the same queue who come before: put back to the head, more urgent, or here for longer (index chats_waiting).
statement!(EARLIER = "
    select count(*) from (
      select 1 as one
      from tickets t
      join chats mine on mine.id = t.chat_id
      join chats c on c.site_id = mine.site_id
        and (c.queue_id = mine.queue_id or (c.queue_id is null and mine.queue_id is null))
      where t.id = $1 and c.state in ('waiting', 'ringing')
        and (c.first_in_line > mine.first_in_line
          or (c.first_in_line = mine.first_in_line and (c.priority, c.started_at, c.id) < (mine.priority, mine.started_at, mine.id)))
      limit $2
    ) as earlier");
