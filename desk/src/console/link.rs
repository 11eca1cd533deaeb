//! A ticket's link is renewed: whoever held the one before reads nothing of the ticket any more.

use crate::{
    Desk, Result,
    db::{retry, run, statement},
    mail::{Cause, VisitorMail, mail_visitor},
    people::{Agent, permission::Action},
    tickets::LockedTicket,
};
use protocol::{TicketId, entry::AgentBody};
use tracing::instrument;

statement!(RENEW = "update tickets set link_version = link_version + 1 where id = $1");

impl Desk {
    /// Renews the ticket's link, with the entry that says so, and mails the new one to the visitor. Pages and panels
    /// that came by an earlier link end within a second. True: an address is known that it was mailed to.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` where they may not change it; `SiteRemoved`.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn renew_link(&self, agent: &Agent, ticket: TicketId) -> Result<bool> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Change).await?;
            self.check_in_use(locked.site)?;
            run!(tx, c => sqlx::query(RENEW).bind(ticket.0).execute(c).await.map(|_| ()))?;
            let renewed = AgentBody::LinkRenewed { agent: agent.id, name: agent.name.clone() };
            locked.add(&mut tx, self, now, renewed).await?;
            let is_mailed = locked.email.is_some() && !locked.mail_stopped;
            let (mail, cause) = (VisitorMail::NewLink, Cause::Desk);
            let _ = mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(is_mailed)
        })
    }
}
