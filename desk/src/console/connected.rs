//! The agent's console is open.

use crate::{Desk, routing};
use protocol::AgentId;
use tracing::instrument;

/// While it lives, a console of the agent is connected. Dropping it is the disconnection.
pub struct ConsoleGuard {
    desk: Desk,
    agent: AgentId,
}

impl Desk {
    /// A console's socket is open: the agent counts while Disponible.
    #[instrument(level = "debug", skip_all, fields(%agent))]
    pub fn console_connected(&self, agent: AgentId) -> ConsoleGuard {
        if self.0.presence.console_opened(agent) {
            routing::agent_changed(self, agent);
        }
        ConsoleGuard { desk: self.clone(), agent }
    }
}

impl Drop for ConsoleGuard {
    fn drop(&mut self) {
        let desk = &self.desk;
        if desk.0.presence.console_closed(self.agent, desk.moment()) {
            routing::agent_changed(desk, self.agent);
        }
    }
}
