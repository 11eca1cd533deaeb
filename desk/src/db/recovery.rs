//! The way back from a storage that took nothing.

use super::{pool::Db, revision::bump_revision, storage::Storage};
use crate::Result;
use std::sync::Arc;

impl Db {
    /// While the storage takes nothing: tries a write, after which everybody may write again.
    pub(crate) async fn try_storage(&self, storage: &Arc<Storage>) -> Result<()> {
        if storage.find_fault().is_none() {
            return Ok(());
        }
        let mut tx = self.begin_anyway(storage).await?;
        // A real change: SQLite writes nothing where nothing is another.
        bump_revision(&mut tx).await?;
        tx.commit(self, &[], || {}).await.map_err(|uncommitted| uncommitted.error)?;
        storage.set(None);
        tracing::info!("a write succeeded: the desk is read-only no longer");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Error, NotReady,
        db::Db,
        world::{World, on_both},
    };
    use protocol::Code;

    on_both! {
        after_a_write_that_the_disk_refused_the_desk_reads_and_writes_again_once_a_write_succeeds,
    }

    async fn after_a_write_that_the_disk_refused_the_desk_reads_and_writes_again_once_a_write_succeeds(
        world: World,
    ) {
        let desk = &world.desk;
        let site = world.site("uno").await;
        let (agent, _console) = world.at_console("lucia").await;
        let visitor = world.chat_with(&site, &agent).await;
        set_failing(&world, true).await;
        let post = async |id, text| desk.post_visitor_message(visitor, id, text, &[]).await;
        let id = world.new_id();
        assert_eq!(post(id, "Hola").await.unwrap_err().refusal().code, Code::TryAgain);
        assert!(matches!(desk.ready().await, Err(NotReady::StorageFailed)));
        // Not even what would succeed: nobody knows what the disk does.
        let asked = desk.open_request(&site, world.new_request("rosa@example.com")).await;
        assert!(matches!(asked, Err(Error::StorageFailed)));
        assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 3, "reading goes on");
        let token = desk.sign_in("lucia@example.com", crate::world::PASSWORD).await.unwrap();
        assert!(desk.find_session(&token.0).await.unwrap().is_some(), "and signing in");
        assert!(desk.try_storage().await.is_err());
        assert!(matches!(desk.ready().await, Err(NotReady::StorageFailed)));
        set_failing(&world, false).await;
        desk.tick().await.unwrap();
        desk.ready().await.unwrap();
        post(id, "Hola").await.unwrap();
        assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 4);
    }

    /// On SQLite a disk that became read-only; on PostgreSQL an error of the disk at COMMIT.
    async fn set_failing(world: &World, fails: bool) {
        const FAIL: &str = "
            create function fail() returns trigger language plpgsql as
            $$ begin raise exception 'no disk' using errcode = '58030'; end $$;
            create constraint trigger fail after insert on entries
            deferrable initially deferred for each row execute function fail();
            create constraint trigger fail after update on revision
            deferrable initially deferred for each row execute function fail();";
        match world.desk.db() {
            Db::Sqlite { write, .. } => {
                let text =
                    if fails { "pragma query_only = true" } else { "pragma query_only = false" };
                sqlx::query(text).execute(write).await.unwrap();
            }
            Db::Postgres(pool) => {
                let text = if fails { FAIL } else { "drop function fail() cascade" };
                sqlx::raw_sql(text).execute(pool).await.unwrap();
            }
        }
    }
}
