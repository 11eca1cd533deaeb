//! Attempts to sign in as all nodes of a PostgreSQL database count them. Nothing is locked, so that a node which stops
//! in the middle holds nobody up: an attempt is stored first and counted then, and of several at once none goes
//! uncounted.

use super::counted::{AttemptError, Counted, TooMany, WINDOW, Who};
use crate::{
    Desk, Result,
    db::{read, retry, run, statement},
    people::client::hashed,
};
use protocol::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Clocks of nodes differ; what a clock stored that was set back since counts no more.
const BESIDE: Duration = Duration::from_mins(1);

statement!(
    ADD for Postgres = "insert into sign_ins (id, client, account, expires_at) values ($1, $2, $3, $4)"
);
statement!(TAKE_OFF for Postgres = "delete from sign_ins where id = $1");
// Index sign_ins_client.
statement!(
    BY_CLIENT for Postgres = "
    select count(*), min(expires_at) from sign_ins
    where client = $1 and expires_at > $2 and expires_at <= $3"
);
// Index sign_ins_account.
statement!(
    BY_ACCOUNT for Postgres = "
    select count(*), min(expires_at) from sign_ins
    where account = $1 and expires_at > $2 and expires_at <= $3"
);
// Index sign_ins_account.
statement!(
    BY_BOTH for Postgres = "
    select count(*), min(expires_at) from sign_ins
    where account = $1 and client is not distinct from $4 and expires_at > $2 and expires_at <= $3"
);
// Index sign_ins_expiry.
statement!(pub(crate) SWEEP = "delete from sign_ins where expires_at <= $1");

/// Counts an attempt; its row.
pub(super) async fn add(desk: &Desk, who: &Who) -> std::result::Result<Uuid, AttemptError> {
    let (id, now) = (desk.clock().new_id(), desk.due_now());
    let secret = &desk.0.secret;
    let client = who.client.as_ref().map(|client| client.hashed(secret));
    let account = who.account.as_ref().map(|account| hashed(secret, "account", account));
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(ADD)
            .bind(id)
            .bind(&client)
            .bind(&account)
            .bind((now + WINDOW).0)
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })?;
    for by in who.counted() {
        if let Some(too_many) = over(desk, &by, client.as_ref(), account.as_ref(), now).await? {
            // Whoever is refused has tried nothing.
            take_off(desk, id).await?;
            return Err(too_many.into());
        }
    }
    Ok(id)
}

/// Whether there are more than its limit, with this one.
async fn over(
    desk: &Desk,
    by: &Counted,
    client: Option<&String>,
    account: Option<&String>,
    now: Timestamp,
) -> Result<Option<TooMany>> {
    let (statement, key) = match by {
        Counted::Client(_) => (BY_CLIENT, client),
        Counted::Account(_) => (BY_ACCOUNT, account),
        Counted::Both(..) => (BY_BOTH, account),
    };
    let (count, first): (i64, Option<i64>) = read!(desk.db(), c => {
        let mut query = sqlx::query_as(statement)
            .bind(key)
            .bind(now.0)
            .bind((now + WINDOW + BESIDE).0);
        if matches!(by, Counted::Both(..)) {
            query = query.bind(client);
        }
        query.fetch_one(c).await
    })?;
    let is_over = usize::try_from(count).unwrap_or(usize::MAX) > by.limit();
    Ok(is_over.then(|| {
        let until = first.map_or(now, Timestamp);
        TooMany { limit: by.limit(), wait: until.since(now).min(WINDOW) }
    }))
}

/// Takes an attempt off again.
pub(super) async fn take_off(desk: &Desk, id: Uuid) -> Result<()> {
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(TAKE_OFF).bind(id).execute(c).await.map(|_| ()))?;
        desk.commit(tx).await
    })
}
