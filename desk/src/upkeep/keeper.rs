//! The keeper: of all processes that serve a database the one that decides and works for all of them. With SQLite it is
//! the only one.
//!
//! On PostgreSQL it holds a lease: a row with the instant until which it holds, by the database's clock, taken by
//! compare-and-set and renewed each third of the lease. It ends its work when it could not renew it for a lease by its
//! own moments, or reads that another has it, and hands it on when it stops. Whoever waits looks every second, and
//! follows at once a keeper whose process is gone: then the session named after it is gone too (the connection on which
//! each node listens), unless all sessions are, because the server was started a moment ago. Two keepers for a moment
//! do no harm, for every decision is compare-and-set on rows.

use super::duties;
use crate::{
    Desk, Moment, Result, Stop,
    db::{in_time_of, postgres_now, read, run, statement},
    live::{Notice, relay},
};
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use uuid::Uuid;

/// How often somebody without the lease looks whether it is free.
const LOOK: Duration = Duration::from_secs(1);
/// A keeper whose session is not there may be connecting anew: it is gone when the session is missing after this, too.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// After a start of the database server all sessions are gone, and back within this: a listener waits five seconds at
/// the most between two tries.
const ALL_CONNECT_AGAIN: Duration = Duration::from_secs(15);
/// A renewal that failed is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// Nobody waits longer for the database to take or give the lease.
const LONGEST: Duration = Duration::from_secs(5);

// Whether it is free, and whether its holder's process is gone.
statement!(LOOK_AT for Postgres = concat!("
    select k.node_id, k.node_id is null or k.node_id = $1 or k.until <= ", postgres_now!(), ",
      k.listens
      and pg_postmaster_start_time() < now() - make_interval(secs => $2)
      and not exists (
        select 1 from pg_stat_activity a where a.application_name = $3 || k.node_id::text)
    from keeper k
    where k.id = 1"));

// Free, ours, or of somebody who is gone.
statement!(TAKE for Postgres = concat!("
    update keeper set node_id = $1, until = ", postgres_now!(), " + $2, listens = exists (
      select 1 from pg_stat_activity a where a.application_name = $4)
    where id = 1 and (node_id is null or node_id = $1 or node_id = $3 or until <= ", postgres_now!(), ")
    returning listens"));

statement!(GIVE_BACK for Postgres = "update keeper set node_id = null, until = 0 where id = 1 and node_id = $1");

/// The lease as it was taken or renewed last.
#[derive(Clone, Copy)]
struct Lease {
    /// Before it was asked for: it lasts no longer than from then.
    asked_at: Moment,
    /// Whether the process's own session was there: without it nobody finds that the process is gone.
    listens: bool,
}

/// What is found on looking at the lease of another.
enum Found {
    Free,
    Held,
    /// The session of its holder is missing.
    Missing(Uuid),
}

/// Does the keeper's work whenever this process is the keeper, until `stop` is set.
pub(super) async fn run(desk: &Desk, stop: &Stop) {
    if !desk.db().is_postgres() {
        tokio::join!(duties::decide(desk, stop), duties::work(desk, stop));
        return;
    }
    while let Some(lease) = wait(desk, stop.clone()).await {
        tracing::info!("this node keeps the desk");
        Box::pin(keep(desk, lease, stop)).await;
    }
}

/// Works until `stop` is set or the lease is lost.
async fn keep(desk: &Desk, lease: Lease, stop: &Stop) {
    let (end, ended) = watch::channel(false);
    let ended = Stop::from(ended);
    let decide = async {
        tokio::select! {
            () = duties::decide(desk, stop) => {
                end.send_replace(true);
                give_back(desk).await;
            }
            why = lost(desk, lease) => {
                tracing::warn!(why, "this node keeps the desk no longer");
                end.send_replace(true);
            }
        }
    };
    tokio::join!(decide, duties::work(desk, &ended));
}

/// Waits for the lease; none when `stop` is set.
async fn wait(desk: &Desk, mut stop: Stop) -> Option<Lease> {
    let mut missing = None;
    while !stop.is_set() {
        let found = look_at(desk).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "who keeps the desk could not be read");
            Found::Held
        });
        let (former, pause) = match found {
            Found::Held => (None, LOOK),
            Found::Missing(holder) if missing != Some(holder) => (Some(holder), LOOK_AGAIN),
            Found::Missing(_) | Found::Free => {
                match take(desk, missing).await {
                    Ok(Some(lease)) => return Some(lease),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "the keeper's lease could not be taken"),
                }
                (None, LOOK)
            }
        };
        missing = former;
        tokio::select! {
            () = stop.wait() => {}
            () = desk.0.nodes.next_keeper() => {}
            () = sleep(pause) => {}
        }
    }
    None
}

async fn look_at(desk: &Desk) -> Result<Found> {
    let look = async {
        read!(desk.db(), c => sqlx::query_as::<_, (Option<Uuid>, bool, Option<bool>)>(LOOK_AT)
            .bind(desk.node().0)
            .bind(desk.node_lease().min(ALL_CONNECT_AGAIN).as_secs_f64())
            .bind(relay::NAMED)
            .fetch_one(c)
            .await)
    };
    let (holder, is_free, is_missing) = in_time_of(LONGEST, look).await?;
    Ok(match holder {
        _ if is_free => Found::Free,
        Some(holder) if is_missing == Some(true) => Found::Missing(holder),
        _ => Found::Held,
    })
}

/// Takes or renews the lease; `former`: a holder who is gone. None: somebody else has it.
async fn take(desk: &Desk, former: Option<Uuid>) -> Result<Option<Lease>> {
    let asked_at = desk.moment();
    let take = async {
        let mut tx = desk.begin().await?;
        let listens: Option<bool> = run!(tx, c => sqlx::query_scalar(TAKE)
            .bind(desk.node().0)
            .bind(milliseconds(desk.node_lease()))
            .bind(former)
            .bind(relay::Listener::name(desk.node()))
            .fetch_optional(c)
            .await)?;
        if listens.is_some() {
            desk.commit(tx).await?;
        }
        Result::Ok(listens)
    };
    Ok(in_time_of(LONGEST, take).await?.map(|listens| Lease { asked_at, listens }))
}

/// Renews the lease for as long as that succeeds; answers why it does not any more.
async fn lost(desk: &Desk, mut lease: Lease) -> &'static str {
    let (span, beat) = (desk.node_lease(), desk.0.nodes.beat());
    let mut pause = if lease.listens { beat } else { beat.min(AGAIN) };
    loop {
        sleep(pause).await;
        let left = span.saturating_sub(desk.moment().since(lease.asked_at));
        if left.is_zero() {
            return "it could not say in time that it goes on";
        }
        match timeout(left, take(desk, None)).await {
            Ok(Ok(Some(renewed))) => {
                lease = renewed;
                pause = if lease.listens { beat } else { beat.min(AGAIN) };
            }
            Ok(Ok(None)) => return "another has taken it",
            Ok(Err(error)) => {
                tracing::warn!(%error, "the keeper's lease could not be renewed");
                pause = AGAIN.min(left);
            }
            Err(_) => pause = Duration::ZERO,
        }
    }
}

/// Lets another have it at once.
async fn give_back(desk: &Desk) {
    let give_back = async {
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(GIVE_BACK).bind(desk.node().0).execute(c).await.map(|_| ()))?;
        relay::notify_with(&mut tx, desk, &[Notice::Keeper]).await?;
        desk.commit(tx).await
    };
    if let Err(error) = in_time_of(LONGEST, give_back).await {
        tracing::warn!(%error, "the keeper's lease could not be handed on, and runs out");
    }
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
