//! Making agents.

use crate::{
    Desk, Error, Result,
    db::bump_revision,
    people::{
        NewAgent,
        accounts::{self, Account},
        sessions,
    },
    routing,
    secret::new_token,
};
use protocol::{
    QueueId, SiteId, SiteKey,
    text::{EmailAddress, PersonName},
};

impl Desk {
    /// Makes an agent or, when the address has one, changes name, role, sites, queues and password. Answers the one-time link for
    /// setting a password when none was given.
    pub async fn create_agent(&self, new: NewAgent) -> Result<Option<String>> {
        let email = EmailAddress::parse(&new.email)?;
        let name = PersonName::parse(&new.name)?;
        let sites = self.sites_named(&new.sites)?;
        let queues = self.queues_named(&sites, &new.queues)?;
        let hash = match &new.password {
            Some(password) => Some(self.0.passwords.hash(password).await?),
            None => None,
        };
        let link = new.password.is_none().then(new_token);
        let account = Account {
            email: &email,
            name: &name,
            role: new.role,
            password_hash: hash.as_deref(),
            sites: &sites,
            queues: &queues,
        };
        let mut tx = self.begin().await?;
        let agent = accounts::store(&mut tx, self, &account).await?;
        if hash.is_some() {
            sessions::end_all(&mut tx, agent).await?;
        }
        if let Some(token) = &link {
            accounts::set_link(&mut tx, agent, token, self.now()).await?;
        }
        bump_revision(&mut tx).await?;
        self.commit(tx).await?;
        if hash.is_some() {
            self.0.sessions.end_unstored(agent);
        }
        routing::sites_were_changed(self).await?;
        Ok(link.map(|token| format!("{}/console/password?k={token}", self.options().public_url)))
    }

    /// True once somebody can sign in.
    pub async fn has_agents(&self) -> Result<bool> {
        accounts::has_agents(self).await
    }

    fn sites_named(&self, keys: &[String]) -> Result<Vec<SiteId>> {
        keys.iter()
            .map(|key| {
                self.find_site(&SiteKey(key.clone()))
                    .map(|site| site.id)
                    .ok_or_else(Error::not_found)
            })
            .collect()
    }

    /// Every queue called so in these sites (none: in any).
    fn queues_named(&self, sites: &[SiteId], names: &[String]) -> Result<Vec<QueueId>> {
        let mut found = Vec::new();
        for name in names {
            let before = found.len();
            for site in self.sites() {
                if sites.is_empty() || sites.contains(&site.id) {
                    let called = site.queues.iter().filter(|queue| queue.name.as_str() == name);
                    found.extend(called.map(|queue| queue.id));
                }
            }
            if found.len() == before {
                return Err(Error::not_found());
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
