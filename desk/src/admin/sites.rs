//! Sites as files: shown, applied, removed.

use crate::{
    Desk, Error, Result,
    db::{bump_revision, retry, run, statement},
    hours::zones::parse_schedule,
    routing,
    sites::{Site, SiteFileError, file},
    tickets::{files, follow},
};
use protocol::SiteKey;
use std::sync::Arc;
use tracing::instrument;

impl Desk {
    /// `ayuda site show`: the TOML that `apply_site` takes.
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

    /// `ayuda site remove`; false when there is none. Its tickets go with it.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub async fn remove_site(&self, key: &SiteKey) -> Result<bool> {
        let removed = retry!({
            let mut tx = self.begin().await?;
            let stored = files::stored_at_site(&mut tx, key).await?;
            let removed = run!(tx, c => sqlx::query(DELETE)
                .bind(&key.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if removed == 0 {
                return Ok(None);
            }
            follow::after_removal(&mut tx).await?;
            bump_revision(&mut tx).await?;
            self.commit(tx).await?;
            Ok(Some(stored))
        })?;
        let Some(stored) = removed else { return Ok(false) };
        // Only now: a file without its row is swept up, a row without its file would be a broken promise.
        files::delete(self, &stored).await;
        routing::sites_were_changed(self).await?;
        Ok(true)
    }
}

statement!(DELETE = "delete from sites where key = $1");
