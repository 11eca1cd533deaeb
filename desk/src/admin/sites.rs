//! Sites as files: shown, applied, removed.

use crate::{
    Desk, Error,
    hours::zones::parse_schedule,
    routing,
    sites::{Site, SiteFileError, file},
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

    /// `ayuda site apply`: creates or changes; what is left out stays.
    #[instrument(level = "debug", skip_all)]
    pub async fn apply_site(&self, toml: &str) -> std::result::Result<Arc<Site>, SiteFileError> {
        let key = file::apply(self, toml, |form| parse_schedule(form).map(drop)).await?;
        routing::sites_were_changed(self).await?;
        self.find_site(&key).ok_or_else(|| Error::not_found().into())
    }
}
