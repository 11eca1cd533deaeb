//! A forgotten password: a one-time link by mail.

use crate::{
    Desk, Result, db::retry, mail::mail_password_link, people::accounts,
    secret::password_link_token,
};
use tracing::instrument;

impl Desk {
    /// Mails a one-time link to the agent of this address, at most three an hour, in the place of the one that
    /// was asked for before.
    /// An address that is nobody's is answered alike: nothing is said of what was done.
    #[instrument(level = "debug", skip_all)]
    pub async fn mail_password_link(&self, email: &str) -> Result<()> {
        let snapshot = self.0.sites.now();
        let Some(agent) = snapshot.agent_of(email.trim()) else { return Ok(()) };
        let site = agent.sites.keys().find_map(|site| self.find_site_by_id(*site));
        // Mail is a site's; without one there is nothing to sign in for.
        let Some(site) = site else { return Ok(()) };
        let (link, now) = (self.clock().new_id(), self.now());
        let token = password_link_token(&self.0.secret, link);
        retry!({
            let mut tx = self.begin().await?;
            if mail_password_link(&mut tx, self, &site, agent, link, now).await? {
                accounts::set_asked_link(&mut tx, agent.id, &token, now).await?;
            }
            self.commit(tx).await
        })
    }
}
