//! Agents who are there: changed, disabled, enabled, removed. A running server acts on each at its next tick, whichever process
//! it was.

use super::{AgentChange, decided, link_with, named};
use crate::{
    Desk,
    db::retry,
    people::{AgentChanges, AgentError, account, accounts, sessions},
    routing,
    secret::new_token,
};
use protocol::{AgentId, Timestamp, agent::AgentState};
use tracing::instrument;

impl Desk {
    /// Changes what is given of an agent. With their sites they lose the queues of the others; who is then bound to no
    /// queue of a site serves all of its queues.
    #[instrument(level = "debug", skip_all)]
    pub async fn change_agent(
        &self,
        email: &str,
        changes: &AgentChanges,
    ) -> Result<(), AgentError> {
        let now = self.now();
        retry!({ decided(self.apply_changes(email, changes, now).await) })?
    }

    /// Lets an agent in nowhere: they are *Ausente*, and their sessions and one-time links end with it. Who is disabled
    /// already stays so.
    #[instrument(level = "debug", skip_all)]
    pub async fn disable_agent(&self, email: &str) -> Result<(), AgentError> {
        let now = self.now();
        let agent = retry!({ decided(self.shut_out(email, now).await) })??;
        self.0.sessions.end_unstored(agent);
        routing::agent_changed(self, agent);
        Ok(())
    }

    /// Removes an agent for good: let in nowhere, and forgotten but for the name. Those who wait for their chats' end are
    /// told and can only end them.
    #[instrument(level = "debug", skip_all)]
    pub async fn remove_agent(&self, email: &str) -> Result<(), AgentError> {
        let now = self.now();
        let agent = retry!({ decided(self.take_out(email, now).await) })??;
        self.0.sessions.end_unstored(agent);
        routing::agent_changed(self, agent);
        Ok(())
    }

    /// Lets a disabled agent in again, *Ausente* until they say otherwise. Answers a one-time link for setting a
    /// password when they have none.
    #[instrument(level = "debug", skip_all)]
    pub async fn enable_agent(&self, email: &str) -> Result<Option<String>, AgentError> {
        let (now, token) = (self.now(), new_token());
        let wants_link = retry!({ decided(self.let_in(email, &token, now).await) })??;
        Ok(wants_link.then(|| link_with(self, &token)))
    }

    async fn apply_changes(
        &self,
        email: &str,
        changes: &AgentChanges,
        now: Timestamp,
    ) -> Result<(), AgentError> {
        let mut change = AgentChange::begin(self).await?;
        let tx = &mut change.tx;
        let mut row = account::find_row(tx, email, now).await?.ok_or(AgentError::NoAgent)?;
        let agent = AgentId(row.id);
        if let Some(name) = &changes.name {
            name.as_str().clone_into(&mut row.name);
        }
        if let Some(role) = changes.role {
            role.as_text().clone_into(&mut row.role);
        }
        changes.capacity.apply_to(&mut row.capacity, |capacity| capacity.chats().into());
        changes.picture.apply_to(&mut row.picture, |picture| picture.as_str().to_owned());
        row.sees_sensitive = changes.sees_sensitive.unwrap_or(row.sees_sensitive);
        if let Some(keys) = &changes.sites {
            let sites = named::sites(self, keys)?;
            row.every_site = sites.is_empty();
            accounts::serve_sites(tx, agent, &sites).await?;
            if !row.every_site {
                accounts::leave_other_queues(tx, agent).await?;
            }
        }
        if let Some(names) = &changes.queues {
            let sites = accounts::sites_of(tx, agent).await?;
            let of_sites = (!row.every_site).then_some(&sites[..]);
            let queues = named::queues(self, of_sites, names)?;
            accounts::serve_queues(tx, agent, &queues).await?;
        }
        accounts::update(tx, &row).await?;
        change.commit(self).await
    }

    async fn take_out(&self, email: &str, now: Timestamp) -> Result<AgentId, AgentError> {
        let mut change = AgentChange::begin(self).await?;
        let tx = &mut change.tx;
        let row = account::find_row(tx, email, now).await?.ok_or(AgentError::NoAgent)?;
        let agent = AgentId(row.id);
        accounts::set_state(tx, agent, AgentState::Away, None, now).await?;
        accounts::remove(tx, agent, now).await?;
        sessions::end_all(tx, agent).await?;
        accounts::clear_links(tx, agent).await?;
        change.commit(self).await?;
        Ok(agent)
    }

    async fn shut_out(&self, email: &str, now: Timestamp) -> Result<AgentId, AgentError> {
        let mut change = AgentChange::begin(self).await?;
        let tx = &mut change.tx;
        let row = account::find_row(tx, email, now).await?.ok_or(AgentError::NoAgent)?;
        let agent = AgentId(row.id);
        accounts::set_state(tx, agent, AgentState::Away, None, now).await?;
        accounts::disable(tx, agent, now).await?;
        sessions::end_all(tx, agent).await?;
        accounts::clear_links(tx, agent).await?;
        change.commit(self).await?;
        Ok(agent)
    }

    /// Whether they need a link to set a password: then the token is theirs.
    async fn let_in(&self, email: &str, token: &str, now: Timestamp) -> Result<bool, AgentError> {
        let mut change = AgentChange::begin(self).await?;
        let tx = &mut change.tx;
        let row = account::find_row(tx, email, now).await?.ok_or(AgentError::NoAgent)?;
        if row.disabled_at.is_none() {
            return Ok(false);
        }
        let agent = AgentId(row.id);
        accounts::enable(tx, agent).await?;
        // What began while they were being disabled is not to come back with them.
        sessions::end_all(tx, agent).await?;
        accounts::clear_links(tx, agent).await?;
        if !row.has_password {
            accounts::set_link(tx, agent, token, now).await?;
        }
        change.commit(self).await?;
        Ok(!row.has_password)
    }
}
