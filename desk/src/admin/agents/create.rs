//! Making agents.

use super::{AgentChange, decided, link_with, named};
use crate::{
    Desk, Error,
    db::retry,
    people::{
        AgentError, NewAgent, account,
        accounts::{self, Account},
        sessions,
    },
    secret::new_token,
};
use protocol::{
    AgentId, Timestamp,
    text::{EmailAddress, PersonName},
};
use tracing::instrument;

impl Desk {
    /// Makes an agent or, when the address has one, changes name, role, sites, queues and password. Answers the
    /// one-time link for setting a password when none was given.
    #[instrument(level = "debug", skip_all)]
    pub async fn create_agent(&self, new: NewAgent) -> Result<Option<String>, AgentError> {
        let email = EmailAddress::parse(&new.email).map_err(Error::from)?;
        let name = PersonName::parse(&new.name).map_err(Error::from)?;
        let sites = named::sites(self, &new.sites)?;
        let of_sites = (!sites.is_empty()).then_some(&sites[..]);
        let queues = named::queues(self, of_sites, &new.queues)?;
        let hash = match &new.password {
            Some(password) => Some(self.0.passwords.hash(password, email.as_str()).await?),
            None => None,
        };
        let token = new.password.is_none().then(new_token);
        let account = Account {
            email: &email,
            name: &name,
            role: new.role,
            password_hash: hash.as_deref(),
            sites: &sites,
            queues: &queues,
        };
        let now = self.now();
        let agent = retry!({ decided(self.store_agent(&account, token.as_deref(), now).await) })??;
        if hash.is_some() {
            self.0.sessions.end_unstored(agent);
        }
        Ok(token.map(|token| link_with(self, &token)))
    }

    async fn store_agent(
        &self,
        account: &Account<'_>,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<AgentId, AgentError> {
        let mut change = AgentChange::begin(self).await?;
        let tx = &mut change.tx;
        let before = account::find_row(tx, account.email.as_str(), now).await?;
        if before.is_some_and(|before| before.disabled_at.is_some()) {
            return Err(AgentError::Disabled);
        }
        let agent = accounts::store(tx, self, account).await?;
        if account.password_hash.is_some() {
            sessions::end_all(tx, agent).await?;
        }
        if let Some(token) = token {
            accounts::set_link(tx, agent, token, now).await?;
        }
        change.commit(self).await?;
        Ok(agent)
    }
}
