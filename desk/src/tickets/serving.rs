//! Which site an agent's ticket belongs to.

use crate::{Desk, Error, Result, people::Agent, sites::Site};
use protocol::TicketId;
use std::sync::Arc;

impl Desk {
    /// The site of a ticket that the agent serves; `NotFound` for any other.
    pub async fn site_of_ticket(&self, agent: &Agent, ticket: TicketId) -> Result<Arc<Site>> {
        let site = self.find_site_of(ticket).await?.filter(|site| agent.sites.contains(site));
        site.and_then(|site| self.find_site_by_id(site)).ok_or_else(Error::not_found)
    }
}
