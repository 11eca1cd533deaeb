//! What a console shows besides its list: offers, one conversation.

use super::worklist::names;
use crate::{
    Desk, Error, Result,
    db::{read, statement},
    people::{
        Agent,
        permission::{self, Action, On, Party, may},
    },
    routing,
    tickets::{ChatState, entries, party, properties},
};
use protocol::{
    AgentId, ChatId, OfferId, PageUrl, QueueId, Seq, SiteId, TicketId, TicketNumber, Timestamp,
    agent::{AgentChat, Conversation, ForAgent, Guest, Handover, HandoverKind, Offer, OfferKind},
    contact::Contact,
    entry::{AgentEntry, Category, TicketState},
};
use tracing::instrument;
use uuid::Uuid;

impl Desk {
    /// The site of a ticket that the agent sees.
    ///
    /// # Errors
    /// `NotFound` for any other.
    pub async fn site_of(&self, agent: &Agent, ticket: TicketId) -> Result<SiteId> {
        self.check_ticket(agent, Action::See, ticket).await.map(|site| site.id)
    }

    /// What rings at this agent.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn offers(&self, agent: &Agent) -> Result<Vec<ForAgent<Offer>>> {
        let rows = read!(self.db(), c => sqlx::query_as::<_, OfferRow>(OFFERS)
            .bind(agent.id.0)
            .fetch_all(c)
            .await)?;
        Ok(rows
            .into_iter()
            .filter(|row| row.rings_at(self, agent))
            .map(|row| self.offer(agent, row))
            .collect())
    }

    /// One offer, if it still rings here.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %chat))]
    pub async fn find_offer(&self, agent: &Agent, chat: ChatId) -> Result<Option<ForAgent<Offer>>> {
        let row = read!(self.db(), c => sqlx::query_as::<_, OfferRow>(OFFER)
            .bind(agent.id.0)
            .bind(chat.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.filter(|row| row.rings_at(self, agent)).map(|row| self.offer(agent, row)))
    }

    fn offer(&self, agent: &Agent, row: OfferRow) -> ForAgent<Offer> {
        let site_id = SiteId(row.site_id);
        let (site, queue) = names(self, site_id, row.queue_id.map(QueueId));
        let offer = Offer {
            chat: ChatId(row.chat_id),
            ticket: TicketId(row.id),
            number: TicketNumber(row.number),
            queue,
            site,
            contact: Contact {
                name: row.contact_name,
                email: row.contact_email,
                verified: row.contact_verified,
            },
            page: find_page(row.page.as_deref()),
            subject: row.subject,
            message: row.message.as_deref().map(first_message).unwrap_or_default(),
            since: Timestamp(row.started_at),
            rings_from: Timestamp(row.offered_at),
            rings_until: Timestamp(row.rings_until),
            kind: row.kind,
            offer: Some(OfferId(row.offer_id)),
            from: row.from_name,
            note: row.note,
        };
        self.show(agent, site_id, offer)
    }

    /// The head of a ticket.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn conversation(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<ForAgent<Conversation>> {
        let row = read!(self.db(), c => sqlx::query_as::<_, Row>(READ)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(Error::not_found)?;
        let on = self.with_mention(agent, ticket, row.on()?).await?;
        permission::check(agent, Action::See, &on)?;
        let removed = self.find_removed(&on);
        let is_orphan = self.is_orphan(&on);
        let may_end = may(agent, if is_orphan { Action::EndOrphan } else { Action::End }, &on);
        let site_id = SiteId(row.site_id);
        let (site, queue) = names(self, site_id, row.queue_id.map(QueueId));
        self.ask_for_unknown_panel(ticket);
        let tags = properties::tags_of(self, &[ticket.0]).await?.remove(&ticket.0);
        let (tags, lists) = (tags.unwrap_or_default(), self.find_site_by_id(site_id));
        let head = Conversation {
            ticket,
            chat: row.chat(agent)?,
            number: TicketNumber(row.number),
            site,
            queue,
            contact: Contact {
                name: row.contact_name,
                email: row.contact_email,
                verified: row.contact_verified,
            },
            subject: row.subject,
            state: TicketState { name: row.state_name, category: row.category },
            page: find_page(row.page.as_deref()),
            lang: row.lang,
            created_at: Timestamp(row.created_at),
            last: Seq(row.last_seq),
            visitor_seen: Seq(row.visitor_seen),
            agent_seen: Seq(row.agent_seen),
            visitor_present: self.panel_is_connected(ticket),
            removed,
            may_end,
            priority: lists.as_ref().and_then(|site| site.lists.priority(row.priority_id)),
            ticket_type: lists.as_ref().and_then(|site| site.lists.type_name(row.type_id)),
            tags: lists.map(|site| site.lists.tag_names(&tags)).unwrap_or_default(),
        };
        Ok(self.show(agent, site_id, head))
    }

    /// At most `limits::ENTRIES` entries after `after`, and the last sequence.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn agent_entries(
        &self,
        agent: &Agent,
        ticket: TicketId,
        after: Seq,
    ) -> Result<(Vec<ForAgent<AgentEntry>>, Seq)> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let (entries, last) = entries::for_agent(self, ticket, site.id, after).await?;
        let shown = entries.into_iter().map(|entry| self.show(agent, site.id, entry));
        Ok((shown.collect(), last))
    }
}

