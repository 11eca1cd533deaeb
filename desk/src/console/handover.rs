//! My chat is handed over, or shared: asked for, taken back, left, ended (`behaviours.md`, "Offers").

use crate::{
    Desk, Error, Result,
    chats::{
        self,
        handover::{self, Asked, NewHandover},
        outcome::Outcome,
    },
    db::retry,
    people::{
        Agent,
        permission::{self, Action},
    },
    routing,
    tickets::LockedTicket,
};
use protocol::{
    AgentId, Code, Field, HandoverId, QueueId, Refusal, TicketId,
    agent::{HandoverKind, HandoverOutcome, Targets},
    text::{HandoverNote, is_blank},
};
use tracing::instrument;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverTarget {
    Queue(QueueId),
    Agent(AgentId),
}

impl Desk {
    /// Whom my chat can be handed to, or who can be asked to join it, as of now.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` for a chat that is not theirs.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn handover_targets(&self, agent: &Agent, ticket: TicketId) -> Result<Targets> {
        let on = self.find_place(ticket).await?.ok_or_else(Error::not_found)?;
        permission::check(agent, Action::End, &on)?;
        let site = self.find_site_by_id(on.site).ok_or_else(Error::not_found)?;
        routing::targets(self, &site, &on).await
    }

    /// Asks a queue or an agent to take my chat over. It stays mine until somebody accepts; what I say of it is for
    /// agents alone.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` for a chat that is not theirs; `HandoverOpen`
    /// while another handover is asked for; `NotAvailable` where nobody could be rung; a refusal of the note.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn ask_transfer(
        &self,
        agent: &Agent,
        ticket: TicketId,
        to: HandoverTarget,
        note: Option<&str>,
    ) -> Result<()> {
        self.ask(agent, ticket, HandoverKind::Transfer, to, note).await
    }

    /// Asks a queue or an agent to join my chat.
    ///
    /// # Errors
    /// Those of [`Desk::ask_transfer`], and `ConferenceFull`.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn ask_conference(
        &self,
        agent: &Agent,
        ticket: TicketId,
        to: HandoverTarget,
        note: Option<&str>,
    ) -> Result<()> {
        self.ask(agent, ticket, HandoverKind::Conference, to, note).await
    }

    async fn ask(
        &self,
        agent: &Agent,
        ticket: TicketId,
        kind: HandoverKind,
        to: HandoverTarget,
        note: Option<&str>,
    ) -> Result<()> {
        let note = note.filter(|note| !is_blank(note)).map(HandoverNote::parse).transpose()?;
        let targets = self.handover_targets(agent, ticket).await?;
        let to = find_target(&targets, to)?;
        let id = HandoverId(self.clock().new_id());
        let new = NewHandover { id, kind, to, note };
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::End).await?;
            self.check_writable(&locked.on())?;
            handover::ask(&mut tx, self, &mut locked, agent, &new, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Takes back what I asked for, transfer or conference.
    ///
    /// # Errors
    /// `HandoverOver` when it is asked for no longer; `NotFound`, `Forbidden` as for [`Desk::ask_transfer`].
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn cancel_handover(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            let over = || Error::from(Refusal::new(Code::HandoverOver));
            let chat = locked.live_chat().map(|chat| chat.id).ok_or_else(over)?;
            let open = handover::find(&mut tx, chat).await?.ok_or_else(over)?;
            permission::check(agent, Action::End, &locked.on())?;
            let cancelled = (Outcome::Cancelled, HandoverOutcome::Cancelled);
            handover::abandon(&mut tx, self, &mut locked, &open, cancelled, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Leaves a conference that I am a guest of; a second time does nothing.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn leave_conference(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        self.end_guest(agent, ticket, Action::Leave).await
    }

    /// Lets the guest of my chat go; without one there is nothing to do.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` for a chat that is not theirs.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn end_conference(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        self.end_guest(agent, ticket, Action::End).await
    }

    async fn end_guest(&self, agent: &Agent, ticket: TicketId, action: Action) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            if locked.on().party.guest.is_none() {
                return Ok(());
            }
            permission::check(agent, action, &locked.on())?;
            chats::leave_conference(&mut tx, self, &mut locked, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }
}

/// The target as it is called, if it can be asked.
fn find_target(targets: &Targets, to: HandoverTarget) -> Result<Asked> {
    let (asked, can_be_rung) = match to {
        HandoverTarget::Queue(id) => {
            let queue = targets.queues.iter().find(|queue| queue.queue == id);
            let queue = queue.ok_or_else(|| Refusal::of(Field::Queue, Code::Invalid))?;
            let name = queue.name.clone();
            (Asked { queue: Some(id), agent: None, name }, queue.free > 0)
        }
        HandoverTarget::Agent(id) => {
            let agent = targets.agents.iter().find(|agent| agent.agent == id);
            let agent = agent.ok_or_else(|| Refusal::named("agent", Code::Invalid))?;
            let name = agent.name.clone();
            (Asked { queue: None, agent: Some(id), name }, agent.free)
        }
    };
    if can_be_rung { Ok(asked) } else { Err(Refusal::new(Code::NotAvailable).into()) }
}
