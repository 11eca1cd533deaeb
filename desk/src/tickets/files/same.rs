//! Whether files that are sent again are the same: a form carries their bytes anew, under new ids.

use crate::{
    Result,
    db::{Tx, run, statement},
};
use protocol::{FileId, SiteId, file::Attachment};

statement!(CONTENT = "select name, digest from files where id = $1 and site_id = $2");

/// Whether the files that are sent are those of a stored message, in their order: the same uploads, or the same bytes
/// under the same names.
pub(crate) async fn are_same(
    tx: &mut Tx,
    site: SiteId,
    stored: &[Attachment],
    sent: &[FileId],
) -> Result<bool> {
    if stored.len() != sent.len() {
        return Ok(false);
    }
    for (stored, &sent) in stored.iter().zip(sent) {
        if stored.id != sent {
            let before = content(tx, site, stored.id).await?;
            if before.is_none() || before != content(tx, site, sent).await? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn content(tx: &mut Tx, site: SiteId, file: FileId) -> Result<Option<(String, Vec<u8>)>> {
    run!(tx, c => sqlx::query_as::<_, (String, Vec<u8>)>(CONTENT)
        .bind(file.0)
        .bind(site.0)
        .fetch_optional(c)
        .await)
}
