//! A row that is ours for a while.

use sqlx::FromRow;
use uuid::Uuid;

/// Until when a row is the claimer's. It settles the row only while it is: what a lapsed claim leaves is somebody
/// else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Lease {
    pub(crate) id: Uuid,
    #[sqlx(rename = "claimed_until")]
    pub(crate) until: i64,
    /// Attempts with this one.
    pub(crate) attempts: i64,
}

/// A row that is ours for a while.
#[derive(Clone, Debug)]
pub(crate) struct Claimed<R> {
    pub(crate) lease: Lease,
    pub(crate) row: R,
}

impl<'r, S: sqlx::Row, R> FromRow<'r, S> for Claimed<R>
where
    Lease: FromRow<'r, S>,
    R: FromRow<'r, S>,
{
    fn from_row(row: &'r S) -> sqlx::Result<Self> {
        Ok(Self { lease: Lease::from_row(row)?, row: R::from_row(row)? })
    }
}
