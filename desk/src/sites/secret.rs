//! The secret that a site's owner signs identities with, as text. It is read whenever it is wanted, so that a new one
//! counts at once on every node.

use crate::{
    Desk, Result,
    db::{read, retry, run, statement},
    secret::new_token,
};
use protocol::SiteId;

statement!(FIND = "select secret from site_secrets where site_id = $1");
statement!(
    KEEP = "
    insert into site_secrets (site_id, secret) values ($1, $2)
    on conflict (site_id) do nothing"
);
statement!(
    REPLACE = "
    insert into site_secrets (site_id, secret) values ($1, $2)
    on conflict (site_id) do update set secret = excluded.secret"
);

/// The site's secret; none where nobody has asked for it yet.
pub(crate) async fn find(desk: &Desk, site: SiteId) -> Result<Option<String>> {
    let found: Option<(String,)> = read!(desk.db(), c => sqlx::query_as(FIND)
        .bind(site.0)
        .fetch_optional(c)
        .await)?;
    Ok(found.map(|(secret,)| secret))
}

/// The same, made the first time.
pub(crate) async fn get(desk: &Desk, site: SiteId) -> Result<String> {
    put(desk, site, false).await
}

/// Another one in its place.
pub(crate) async fn replace(desk: &Desk, site: SiteId) -> Result<String> {
    put(desk, site, true).await
}

async fn put(desk: &Desk, site: SiteId, in_place: bool) -> Result<String> {
    let made = new_token();
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(if in_place { REPLACE } else { KEEP })
            .bind(site.0)
            .bind(&made)
            .execute(c)
            .await
            .map(|_| ()))?;
        let (secret,): (String,) = run!(tx, c => sqlx::query_as(FIND)
            .bind(site.0)
            .fetch_one(c)
            .await)?;
        desk.commit(tx).await?;
        Ok(secret)
    })
}
