//! Files that nobody will ask for any more: uploads that came onto no message, those of removed sites, and what a
//! killed server left.

use super::{
    place::{INCOMING, folder_of, path_of},
    uploader::Uploader,
};
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
pub(crate) async fn delete(desk: &Desk, stored_names: &[String]) -> Result<()> {
    for name in stored_names {
        fs::remove_file(path_of(desk, name)).await.or_else(ignore_absent)?;
    }
    Ok(())
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
        delete_unused(desk, unused).await?;
    }
    sweep_incoming(desk, before).await
}

/// Deletes a site's uploads from before this that are on no message.
pub(super) async fn make_room(desk: &Desk, site: SiteId, before: Timestamp) -> Result<()> {
    let unused: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(WAITING_LONG)
        .bind(site.0)
        .bind(before.0)
        .bind(i64::from(AT_ONCE))
        .fetch_all(c)
        .await)?;
    delete_unused(desk, unused).await
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
    delete_unused(desk, files.iter().map(|file| file.0).collect()).await
}

/// Deletes what is on no message at this moment.
async fn delete_unused(desk: &Desk, uploads: Vec<Uuid>) -> Result<()> {
    for id in uploads {
        // It may have come onto a message this very moment.
        let deleted: Option<String> = retry!({
            let mut tx = desk.begin().await?;
            let deleted = run!(tx, c => sqlx::query_scalar(DELETE_UNUSED)
                .bind(id)
                .fetch_optional(c)
                .await)?;
            desk.commit(tx).await?;
            Ok(deleted)
        })?;
        if let Some(stored_name) = deleted {
            fs::remove_file(path_of(desk, &stored_name)).await.or_else(ignore_absent)?;
        }
    }
    Ok(())
}

/// What a killed server left of uploads under way.
async fn sweep_incoming(desk: &Desk, before: Timestamp) -> Result<()> {
    let mut folder = match fs::read_dir(folder_of(desk).join(INCOMING)).await {
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
