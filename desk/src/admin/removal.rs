//! A site is removed: marked at once, deleted when nobody chats there any more.

use crate::{
    Desk, Error, Result,
    db::{Tx, bump_revision, retry, run, statement},
    routing,
    sites::Site,
    tickets::{files, follow},
};
use protocol::SiteKey;
use tracing::instrument;

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// There is no such site.
    NotThere,
    /// So many chats are still under way; the site goes with the last of them.
    Closing { chats: u64 },
    /// It is gone, with its tickets.
    Gone,
}

impl Desk {
    /// `ayuda site remove`: nothing is written there any more, and it goes with its tickets once its last chat has ended; at once
    /// where none is under way.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub async fn remove_site(&self, key: &SiteKey) -> Result<Removal> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let marked = run!(tx, c => sqlx::query(MARK)
                .bind(key.as_str())
                .bind(now.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if marked == 0 {
                return Ok(());
            }
            bump_revision(&mut tx).await?;
            self.commit(tx).await
        })?;
        routing::sites_were_changed(self).await?;
        let Some(site) = self.find_site(key) else { return Ok(Removal::NotThere) };
        sweep(self, &site).await
    }
}

statement!(MARK = "update sites set removed_at = $2 where key = $1 and removed_at is null");

// Indexes chats_waiting and chats_agent.
statement!(
    LIVE = "
    select
      (select count(*) from chats where site_id = $1 and state in ('waiting', 'ringing'))
      + (select count(*) from chats where site_id = $1 and state = 'active')"
);
statement!(DELETE = "delete from sites where id = $1 and removed_at is not null");

/// Deletes a removed site with all that is in it, once its last chat has ended.
pub(crate) async fn sweep(desk: &Desk, site: &Site) -> Result<Removal> {
    let (live, stored) = retry!({
        let mut tx = desk.begin().await?;
        let live = live_chats(&mut tx, site).await?;
        if live > 0 {
            return Ok((live, Vec::new()));
        }
        let stored = files::stored_at_site(&mut tx, &site.key).await?;
        run!(tx, c => sqlx::query(DELETE).bind(site.id.0).execute(c).await.map(|_| ()))?;
        follow::after_removal(&mut tx).await?;
        bump_revision(&mut tx).await?;
        desk.commit(tx).await?;
        Ok((0, stored))
    })?;
    if live > 0 {
        return Ok(Removal::Closing { chats: live });
    }
    // Only now: a file without its row is swept up, a row without its file would be a broken promise.
    files::delete(desk, &stored).await;
    routing::sites_were_changed(desk).await?;
    Ok(Removal::Gone)
}

async fn live_chats(tx: &mut Tx, site: &Site) -> Result<u64> {
    let live: i64 = run!(tx, c => sqlx::query_scalar(LIVE).bind(site.id.0).fetch_one(c).await)?;
    u64::try_from(live).map_err(|_| Error::Conflict)
}
