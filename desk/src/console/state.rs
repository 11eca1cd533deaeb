//! *Disponible* or *Ausente*.

use crate::{
    Desk, Error, Result,
    db::{Event, bump_revision, retry},
    people::{Agent, accounts},
    routing,
};
use protocol::{AgentId, agent::AgentState, settings::AwayReason};
use tracing::instrument;

impl Desk {
    /// *Ausente*, with one of the reasons of the agent's sites or none.
    pub async fn go_away(&self, agent: &Agent, _reason: Option<&AwayReason>) -> Result<()> {
        self.set_agent_state(agent.id, AgentState::Away).await
    }

    /// *Disponible* or *Ausente*; consoles and pages hear of it at once.
    #[instrument(level = "debug", skip_all, fields(%agent))]
    pub async fn set_agent_state(&self, agent: AgentId, state: AgentState) -> Result<()> {
        let now = self.now();
        let is_new = retry!({
            let mut tx = self.begin().await?;
            // The first row that everybody writes who changes an agent.
            bump_revision(&mut tx).await?;
            if !accounts::set_state(&mut tx, agent, state, now).await? {
                return Ok(false);
            }
            tx.publish(Event::AgentState { agent });
            self.commit(tx).await?;
            Ok(true)
        })?;
        if !is_new {
            return match self.0.sites.now().agent(agent) {
                Some(_) => Ok(()),
                None => Err(Error::not_found()),
            };
        }
        routing::sites_were_changed(self).await?;
        routing::agent_changed(self, agent);
        Ok(())
    }
}
