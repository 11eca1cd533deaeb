//! What an agent's console reads and does. Every verb checks that the agent serves the ticket's site; another site's id is `NotFound`.

mod reads;
mod says;
mod work;

use crate::{
    Desk, Error, Result, chats,
    db::{read, retry, run},
    live::Event,
    mail::outbound::content::What,
    people::Agent,
    routing::offers,
    tickets::Head,
    writer::Seen,
};
use protocol::{
    ChatId, Code, Field, Refusal, Seq, SiteId, TicketId,
    entry::{AgentBody, Category, EndedBy},
    limits,
};
use uuid::Uuid;

impl Desk {
    /// Takes a ringing or waiting chat: one of many wins, the others get `AlreadyTaken`.
    pub async fn accept(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let ticket = self.ticket_of(agent, chat).await?;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, ticket, &agent.sites).await?;
            if head.chat.as_ref().is_none_or(|here| here.id != chat) {
                return Err(Refusal::new(Code::ChatEnded).into());
            }
            let before = head.last;
            chats::accept(&mut tx, self, &mut head, agent, now).await?;
            if head.last == before {
                // It was this agent's already: a click sent twice.
                return Ok(ticket);
            }
            head.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(ticket)
        })
    }

    /// Lets it ring at the next one.
    pub async fn decline(&self, agent: &Agent, chat: ChatId) -> Result<()> {
        self.ticket_of(agent, chat).await?;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let declined = run!(tx, c => sqlx::query_as::<_, (Uuid,)>(DECLINE)
                .bind(chat.0)
                .bind(agent.id.0)
                .fetch_optional(c)
                .await)?;
            let Some((site,)) = declined else { return Ok(()) };
            offers::settle(&mut tx, chat, "declined", now).await?;
            tx.offer(SiteId(site));
            self.commit(tx).await
        })
    }

    /// How far the agent's side has read.
    pub async fn agent_saw(&self, agent: &Agent, ticket: TicketId, upto: Seq) -> Result<()> {
        self.check_serves(agent, ticket).await?;
        self.0.writer.seen(Seen { ticket, by_visitor: false, upto }).await
    }

    /// The visitor's panel sees that the agent is typing. From memory: a ticket that this desk has not met is left out.
    pub fn agent_types(&self, agent: &Agent, ticket: TicketId) {
        if self.0.tickets.find(ticket).is_some_and(|site| agent.sites.contains(&site)) {
            let agent = Some((agent.id, agent.name.clone()));
            self.0.hub.publish(Event::Typing { ticket, agent });
        }
    }

    /// Ends my chat with a closing reason; mail with number and link goes out when an e-mail is known.
    pub async fn end_chat(&self, agent: &Agent, ticket: TicketId, reason: &str) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, ticket, &agent.sites).await?;
            let chat = head.live_chat().ok_or_else(|| Refusal::new(Code::ChatEnded))?;
            if chat.agent != Some(agent.id) {
                return Err(Refusal::new(Code::Forbidden).into());
            }
            let reason = Some(self.closing_reason(head.site, reason)?);
            let by = EndedBy::Agent;
            chats::end(&mut tx, self, &mut head, by, reason, Some(agent), now).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Closes a help request (first closed state) with a reason, which agents read as a comment; a second time does nothing.
    pub async fn close_ticket(&self, agent: &Agent, ticket: TicketId, reason: &str) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, ticket, &agent.sites).await?;
            if head.live_chat().is_some() {
                return Err(Refusal::new(Code::Forbidden).into());
            }
            let text = self.closing_reason(head.site, reason)?;
            if head.state.category == Category::Closed {
                return Ok(());
            }
            let name = agent.name.clone();
            let comment = AgentBody::Comment { agent: agent.id, name: name.clone(), text };
            head.add(&mut tx, self, now, comment).await?;
            head.enter(&mut tx, self, now, Category::Closed, Some(name)).await?;
            let what = What::StateChanged { state: head.state.name.clone() };
            chats::mail_visitor(&mut tx, self, &mut head, what, now).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// The reasons to choose from for this ticket's site.
    pub async fn closing_reasons(&self, agent: &Agent, ticket: TicketId) -> Result<Vec<String>> {
        let site = self.check_serves(agent, ticket).await?;
        let site = self.find_site_by_id(site).ok_or_else(Error::not_found)?;
        Ok(site.closing_reasons.clone())
    }

    /// One of the site's reasons; any text where the site has none.
    fn closing_reason(&self, site: SiteId, reason: &str) -> Result<String> {
        let site = self.find_site_by_id(site).ok_or_else(Error::not_found)?;
        let reason = reason.trim();
        let refused = |code| Refusal::of(Field::Reason, code);
        if reason.is_empty() {
            return Err(refused(Code::Required).into());
        }
        if reason.chars().nth(limits::SUBJECT).is_some() {
            return Err(refused(Code::TooLong).limit(limits::SUBJECT as u64).into());
        }
        if reason.contains('\0') {
            return Err(refused(Code::CharacterInvalid).into());
        }
        if !site.closing_reasons.is_empty() && !site.closing_reasons.iter().any(|one| one == reason)
        {
            return Err(refused(Code::Invalid).into());
        }
        Ok(reason.to_owned())
    }

    /// The ticket's site, if the agent serves it.
    pub(crate) async fn check_serves(&self, agent: &Agent, ticket: TicketId) -> Result<SiteId> {
        let site = self.find_site_of(ticket).await?.filter(|site| agent.sites.contains(site));
        site.ok_or_else(Error::not_found)
    }

    async fn ticket_of(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let row = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(TICKET_OF)
            .bind(chat.0)
            .fetch_optional(c)
            .await)?;
        row.filter(|(_, site)| agent.sites.contains(&SiteId(*site)))
            .map(|(ticket, _)| TicketId(ticket))
            .ok_or_else(Error::not_found)
    }
}

const TICKET_OF: &str = "select ticket_id, site_id from chats where id = $1";
const DECLINE: &str = "
    update chats set state = 'waiting', agent_id = null, offered_at = null
    where id = $1 and state = 'ringing' and agent_id = $2
    returning site_id";
