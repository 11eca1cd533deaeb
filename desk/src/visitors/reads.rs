//! What a visitor is shown, and the tokens that open it.

use super::Visitor;
use crate::{
    Desk, Error, Result,
    db::{read, run},
    live::{Event, RowChange},
    mail::proof,
    sites::states,
    tickets::{ChatState, entries},
};
use protocol::{
    Seq, SiteId, TicketId, TicketNumber, TicketToken,
    entry::{TicketState, VisitorEntry},
    limits,
    visitor::{VisitorChat, VisitorTicket},
};
use uuid::Uuid;

/// A place in the queue beyond this is shown as this.
const LAST_PLACE: i64 = 1000;

impl Desk {
    /// Whom the token stands for, if it is right, the ticket exists, and belongs to `site`.
    pub async fn find_visitor(&self, site: SiteId, token: &TicketToken) -> Result<Option<Visitor>> {
        let Some(ticket) = self.0.secret.find_ticket(token) else { return Ok(None) };
        let of = self.find_site_of(ticket).await?;
        Ok((of == Some(site)).then_some(Visitor { ticket, site }))
    }

    /// For `/t/{number}?k=`: the ticket that number and token open together; `k` is the MAC part alone, or that and `~` and
    /// the proof that a mail to the ticket's address carried. A right proof confirms the address.
    pub async fn find_ticket_link(
        &self,
        number: &TicketNumber,
        k: &str,
    ) -> Result<Option<(Visitor, TicketToken)>> {
        let (mac, mailed) = match k.split_once('~') {
            Some((mac, mailed)) => (mac, Some(mailed)),
            None => (k, None),
        };
        let rows = read!(self.db(), c => sqlx::query_as::<_, LinkRow>(FIND_LINK)
            .bind(&number.0)
            .fetch_all(c)
            .await)?;
        for (id, site, email, verified) in rows {
            let ticket = TicketId(id);
            if !self.0.secret.opens(ticket, mac) {
                continue;
            }
            if let (Some(mailed), Some(email), false) = (mailed, email, verified)
                && proof::proves(&self.0.secret, ticket, &email, mailed)
            {
                self.confirm(ticket, &email).await?;
            }
            let visitor = Visitor { ticket, site: SiteId(site) };
            return Ok(Some((visitor, self.ticket_token(ticket))));
        }
        Ok(None)
    }

    async fn confirm(&self, ticket: TicketId, email: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        run!(tx, c => sqlx::query(CONFIRM)
            .bind(ticket.0)
            .bind(email)
            .execute(c)
            .await
            .map(|_| ()))?;
        tx.tell(Event::Ticket { ticket });
        tx.tell(Event::Work { ticket, change: RowChange::Anything });
        self.commit(tx).await
    }

    /// State of things for `Welcome` and the ticket page.
    pub async fn visitor_ticket(&self, visitor: Visitor) -> Result<VisitorTicket> {
        let row = read!(self.db(), c => sqlx::query_as::<_, TicketRow>(READ)
            .bind(visitor.ticket.0)
            .bind(visitor.site.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(Error::not_found)?;
        let chat = match row.chat_state.as_deref().map(ChatState::from_text) {
            None | Some(ChatState::Request) => VisitorChat::Request,
            Some(ChatState::Ended) if row.request_at.is_some() => VisitorChat::Request,
            Some(ChatState::Ended) => VisitorChat::Ended { rated: row.score.is_some() },
            Some(ChatState::Active) => {
                VisitorChat::Active { agent: row.agent_name.unwrap_or_default() }
            }
            Some(ChatState::Waiting | ChatState::Ringing) => {
                VisitorChat::Waiting { position: self.place_in_line(visitor.ticket).await? }
            }
        };
        Ok(VisitorTicket {
            number: TicketNumber(row.number),
            subject: row.subject,
            state: TicketState { name: row.state_name, category: states::from_text(&row.category) },
            chat,
            email: row.contact_email,
            seen_upto: Seq(row.agent_seen),
        })
    }

    /// 1 is next.
    async fn place_in_line(&self, ticket: TicketId) -> Result<u32> {
        let (ahead,) = read!(self.db(), c => sqlx::query_as::<_, (i64,)>(AHEAD)
            .bind(ticket.0)
            .bind(LAST_PLACE)
            .fetch_one(c)
            .await)?;
        Ok(u32::try_from(ahead).unwrap_or(0) + 1)
    }

    /// At most `limits::ENTRIES` entries after `after`, and the ticket's last sequence.
    pub async fn visitor_entries(
        &self,
        visitor: Visitor,
        after: Seq,
    ) -> Result<(Vec<VisitorEntry>, Seq)> {
        let last = self.last_seq(visitor.ticket, visitor.site).await?;
        let entries =
            entries::agent_entries_of(self, visitor.ticket, after, limits::ENTRIES).await?;
        // What was committed between the two reads is in the second.
        let last = entries.last().map_or(last, |entry| entry.seq.max(last));
        Ok((entries.iter().map(entries::visitor_view).collect(), last))
    }

    pub(crate) async fn last_seq(&self, ticket: TicketId, site: SiteId) -> Result<Seq> {
        let row = read!(self.db(), c => sqlx::query_as::<_, (i64,)>(LAST)
            .bind(ticket.0)
            .bind(site.0)
            .fetch_optional(c)
            .await)?;
        row.map(|(last,)| Seq(last)).ok_or_else(Error::not_found)
    }
}

type LinkRow = (Uuid, Uuid, Option<String>, bool);

// A prefix may have moved from one site to another, so a number may stand for several; the MAC says which.
const FIND_LINK: &str = "
    select id, site_id, contact_email, contact_verified from tickets where number = $1 limit 20";
const CONFIRM: &str =
    "update tickets set contact_verified = true where id = $1 and contact_email = $2";
const LAST: &str = "select last_seq from tickets where id = $1 and site_id = $2";

#[derive(sqlx::FromRow)]
struct TicketRow {
    number: String,
    subject: Option<String>,
    state_name: String,
    category: String,
    contact_email: Option<String>,
    agent_seen: i64,
    request_at: Option<i64>,
    chat_state: Option<String>,
    score: Option<i64>,
    agent_name: Option<String>,
}

const READ: &str = "
    select
      t.number, t.subject, s.name as state_name, s.category, t.contact_email, t.agent_seen, t.request_at,
      c.state as chat_state, c.score, a.name as agent_name
    from tickets t
    join states s on s.id = t.state_id
    left join chats c on c.id = t.chat_id
    left join agents a on a.id = c.agent_id
    where t.id = $1 and t.site_id = $2";

// Those of the same queue who come before: put back to the head, or here for longer (index chats_waiting).
const AHEAD: &str = "
    select count(*) from (
      select 1 as one
      from tickets t
      join chats mine on mine.id = t.chat_id
      join chats c on c.site_id = mine.site_id
        and (c.queue_id = mine.queue_id or (c.queue_id is null and mine.queue_id is null))
      where t.id = $1 and c.state in ('waiting', 'ringing')
        and (c.ahead > mine.ahead
          or (c.ahead = mine.ahead and c.started_at < mine.started_at)
          or (c.ahead = mine.ahead and c.started_at = mine.started_at and c.id < mine.id))
      limit $2
    ) as earlier";
