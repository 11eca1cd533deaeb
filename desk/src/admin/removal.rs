//! A site is removed: marked at once, deleted when nobody chats there any more.

use crate::{
    Desk, Error, Result,
    db::{Conn, Tx, bump_revision, retry, run, statement},
    routing, search,
    sites::Site,
    tickets::{files, follow},
};
use protocol::SiteKey;
use tracing::instrument;
use uuid::Uuid;

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
    /// `ayuda site remove`: nothing is written there any more, and it goes with its tickets once its last chat has
    /// ended; at once where none is under way.
    #[instrument(level = "debug", skip_all, fields(site = %key))]
    pub async fn remove_site(&self, key: &SiteKey) -> Result<Removal> {
        let now = self.now();
        let marked = retry!({
            let mut tx = self.begin().await?;
            bump_revision(&mut tx).await?;
            let marked = run!(tx, c => sqlx::query(MARK)
                .bind(key.as_str())
                .bind(now.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if marked > 0 {
                self.commit(tx).await?;
            }
            Ok(marked)
        })?;
        routing::sites_were_changed(self).await?;
        match self.find_site(key) {
            Some(site) => sweep(self, &site).await,
            // A server has been faster.
            None if marked > 0 => Ok(Removal::Gone),
            None => Ok(Removal::NotThere),
        }
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
// Index of the site's forms.
statement!(FIRST_TICKETS = "select id from tickets where site_id = $1 order by start_id limit $2");
statement!(DELETE_TICKET = "delete from tickets where id = $1");
statement!(DELETE = "delete from sites where id = $1 and removed_at is not null");

/// Tickets that are deleted in one transaction: everybody else's writing comes in between.
const AT_ONCE: i64 = 50;

/// Deletes a removed site with all that is in it, once its last chat has ended.
async fn sweep(desk: &Desk, site: &Site) -> Result<Removal> {
    loop {
        if let Some(removal) = sweep_some(desk, site).await? {
            return Ok(removal);
        }
    }
}

/// A part of that, short enough for others to wait for it; none while there is more to delete.
pub(crate) async fn sweep_some(desk: &Desk, site: &Site) -> Result<Option<Removal>> {
    let (removal, files) = retry!({
        let mut tx = desk.begin().await?;
        // The first row that everybody writes who changes sites or agents.
        bump_revision(&mut tx).await?;
        // Asked every time: a chat may have begun where nobody knew of the removal yet. One process sweeps at a time.
        let live = live_chats(&mut tx, site).await?;
        if live > 0 {
            return Ok((Some(Removal::Closing { chats: live }), Vec::new()));
        }
        let (removal, files) = match delete_tickets(&mut tx, desk, site).await? {
            Some(files) => (None, files),
            None => {
                let files = files::let_go_of_site(&mut tx, desk, site.id).await?;
                run!(tx, c => sqlx::query(DELETE).bind(site.id.0).execute(c).await.map(|_| ()))?;
                (Some(Removal::Gone), files)
            }
        };
        follow::after_removal(&mut tx).await?;
        desk.commit(tx).await?;
        Ok((removal, files))
    })?;
    delete_files(desk, &files).await;
    if removal == Some(Removal::Gone) {
        routing::sites_were_changed(desk).await?;
    }
    Ok(removal)
}

/// Deletes some tickets; answers the names of their files, none when there is no ticket.
async fn delete_tickets(tx: &mut Tx, desk: &Desk, site: &Site) -> Result<Option<Vec<String>>> {
    let tickets: Vec<Uuid> = run!(tx, c => sqlx::query_scalar(FIRST_TICKETS)
        .bind(site.id.0)
        .bind(AT_ONCE)
        .fetch_all(c)
        .await)?;
    if tickets.is_empty() {
        return Ok(None);
    }
    search::forget(tx, &tickets).await?;
    let files = files::let_go_of_tickets(tx, desk, &tickets).await?;
    for ticket in tickets {
        run!(tx, c => sqlx::query(DELETE_TICKET).bind(ticket).execute(c).await.map(|_| ()))?;
    }
    Ok(Some(files))
}

/// Only once their rows are gone: a file without its row takes room, a row without its file would be a broken promise.
/// What is not deleted here, for the process ends, the disk fails or the files are in a bucket, is a job's to delete.
async fn delete_files(desk: &Desk, names: &[String]) {
    if let Err(error) = files::delete_at_hand(desk, names).await {
        tracing::warn!(%error, "a removed site's files are deleted later");
    }
}

statement!(HOLD for Postgres = "select id from sites where id = $1 for update");

/// How many chats are under way; until the transaction ends none begins.
async fn live_chats(tx: &mut Tx, site: &Site) -> Result<u64> {
    if let Conn::Postgres(transaction) = &mut tx.conn {
        sqlx::query(HOLD).bind(site.id.0).execute(&mut **transaction).await?;
    }
    let live: i64 = run!(tx, c => sqlx::query_scalar(LIVE).bind(site.id.0).fetch_one(c).await)?;
    u64::try_from(live).map_err(|_| Error::Conflict)
}
