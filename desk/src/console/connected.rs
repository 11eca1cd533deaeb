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
        let was_connected = self.console_is_connected(agent);
        if self.0.presence.console_opened(agent, self.moment()) {
            self.0.nodes.console_moved(agent);
            if !was_connected {
                routing::agent_changed(self, agent);
            }
        }
        ConsoleGuard { desk: self.clone(), agent }
    }
}

impl Drop for ConsoleGuard {
    fn drop(&mut self) {
        let (desk, agent) = (&self.desk, self.agent);
        if desk.0.presence.console_closed(agent, desk.moment()) {
            desk.0.nodes.console_moved(agent);
            if !desk.0.nodes.is_stopping() && !desk.console_is_connected(agent) {
                routing::agent_changed(desk, agent);
            }
        }
    }
}
