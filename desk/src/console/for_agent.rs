//! The one way from what is stored to what an agent's console holds: by who reads it, and by the site that it is of.

use crate::{
    Desk, Result,
    people::{Agent, permission::Action},
};
use protocol::{
    SiteId, TicketId,
    agent::{ForAgent, Sensitive, Sight},
    entry::AgentEntry,
    masking::Preview,
};

impl Desk {
    /// How the agent reads what is sensitive at a site.
    pub fn sight(&self, agent: &Agent, site: SiteId) -> Sight {
        self.0.sites.now().sight(agent, site)
    }

    /// The site of a ticket that the agent sees.
    ///
    /// # Errors
    /// `NotFound` for any other.
    pub async fn site_of(&self, agent: &Agent, ticket: TicketId) -> Result<SiteId> {
        self.check_ticket(agent, Action::See, ticket).await.map(|site| site.id)
    }

    /// Something of this site as the agent may read it.
    pub(crate) fn show<T: Sensitive>(&self, agent: &Agent, site: SiteId, value: T) -> ForAgent<T> {
        ForAgent::new(value, self.sight(agent, site))
    }

    /// An entry that the hub told of.
    pub fn show_entry(
        &self,
        agent: &Agent,
        site: SiteId,
        entry: &AgentEntry,
    ) -> ForAgent<AgentEntry> {
        self.show(agent, site, entry.clone())
    }

    /// The beginning of a message that the hub told of.
    pub fn show_preview(&self, agent: &Agent, site: SiteId, preview: &Preview) -> ForAgent<String> {
        ForAgent::preview(preview, self.sight(agent, site))
    }
}
