//! The outbox, for those who look after it.

use crate::{
    Desk, Result,
    mail::{self, KeptMail, outbound::list},
    people::{Agent, Role},
};
use protocol::{Code, MailId, Refusal, TicketId};

impl Desk {
    /// The newest 200 mails of the agent's sites, newest first.
    pub async fn mails(&self, agent: &Agent) -> Result<Vec<KeptMail>> {
        list::newest(self, &agent.sites).await
    }

    /// One with its text and HTML.
    pub async fn mail(&self, agent: &Agent, id: MailId) -> Result<(KeptMail, String, String)> {
        list::read(self, &agent.sites, id).await
    }

    /// Puts a parked mail back into the queue.
    pub async fn retry_mail(&self, agent: &Agent, id: MailId) -> Result<()> {
        if agent.role == Role::Agent {
            return Err(Refusal::new(Code::Forbidden).into());
        }
        list::retry(self, &agent.sites, id).await
    }

    /// The ticket that an address in `Reply-To` of our mails stands for; none when we did not make it.
    pub fn find_replied_ticket(&self, address: &str) -> Option<TicketId> {
        mail::find_replied_ticket(&self.0.secret, address)
    }
}
