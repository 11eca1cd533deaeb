//! Signing in to one's own tickets at a site: by a mailed one-time link, or by the site's signature.

use crate::{
    Desk, Result,
    db::{read, retry, statement},
    mail::mail_visitor_link,
    people::{ClientNetwork, Identity, VisitorSession, email_key, visitor_sessions},
    secret::visitor_link_token,
    sites::Site,
};
use protocol::{SiteId, text::EmailAddress};
use tracing::instrument;

// Index tickets_contact. Who wants no mail about any of their tickets gets none.
statement!(
    HAS_TICKETS = "
    select exists (
      select 1 from tickets where site_id = $1 and contact_key = $2 and not mail_stopped)"
);

impl Desk {
    /// Mails a one-time link to the tickets of this address, where there are any at the site, within the caps of what
    /// visitors cause. Any other address is answered alike: nothing is said of what was done.
    #[instrument(level = "debug", skip_all, fields(site = %site.key))]
    pub async fn mail_own_tickets_link(
        &self,
        site: &Site,
        email: &EmailAddress,
        lang: &str,
        client: Option<&ClientNetwork>,
    ) -> Result<()> {
        let has_tickets: bool = read!(self.db(), c => sqlx::query_scalar(HAS_TICKETS)
            .bind(site.id.0)
            .bind(email_key(email.as_str()))
            .fetch_one(c)
            .await)?;
        if !has_tickets || self.check_in_use(site.id).is_err() {
            return Ok(());
        }
        let client = client.map(|client| client.hashed(&self.0.secret));
        let (link, now) = (self.clock().new_id(), self.now());
        let token = visitor_link_token(&self.0.secret, link);
        retry!({
            let mut tx = self.begin().await?;
            let about = (link, lang, client.as_deref());
            if mail_visitor_link(&mut tx, self, site, email.as_str(), about, now).await? {
                visitor_sessions::add_link(&mut tx, site.id, &token, email.as_str(), now).await?;
            }
            self.commit(tx).await
        })
    }

    /// The address that a link was mailed to; none once it was used, or is too old. It is not used by this.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn find_own_tickets_link(&self, site: SiteId, token: &str) -> Result<Option<String>> {
        visitor_sessions::find_link(self, site, token).await
    }

    /// A person pressed the button behind a mailed link: it is used up, and they are signed in. None: it holds no more.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn use_own_tickets_link(
        &self,
        site: SiteId,
        token: &str,
    ) -> Result<Option<VisitorSession>> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let Some(email) = visitor_sessions::use_link(&mut tx, site, token, now).await? else {
                return Ok(None);
            };
            let who = Identity::new(None, &email);
            let session = visitor_sessions::begin(&mut tx, site, &who, now).await?;
            self.commit(tx).await?;
            Ok(Some(session))
        })
    }

    /// Signs in whom the site's signature has proved.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn sign_in_to_own_tickets(
        &self,
        site: SiteId,
        who: &Identity,
    ) -> Result<VisitorSession> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let session = visitor_sessions::begin(&mut tx, site, who, now).await?;
            self.commit(tx).await?;
            Ok(session)
        })
    }

    /// Who is signed in with this.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn find_own_session(&self, site: SiteId, token: &str) -> Result<Option<Identity>> {
        visitor_sessions::find(self, site, token).await
    }

    /// Ends the session.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn end_own_session(&self, site: SiteId, token: &str) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            visitor_sessions::end(&mut tx, site, token).await?;
            self.commit(tx).await
        })
    }
}
