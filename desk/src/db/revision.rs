//! The revision of sites, queues, states and agents: what is kept of them in memory is read again when it is another.

use super::statement;
use super::{
    pool::{Db, read},
    tx::{Tx, run},
};
use crate::Result;

statement!(REVISION = "select n from revision where id = 1");
statement!(BUMP = "update revision set n = n + 1 where id = 1");

/// The revision as of now.
pub(crate) async fn revision(db: &Db) -> Result<i64> {
    read!(db, c => sqlx::query_scalar(REVISION).fetch_one(c).await)
}

/// Says that sites, queues or agents change in this transaction: every process reads them again.
pub(crate) async fn bump_revision(tx: &mut Tx) -> Result<()> {
    run!(tx, c => sqlx::query(BUMP).execute(c).await.map(|_| ()))?;
    tx.effects.revision = true;
    Ok(())
}
