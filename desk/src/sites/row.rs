//! A site's row. Its columns are listed here and nowhere else.

use protocol::{
    SiteKey,
    settings::{
        AwayReason, ClosingReason, Language, Limits, List, Origin, Prefix, Replies, SiteName,
    },
};
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

/// What the owner sets of a site, as columns: in a list to select, to insert and to update by.
macro_rules! set_columns {
    () => {
        "name, prefix, lang, hue, allowed_origins, schedule, closed_now, ask_queue, masking, limits, closing_reasons, \
          away_reasons, replies"
    };
}
pub(super) use set_columns;

/// Binds [`set_columns!`], in their order.
macro_rules! bind_set_columns {
    ($query:expr, $row:expr) => {
        $query
            .bind($row.name.as_str())
            .bind($row.prefix.as_str())
            .bind($row.lang.as_text())
            .bind($row.hue)
            .bind(&$row.allowed_origins)
            .bind(&$row.schedule)
            .bind($row.closed_now)
            .bind($row.ask_queue)
            .bind($row.masking)
            .bind(&$row.limits)
            .bind(&$row.closing_reasons)
            .bind(&$row.away_reasons)
            .bind(&$row.replies)
    };
}
pub(super) use bind_set_columns;

#[derive(sqlx::FromRow)]
pub(super) struct SiteRow {
    pub(super) id: Uuid,
    #[sqlx(try_from = "String")]
    pub(super) key: SiteKey,
    #[sqlx(try_from = "String")]
    pub(super) name: SiteName,
    #[sqlx(try_from = "String")]
    pub(super) prefix: Prefix,
    #[sqlx(try_from = "String")]
    pub(super) lang: Language,
    pub(super) hue: Option<i64>,
    pub(super) allowed_origins: Json<List<Origin>>,
    pub(super) schedule: Json<Map<String, Value>>,
    pub(super) closed_now: bool,
    pub(super) ask_queue: bool,
    pub(super) masking: bool,
    pub(super) limits: Json<Limits>,
    pub(super) closing_reasons: Json<List<ClosingReason>>,
    pub(super) away_reasons: Json<List<AwayReason>>,
    pub(super) replies: Json<Replies>,
    /// Not the owner's to set.
    pub(super) removed_at: Option<i64>,
}
