//! A visitor who is signed in to their own tickets at a site, with an address that they have proved: by a one-time link
//! that was mailed to it, or by the site's signature. Both are random, and stored as their hash.

use super::signature::Identity;
use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
    secret::{hashed, new_token},
};
use protocol::{SiteId, Timestamp};
use std::{fmt, time::Duration};

/// A mailed link holds for this.
const LINK_HOLDS: Duration = Duration::from_mins(30);
/// A session holds for this.
const HOLDS: Duration = Duration::from_hours(30 * 24);

/// A session's secret, 256 bits, for a cookie; stored hashed.
pub struct VisitorSession(pub String);

impl fmt::Debug for VisitorSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorSession(…)")
    }
}

statement!(
    ADD_LINK = "insert into visitor_links (token_hash, site_id, email, expires_at) values ($1, $2, $3, $4)"
);
statement!(
    FIND_LINK = "
    select email from visitor_links where token_hash = $1 and site_id = $2 and expires_at > $3"
);
statement!(
    USE_LINK = "
    delete from visitor_links where token_hash = $1 and site_id = $2 and expires_at > $3 returning email"
);
statement!(
    BEGIN = "
    insert into visitor_sessions (token_hash, site_id, email, identity, expires_at) values ($1, $2, $3, $4, $5)"
);
statement!(
    FIND = "
    select email, identity from visitor_sessions where token_hash = $1 and site_id = $2 and expires_at > $3"
);
statement!(END = "delete from visitor_sessions where token_hash = $1 and site_id = $2");
statement!(pub(super) SWEEP_LINKS = "delete from visitor_links where expires_at <= $1");
statement!(pub(super) SWEEP_SESSIONS = "delete from visitor_sessions where expires_at <= $1");

/// Lets the link with this token sign in whoever reads the mail of the address.
pub(crate) async fn add_link(
    tx: &mut Tx,
    site: SiteId,
    token: &str,
    email: &str,
    now: Timestamp,
) -> Result<()> {
    run!(tx, c => sqlx::query(ADD_LINK)
        .bind(&hashed(token)[..])
        .bind(site.0)
        .bind(email)
        .bind((now + LINK_HOLDS).0)
        .execute(c)
        .await
        .map(|_| ()))
}

/// The address that a link was mailed to; none once it was used, or is too old. It is not used by this.
pub(crate) async fn find_link(desk: &Desk, site: SiteId, token: &str) -> Result<Option<String>> {
    read!(desk.db(), c => sqlx::query_scalar(FIND_LINK)
        .bind(&hashed(token)[..])
        .bind(site.0)
        .bind(desk.now().0)
        .fetch_optional(c)
        .await)
}

/// The same, and the link is used up.
pub(crate) async fn use_link(
    tx: &mut Tx,
    site: SiteId,
    token: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    run!(tx, c => sqlx::query_scalar(USE_LINK)
        .bind(&hashed(token)[..])
        .bind(site.0)
        .bind(now.0)
        .fetch_optional(c)
        .await)
}

/// Begins a session of this person.
pub(crate) async fn begin(
    tx: &mut Tx,
    site: SiteId,
    who: &Identity,
    now: Timestamp,
) -> Result<VisitorSession> {
    let token = new_token();
    run!(tx, c => sqlx::query(BEGIN)
        .bind(&hashed(&token)[..])
        .bind(site.0)
        .bind(who.email())
        .bind(who.id())
        .bind((now + HOLDS).0)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(VisitorSession(token))
}

/// Whose session it is; none where it has ended.
pub(crate) async fn find(desk: &Desk, site: SiteId, token: &str) -> Result<Option<Identity>> {
    let row: Option<(String, Option<String>)> = read!(desk.db(), c => sqlx::query_as(FIND)
        .bind(&hashed(token)[..])
        .bind(site.0)
        .bind(desk.now().0)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(email, id)| Identity::new(id, &email)))
}

/// Ends a session.
pub(crate) async fn end(tx: &mut Tx, site: SiteId, token: &str) -> Result<()> {
    run!(tx, c => sqlx::query(END)
        .bind(&hashed(token)[..])
        .bind(site.0)
        .execute(c)
        .await
        .map(|_| ()))
}