/// The text of a stored message.
fn first_message(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(protocol::entry::AgentBody::Visitor { text, .. }) => text,
        _ => String::new(),
    }
}

/// What is stored was parsed before.
fn find_page(stored: Option<&str>) -> Option<PageUrl> {
    stored.and_then(PageUrl::parse)
}

#[derive(sqlx::FromRow)]
struct OfferRow {
    id: Uuid,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    number: String,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_verified: bool,
    chat_id: Uuid,
    offer_id: Uuid,
    #[sqlx(try_from = "String")]
    kind: OfferKind,
    from_name: Option<String>,
    note: Option<String>,
    to_queue: Option<Uuid>,
    page: Option<String>,
    subject: Option<String>,
    started_at: i64,
    offered_at: i64,
    rings_until: i64,
    message: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    site_id: Uuid,
    queue_id: Option<Uuid>,
    number: String,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_verified: bool,
    subject: Option<String>,
    state_name: String,
    #[sqlx(try_from = "String")]
    category: Category,
    priority_id: Uuid,
    type_id: Option<Uuid>,
    page: Option<String>,
    lang: String,
    created_at: i64,
    last_seq: i64,
    visitor_seen: i64,
    agent_seen: i64,
    request_at: Option<i64>,
    chat_id: Option<Uuid>,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    agent_name: Option<String>,
    chat_guest: Option<Uuid>,
    guest_name: Option<String>,
    asked: Option<Uuid>,
    handover_kind: Option<String>,
    handover_to: Option<String>,
    handover_from: Option<Uuid>,
    asked_at: Option<i64>,
    started_at: Option<i64>,
    accepted_at: Option<i64>,
    ended_at: Option<i64>,
}

impl OfferRow {
    /// Whether the agent may still have what is offered to them.
    fn rings_at(&self, desk: &Desk, agent: &Agent) -> bool {
        let (asked, action) = match self.kind {
            OfferKind::Chat => (None, Action::Take),
            OfferKind::Transfer | OfferKind::Conference => (Some(agent.id), Action::Join),
        };
        let party = Party { asked, ..Party::default() };
        let on = On { site: SiteId(self.site_id), queue: self.queue_id.map(QueueId), party };
        may(agent, action, &on)
            && routing::is_asked_still(desk, agent, on.site, self.to_queue.map(QueueId))
    }
}

