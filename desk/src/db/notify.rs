//! What one process tells the others over PostgreSQL. SQLite has nobody to tell.

use super::{
    pool::Db,
    statement,
    tx::{Conn, Tx},
};
use crate::Result;

/// The channel that all processes of a database listen to.
pub(crate) const CHANNEL: &str = "ayuda";

statement!(pub(super) NOTIFY for Postgres = "
    select count(pg_notify($1, text)) from unnest($2::text[]) as text");

/// Tells the others, each text by itself, outside any transaction.
pub(crate) async fn notify(db: &Db, texts: &[String]) -> Result<()> {
    if let Db::Postgres(pool) = db {
        sqlx::query(NOTIFY).bind(CHANNEL).bind(texts).execute(pool).await?;
    }
    Ok(())
}

/// Tells the others if and when the transaction is committed.
pub(crate) async fn notify_with(tx: &mut Tx, texts: &[String]) -> Result<()> {
    if let Conn::Postgres(transaction) = &mut tx.conn {
        let notified = sqlx::query(NOTIFY).bind(CHANNEL).bind(texts).execute(&mut **transaction);
        notified.await.map_err(|error| tx.storage.note(error))?;
    }
    Ok(())
}
