//! Files that nobody will ask for any more: uploads that came onto no message, those of removed sites, and what a
//! killed server left.

use super::uploader::Uploader;
use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, run, statement},
    queue::jobs::{self, Job},
};
use protocol::{FileId, SiteId, Timestamp};
use std::time::Duration;
use tokio::fs;
use uuid::Uuid;

/// An upload that is on no message after this is swept up.
const UNUSED_FOR: Duration = Duration::from_hours(24);
/// Files of one look, and of one job.
const AT_ONCE: u16 = 500;
/// Uploads that are deleted in one transaction: everybody else's writing comes in between.
const IN_ONE_TRANSACTION: usize = 50;

statement!(
    UNUSED = "\
    select id from files where entry_id is null and created_at < $1 order by created_at limit $2"
);
statement!(OF_TICKET = "select stored_name from files where ticket_id = $1");
statement!(WAITING = "select stored_name from files where site_id = $1 and entry_id is null");
statement!(
    WAITING_LONG = "\
    select id from files where site_id = $1 and entry_id is null and created_at < $2 limit $3"
);
statement!(
    WAITING_LONG_ON = "\
    delete from files \
    where ticket_id = $1 and agent_id is not distinct from $2 and entry_id is null and created_at < $3 \
    returning stored_name"
);
statement!(
    DELETE_UNUSED = "delete from files where id = $1 and entry_id is null returning stored_name"
);

/// Notes in this transaction, which deletes the rows of the files, that the files are to go; answers them.
async fn let_go(tx: &mut Tx, desk: &Desk, names: Vec<String>) -> Result<Vec<String>> {
    for names in names.chunks(AT_ONCE.into()) {
        jobs::enqueue(tx, desk, Job::DeleteFiles { names: names.to_vec() }, desk.due_now()).await?;
    }
    Ok(names)
}

/// Lets go of the files of tickets.
pub(crate) async fn let_go_of_tickets(
    tx: &mut Tx,
    desk: &Desk,
    tickets: &[Uuid],
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for ticket in tickets {
        let of_ticket: Vec<String> =
            run!(tx, c => sqlx::query_scalar(OF_TICKET).bind(*ticket).fetch_all(c).await)?;
        names.extend(of_ticket);
    }
    let_go(tx, desk, names).await
}

/// Lets go of a site's uploads that are on no ticket.
pub(crate) async fn let_go_of_site(tx: &mut Tx, desk: &Desk, site: SiteId) -> Result<Vec<String>> {
    let names = run!(tx, c => sqlx::query_scalar(WAITING).bind(site.0).fetch_all(c).await)?;
    let_go(tx, desk, names).await
}

/// Deletes stored files whose rows are gone. Those that are gone too are no error.
pub(crate) async fn delete(desk: &Desk, names: &[String]) -> Result<()> {
    desk.0.files.delete(names).await
}

/// The same right behind the transaction that let go of them, where nobody waits for it; else the job does it.
pub(crate) async fn delete_at_hand(desk: &Desk, names: &[String]) -> Result<()> {
    desk.0.files.delete_at_hand(names).await
}

/// Deletes a file that was stored and whose row could not be.
pub(super) async fn abandon(desk: &Desk, name: String) {
    let names = vec![name];
    let noted = retry!({
        let mut tx = desk.begin().await?;
        let_go(&mut tx, desk, names.clone()).await?;
        desk.commit(tx).await
    });
    let deleted = match noted {
        Ok(()) => delete_at_hand(desk, &names).await,
        Err(_) => delete(desk, &names).await,
    };
    if let Err(error) = deleted {
        tracing::warn!(%error, "a file without a row is left in the store");
    }
}

/// Deletes uploads that came onto no message within a day.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    let before = desk.now() - UNUSED_FOR;
    loop {
        let unused: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(UNUSED)
            .bind(before.0)
            .bind(i64::from(AT_ONCE))
            .fetch_all(c)
            .await)?;
        if unused.is_empty() {
            break;
        }
        delete_unused(desk, &unused).await?;
    }
    sweep_incoming(desk).await
}

/// Deletes a site's uploads from before this that are on no message.
pub(super) async fn make_room(desk: &Desk, site: SiteId, before: Timestamp) -> Result<()> {
    let unused: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(WAITING_LONG)
        .bind(site.0)
        .bind(before.0)
        .bind(i64::from(AT_ONCE))
        .fetch_all(c)
        .await)?;
    delete_unused(desk, &unused).await
}

/// Deletes in this transaction what this person uploaded on the ticket before this and put on no message.
pub(super) async fn make_room_on_ticket(
    tx: &mut Tx,
    desk: &Desk,
    by: Uploader,
    before: Timestamp,
) -> Result<()> {
    let names = run!(tx, c => sqlx::query_scalar(WAITING_LONG_ON)
        .bind(by.ticket().map(|ticket| ticket.0))
        .bind(by.agent().map(|agent| agent.0))
        .bind(before.0)
        .fetch_all(c)
        .await)?;
    let_go(tx, desk, names).await.map(drop)
}

/// Deletes those of these that are on no message.
pub(super) async fn discard(desk: &Desk, files: &[FileId]) -> Result<()> {
    delete_unused(desk, &files.iter().map(|file| file.0).collect::<Vec<_>>()).await
}

/// Deletes what is on no message at this moment: it may have come onto one meanwhile.
async fn delete_unused(desk: &Desk, uploads: &[Uuid]) -> Result<()> {
    for some in uploads.chunks(IN_ONE_TRANSACTION) {
        let names = retry!({
            let mut tx = desk.begin().await?;
            let mut names: Vec<String> = Vec::new();
            for id in some {
                names.extend(run!(tx, c => sqlx::query_scalar::<_, String>(DELETE_UNUSED)
                    .bind(*id)
                    .fetch_optional(c)
                    .await)?);
            }
            let names = let_go(&mut tx, desk, names).await?;
            desk.commit(tx).await?;
            Ok(names)
        })?;
        delete_at_hand(desk, &names).await?;
    }
    Ok(())
}

/// What a killed server left of uploads under way.
pub(crate) async fn sweep_incoming(desk: &Desk) -> Result<()> {
    let before = desk.now() - UNUSED_FOR;
    let mut folder = match fs::read_dir(desk.incoming()).await {
        Ok(folder) => folder,
        Err(error) => return ignore_absent(error).map_err(Error::File),
    };
    while let Some(file) = folder.next_entry().await? {
        let touched: chrono::DateTime<chrono::Utc> = file.metadata().await?.modified()?.into();
        if Timestamp::from(touched) < before {
            fs::remove_file(file.path()).await.or_else(ignore_absent)?;
        }
    }
    Ok(())
}

fn ignore_absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
