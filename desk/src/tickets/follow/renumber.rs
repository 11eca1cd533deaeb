//! Keeping stored positions right where the numbers of entries begin anew.

use crate::{
    Result,
    db::{Conn, Db, Tx, statement},
};

statement!(CUT_SQLITE for Sqlite = "
    update followers set
      position = min(position, coalesce((select max(position) from entries), 0)), version = version + 1");

/// Entries were taken away in this transaction. SQLite gives the numbers at the end once more, so no follower may stand
/// behind the last entry that is left, and a page that was read before is read again.
pub(crate) async fn after_removal(tx: &mut Tx) -> Result<()> {
    if let Conn::Sqlite(transaction) = &mut tx.conn {
        sqlx::query(CUT_SQLITE).execute(&mut **transaction).await?;
    }
    Ok(())
}

statement!(LAST_POSTGRES for Postgres = "
    select max(position)
    from (select max(position) as position from entries union all select max(position) from followers) known
    having max(position) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
statement!(LOCK_POSTGRES for Postgres = "lock table followers in exclusive mode");
statement!(SHIFT_ENTRIES_POSTGRES for Postgres = "update entries set position = position - $1");
// Who has not begun stays there.
statement!(SHIFT_FOLLOWERS_POSTGRES for Postgres = "
    update followers set
      position = position - $1,
      under_way = (select coalesce(jsonb_agg(n::bigint - $1), '[]') from jsonb_array_elements_text(under_way) n),
      version = version + 1
    where position > -9223372036854775807");

/// A PostgreSQL database that was restored on another server brings numbers of transactions that are still to come
/// there: they are moved below every number to come, in their order, those of entries and of followers alike.
pub(crate) async fn after_restore(db: &Db) -> Result<()> {
    let Db::Postgres(pool) = db else { return Ok(()) };
    if find_ahead(pool).await?.is_none() {
        return Ok(());
    }
    let mut tx = pool.begin().await?;
    sqlx::query(LOCK_POSTGRES).execute(&mut *tx).await?;
    // Another node may have been faster.
    if let Some(last) = find_ahead(&mut *tx).await? {
        tracing::info!("the database is another server's: its entries are numbered anew");
        for sql in [SHIFT_ENTRIES_POSTGRES, SHIFT_FOLLOWERS_POSTGRES] {
            sqlx::query(sql).bind(last + 1).execute(&mut *tx).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// The last number, when no transaction can have it yet.
async fn find_ahead(executor: impl sqlx::PgExecutor<'_>) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(LAST_POSTGRES).fetch_optional(executor).await
}
