//! Agents: made, shown, changed, disabled.

mod change;
mod create;
mod named;

use crate::{
    Desk,
    db::{Tx, bump_revision},
    people::{AgentAccount, AgentError, account, accounts},
    routing,
};
use tracing::instrument;

impl Desk {
    /// True once somebody can sign in.
    #[instrument(level = "debug", skip_all)]
    pub async fn has_agents(&self) -> crate::Result<bool> {
        accounts::has_agents(self).await
    }

    /// `ayuda agent list`: all of them by address, those who are disabled too.
    #[instrument(level = "debug", skip_all)]
    pub async fn agent_accounts(&self) -> crate::Result<Vec<AgentAccount>> {
        account::all(self).await
    }

    /// `ayuda agent show`.
    #[instrument(level = "debug", skip_all)]
    pub async fn find_agent_account(&self, email: &str) -> crate::Result<Option<AgentAccount>> {
        account::find(self, email).await
    }
}

/// A transaction that changes agents.
struct AgentChange {
    tx: Tx,
    had_owners: bool,
}

impl AgentChange {
    /// Whoever changes agents waits here for the others: the row of the revision is the first that each of them writes.
    /// So of two who each take the other owner away, the second finds that it is the last one.
    async fn begin(desk: &Desk) -> crate::Result<Self> {
        let mut tx = desk.begin().await?;
        bump_revision(&mut tx).await?;
        let had_owners = accounts::has_owners(&mut tx).await?;
        Ok(Self { tx, had_owners })
    }

    /// Commits, unless nobody would be left who can undo it: an installation that has an owner who can sign in keeps
    /// one.
    async fn commit(mut self, desk: &Desk) -> Result<(), AgentError> {
        if self.had_owners && !accounts::has_owners(&mut self.tx).await? {
            return Err(AgentError::LastOwner);
        }
        desk.commit(self.tx).await?;
        routing::sites_were_changed(desk).await?;
        Ok(())
    }
}

/// What was decided, apart from a fault of the database's, after which the transaction may be run again.
fn decided<T>(outcome: Result<T, AgentError>) -> crate::Result<Result<T, AgentError>> {
    match outcome {
        Err(AgentError::Desk(fault)) => Err(fault),
        decided => Ok(decided),
    }
}

/// Where an agent sets a password with this token.
fn link_with(desk: &Desk, token: &str) -> String {
    format!("{}/console/password?k={token}", desk.options().public_url)
}
