//! The outbox, for those who look after it.

use crate::{
    Desk, Result,
    mail::{self, KeptMail, MailListing, outbound::list},
    people::Agent,
};
use protocol::{MailId, TicketId, agent::ForAgent};
use tracing::instrument;

impl Desk {
    /// A page of the mails that the agent may read, newest first: supervisors and owners those of their sites, agents
    /// those of tickets that they see. `after`: the mail that the page before ended with.
    ///
    /// # Errors
    /// `NotFound` when that is gone.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn mails(&self, agent: &Agent, after: Option<MailId>) -> Result<MailListing> {
        list::page(self, agent, after).await
    }

    /// One with its text and HTML, in which links open nothing.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, mail = %id))]
    pub async fn mail(
        &self,
        agent: &Agent,
        id: MailId,
    ) -> Result<(ForAgent<KeptMail>, ForAgent<String>, ForAgent<String>)> {
        list::read(self, agent, id).await
    }

    /// Puts a parked mail back into the queue; for supervisors and owners.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, mail = %id))]
    pub async fn retry_mail(&self, agent: &Agent, id: MailId) -> Result<()> {
        list::retry(self, agent, id).await
    }

    /// The ticket that an address in `Reply-To` of our mails stands for; none when we did not make it.
    #[instrument(level = "debug", skip_all)]
    pub fn find_replied_ticket(&self, address: &str) -> Option<TicketId> {
        mail::find_replied_ticket(&self.0.secret, address)
    }
}