impl Row {
    fn on(&self) -> Result<On> {
        let state = self.chat_state.as_deref().map(ChatState::from_text).transpose()?;
        Ok(On {
            site: SiteId(self.site_id),
            queue: self.queue_id.map(QueueId),
            party: party(
                state,
                Party {
                    owner: self.chat_agent.map(AgentId),
                    guest: self.chat_guest.map(AgentId),
                    asked: self.asked.map(AgentId),
                    ..Party::default()
                },
            ),
        })
    }

    fn handover(&self, agent: &Agent) -> Result<Option<Handover>> {
        let Some(kind) = self.handover_kind.as_deref() else { return Ok(None) };
        Ok(Some(Handover {
            kind: HandoverKind::from_text(kind)?,
            to: self.handover_to.clone().unwrap_or_default(),
            by_me: self.handover_from == Some(agent.id.0),
            since: Timestamp(self.asked_at.unwrap_or(self.created_at)),
        }))
    }

    fn chat(&self, agent: &Agent) -> Result<AgentChat> {
        let (Some(chat), Some(state)) = (self.chat_id.map(ChatId), self.chat_state.as_deref())
        else {
            return Ok(AgentChat::None);
        };
        let at = |instant: Option<i64>| Timestamp(instant.unwrap_or(self.created_at));
        Ok(match ChatState::from_text(state)? {
            ChatState::Waiting | ChatState::Ringing => {
                AgentChat::Waiting { chat, since: at(self.started_at) }
            }
            ChatState::Active => AgentChat::Active {
                chat,
                agent: self.agent_name.clone().unwrap_or_default(),
                mine: self.chat_agent == Some(agent.id.0),
                since: at(self.accepted_at),
                guest: self.chat_guest.map(|guest| Guest {
                    agent: AgentId(guest),
                    name: self.guest_name.clone().unwrap_or_default(),
                    me: guest == agent.id.0,
                }),
                handover: self.handover(agent)?,
            },
            ChatState::Ended if self.request_at.is_none() => {
                AgentChat::Ended { at: at(self.ended_at) }
            }
            ChatState::Ended | ChatState::Request => AgentChat::None,
        })
    }
}

macro_rules! offer_columns {
    () => {
        "select
           t.id, t.site_id, t.queue_id, t.number, t.contact_name, t.contact_email, t.contact_verified,
           c.id as chat_id, o.id as offer_id, o.kind, h.from_name, h.note, h.to_queue, c.page, t.subject,
           c.started_at, o.offered_at, o.rings_until,
           (select e.body from entries e where e.id = t.start_id and e.ticket_id = t.id) as message
         from offers o
         join chats c on c.id = o.chat_id
         join tickets t on t.id = c.ticket_id
         left join handovers h on h.id = o.handover_id
         where o.to_agent = $1 and o.outcome is null "
    };
}

// Index offers_to.
statement!(pub(crate) OFFERS = concat!(offer_columns!(), "order by c.started_at, o.id"));
statement!(pub(crate) OFFER = concat!(offer_columns!(), "and c.id = $2"));

statement!(pub(crate) READ = "
    select
      t.site_id, t.queue_id, t.number, t.contact_name, t.contact_email, t.contact_verified, t.subject,
      s.name as state_name, s.category, t.priority_id, t.type_id, t.page, t.lang, t.created_at, t.last_seq, t.visitor_seen,
      t.agent_seen, t.request_at, c.id as chat_id, c.state as chat_state, c.agent_id as chat_agent,
      a.name as agent_name, c.guest_id as chat_guest, g.name as guest_name, o.to_agent as asked,
      h.kind as handover_kind, h.to_name as handover_to, h.from_agent as handover_from, h.asked_at,
      c.started_at, c.accepted_at, c.ended_at
    from tickets t
    join states s on s.id = t.state_id
    left join chats c on c.id = t.chat_id
    left join agents a on a.id = c.agent_id
    left join agents g on g.id = c.guest_id
    left join handovers h on h.chat_id = c.id and h.outcome is null
    left join offers o on o.chat_id = c.id and o.kind <> 'chat' and o.outcome is null
    where t.id = $1");
