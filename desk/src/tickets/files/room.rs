//! How much room uploads take (`reliability.md`: nothing that a visitor can repeat grows without a bound; a disk floor
//! refuses uploads before it refuses messages).

use super::{Uploader, sweep};
use crate::{
    Desk, Error, Result,
    db::{Tx, read, run, statement},
    private,
};
use protocol::{Code, Field, Refusal, limits};
use std::{path::Path, time::Duration};

/// Uploads of one person on one ticket that are on no message yet: those of two messages. So many on as many tickets as
/// a client opens in an hour are half of what may wait at a site.
const WAITING_ON_TICKET: u64 = 2 * limits::FILES as u64;
/// Bytes that the visitor of one ticket has stored there, on messages and on none.
const ON_TICKET: u64 = 1024 * 1024 * 1024;
/// Bytes at one site that are on no message yet.
const WAITING_AT_SITE: u64 = 2 * 1024 * 1024 * 1024;
/// Uploads that have waited for so long make room for others where a ticket or a site has too many.
const GIVES_WAY_AFTER: Duration = Duration::from_mins(10);

statement!(
    ON_TICKET_BY = "\
    select cast(count(*) filter (where entry_id is null) as bigint), cast(coalesce(sum(bytes), 0) as bigint) \
    from files where ticket_id = $1 and agent_id is not distinct from $2"
);
statement!(
    WAITING_AT = "\
    select cast(coalesce(sum(bytes), 0) as bigint) from files where site_id = $1 and entry_id is null"
);

/// Whether there is room for a file that is about to come.
///
/// # Errors
/// `StorageFull` where the disk that uploads come to has less room left than
/// [`Options::disk_floor`](crate::Options::disk_floor), or where too much waits at the site.
pub(super) async fn check(desk: &Desk, by: Uploader) -> Result<()> {
    let (folder, floor) = (desk.incoming(), desk.options().disk_floor);
    let free = tokio::task::spawn_blocking(move || {
        private::make_folder(&folder)?;
        free_bytes(&folder)
    });
    if free.await.map_err(std::io::Error::other)?? < floor {
        return Err(Error::StorageFull);
    }
    if waiting(desk, by).await? >= WAITING_AT_SITE {
        sweep::make_room(desk, by.site(), desk.now() - GIVES_WAY_AFTER).await?;
        if waiting(desk, by).await? >= WAITING_AT_SITE {
            return Err(Error::StorageFull);
        }
    }
    Ok(())
}

/// Whether the ticket takes one more file from this person, with so many bytes; in the transaction that stores it.
///
/// # Errors
/// `FilesWaiting` with the number that may wait; `FilesFull` with the bytes that a visitor may store on a ticket.
pub(super) async fn check_ticket(tx: &mut Tx, desk: &Desk, by: Uploader, bytes: u64) -> Result<()> {
    if on_ticket(tx, by).await?.0 >= WAITING_ON_TICKET {
        sweep::make_room_on_ticket(tx, desk, by, desk.now() - GIVES_WAY_AFTER).await?;
    }
    let (waiting, stored) = on_ticket(tx, by).await?;
    if waiting >= WAITING_ON_TICKET {
        return Err(Refusal::of(Field::Files, Code::FilesWaiting).limit(WAITING_ON_TICKET).into());
    }
    if by.agent().is_none() && stored.saturating_add(bytes) > ON_TICKET {
        return Err(Refusal::of(Field::Files, Code::FilesFull).limit(ON_TICKET).into());
    }
    Ok(())
}

/// How many files of this person wait on the ticket, and the bytes of all of theirs there; nothing where there is no
/// ticket yet.
async fn on_ticket(tx: &mut Tx, by: Uploader) -> Result<(u64, u64)> {
    let Some(ticket) = by.ticket() else { return Ok((0, 0)) };
    let (waiting, stored) = run!(tx, c => sqlx::query_as::<_, (i64, i64)>(ON_TICKET_BY)
        .bind(ticket.0)
        .bind(by.agent().map(|agent| agent.0))
        .fetch_one(c)
        .await)?;
    Ok((waiting.unsigned_abs(), stored.unsigned_abs()))
}

async fn waiting(desk: &Desk, by: Uploader) -> Result<u64> {
    let bytes: i64 = read!(desk.db(), c => sqlx::query_scalar(WAITING_AT)
        .bind(by.site().0)
        .fetch_one(c)
        .await)?;
    Ok(bytes.unsigned_abs())
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Not asked for on systems without `statvfs`: there a full disk is told of when it is full.
#[cfg(not(unix))]
fn free_bytes(_: &Path) -> std::io::Result<u64> {
    Ok(u64::MAX)
}
