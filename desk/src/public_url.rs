//! Where people reach the server, as the one that served the database last was told: commands beside it make links of
//! that.

use crate::{
    Desk, Result,
    db::{Db, read, retry, run, statement},
};

statement!(FIND = "select url from public_url where id = 1");
statement!(
    KEEP = "
    insert into public_url (id, url) values (1, $1) on conflict (id) do update set url = excluded.url"
);

/// The public URL of the last server; none where none has served yet.
pub(crate) async fn find(db: &Db) -> Result<Option<String>> {
    read!(db, c => sqlx::query_scalar(FIND).fetch_optional(c).await)
}

impl Desk {
    /// Keeps the URL that this server was started with.
    pub async fn keep_public_url(&self) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            run!(tx, c => sqlx::query(KEEP)
                .bind(&self.options().public_url)
                .execute(c)
                .await
                .map(|_| ()))?;
            self.commit(tx).await
        })
    }

    /// The public URL of the server that served the database last; none where none has.
    pub async fn find_served_url(&self) -> Result<Option<String>> {
        find(self.db()).await
    }
}
