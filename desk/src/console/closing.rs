//! A chat is ended, a help request closed: with a reason. And a closed ticket is opened again.

use crate::{
    Desk, Error, Result,
    chats::{self, Ending},
    db::{Tx, retry},
    mail::{Cause, VisitorMail, mail_visitor},
    people::{
        Agent,
        permission::{self, Action},
    },
    tickets::LockedTicket,
};
use protocol::{
    Code, Refusal, TicketId, Timestamp,
    entry::{AgentBody, Category},
    settings::ClosingReason,
};
use tracing::instrument;

impl Desk {
    /// Ends my chat with a closing reason; mail with number and link goes out when an e-mail is known.
    ///
    /// # Errors
    /// `ChatEnded` when none is under way; `Forbidden` for anybody's but mine; a refusal of the reason.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn end_chat(
        &self,
        agent: &Agent,
        ticket: TicketId,
        reason: &ClosingReason,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            locked.live_chat().ok_or_else(|| Refusal::new(Code::ChatEnded))?;
            let on = locked.on();
            let is_orphan = self.is_orphan(&on);
            let action = if is_orphan { Action::EndOrphan } else { Action::End };
            permission::check(agent, action, &on)?;
            let reason = checked(self, &locked, reason)?;
            let ending = if is_orphan {
                Ending::Other { agent, reason: &reason }
            } else {
                Ending::Agent { agent, reason: &reason }
            };
            chats::end(&mut tx, self, &mut locked, ending, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Closes a help request (first closed state) with a reason, which agents read as a comment; a second time does
    /// nothing.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` where they may not answer, and while a chat is
    /// under way on it; `SiteRemoved`; a refusal of the reason.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn close_ticket(
        &self,
        agent: &Agent,
        ticket: TicketId,
        reason: &ClosingReason,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = self.lock_without_chat(&mut tx, agent, ticket).await?;
            let text = checked(self, &locked, reason)?;
            if locked.state.category == Category::Closed {
                return Ok(());
            }
            let (agent_id, name) = (agent.id, agent.name.clone());
            let (mentions, files) = (Vec::new(), Vec::new());
            let comment = AgentBody::Comment { agent: agent_id, name, text, mentions, files };
            locked.add(&mut tx, self, now, comment).await?;
            self.change_state(tx, locked, agent, Category::Closed, now).await
        })
    }

    /// Opens a closed ticket again (first open state): a help request, which this agent attends. One that is open or
    /// waits on the customer stays as it is.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` where they may not answer, and while a chat is
    /// under way on it; `SiteRemoved`.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn reopen_ticket(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = self.lock_without_chat(&mut tx, agent, ticket).await?;
            if locked.state.category != Category::Closed {
                return Ok(());
            }
            locked.attended_by = Some(agent.id);
            self.change_state(tx, locked, agent, Category::Open, now).await
        })
    }

    /// The reasons to choose from for this ticket's site.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent neither sees nor has handed over without a reason.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn closing_reasons(
        &self,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<Vec<ClosingReason>> {
        let site = match self.check_ticket(agent, Action::See, ticket).await {
            // Who handed a chat over is asked why, also where they see it no longer.
            Err(error) => self.find_handed_over(agent, ticket).await?.ok_or(error)?,
            Ok(site) => site,
        };
        Ok(site.closing_reasons.to_vec())
    }

    /// The ticket of a site in use on which the agent may answer and no chat is under way.
    async fn lock_without_chat(
        &self,
        tx: &mut Tx,
        agent: &Agent,
        ticket: TicketId,
    ) -> Result<LockedTicket> {
        let locked = LockedTicket::lock_for(tx, ticket, agent, Action::Answer).await?;
        self.check_in_use(locked.site)?;
        if locked.live_chat().is_some() {
            return Err(Refusal::new(Code::Forbidden).into());
        }
        Ok(locked)
    }

    /// The ticket enters the first state of a category, its visitor is mailed about that, and all of it is committed.
    async fn change_state(
        &self,
        mut tx: Tx,
        mut locked: LockedTicket,
        agent: &Agent,
        category: Category,
        now: Timestamp,
    ) -> Result<()> {
        locked.enter(&mut tx, self, now, category, Some(agent.name.clone())).await?;
        let mail = VisitorMail::StateChanged { state: locked.state.name.clone() };
        mail_visitor(&mut tx, self, &mut locked, mail, Cause::Desk, now).await?;
        locked.save(&mut tx).await?;
        self.commit(tx).await
    }
}

/// The text of a reason of the ticket's site.
fn checked(desk: &Desk, locked: &LockedTicket, reason: &ClosingReason) -> Result<String> {
    desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?.check_reason(reason)
}
