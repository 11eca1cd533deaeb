//! Sites as files: shown, applied, removed.

use crate::{
    Desk, Error, Result,
    hours::zones::parse_schedule,
    routing,
    sites::{Site, SiteFileError, file, secret},
};
use protocol::SiteKey;
use std::sync::Arc;
use tracing::instrument;

impl Desk {
    /// `ayuda site show`: the TOML that `apply_site` takes.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub fn show_site(&self, key: &SiteKey) -> Option<String> {
        self.find_site(key).map(|site| file::show(&site))
    }

    /// `ayuda site secret`: what the site's owner signs identities with, made the first time. None: there is no such
    /// site.
    ///
    /// # Errors
    /// When the database cannot be written.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub async fn site_secret(&self, key: &SiteKey) -> Result<Option<String>> {
        let Some(site) = self.find_site(key) else { return Ok(None) };
        secret::get(self, site.id).await.map(Some)
    }

    /// `ayuda site secret --rotate`: another secret in its place. What was signed by the one before proves nothing from
    /// here on.
    ///
    /// # Errors
    /// When the database cannot be written.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub async fn rotate_site_secret(&self, key: &SiteKey) -> Result<Option<String>> {
        let Some(site) = self.find_site(key) else { return Ok(None) };
        secret::replace(self, site.id).await.map(Some)
    }

    /// `ayuda site apply`: creates or changes; what is left out stays.
    #[instrument(level = "debug", skip_all)]
    pub async fn apply_site(&self, toml: &str) -> std::result::Result<Arc<Site>, SiteFileError> {
        let key = file::apply(self, toml, |form| parse_schedule(form).map(drop)).await?;
        routing::sites_were_changed(self).await?;
        self.find_site(&key).ok_or_else(|| Error::not_found().into())
    }
}
