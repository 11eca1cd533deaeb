//! A site file put into the database: a new site, or changes of one.

use super::{
    SiteFile, SiteFileError,
    apply_lists::{Of, apply_lists},
};
use crate::{
    Desk, Result,
    db::{Tx, bump_revision, retry, run, statement},
    locales,
    sites::row::{SiteRow, bind_set_columns, set_columns},
};
use protocol::{
    Code, SiteKey, Timestamp,
    schedule::ScheduleError,
    settings::{Limits, List, Prefix, QueueName, Replies, SiteName},
};
use serde_json::{Map, Value, json};
use sqlx::types::Json;
use uuid::Uuid;

statement!(
    FIND = concat!("select id, key, removed_at, ", set_columns!(), " from sites where key = $1")
);
statement!(
    INSERT = concat!(
        "insert into sites (id, key, ",
        set_columns!(),
        ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    )
);
statement!(
    UPDATE = concat!(
        "update sites set (",
        set_columns!(),
        ") = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) where id = $1"
    )
);
statement!(QUEUE_NAMES = "select name from queues where site_id = $1 order by position");
statement!(
    KEEP_QUEUE = "update queues set removed_at = null where site_id = $1 and name = $2 and removed_at is not null"
);
statement!(
    REMOVE_QUEUE = "
    update queues set removed_at = coalesce(removed_at, $3) where site_id = $1 and name = $2"
);
statement!(
    INSERT_QUEUE = "insert into queues (id, site_id, name, position) values ($1, $2, $3, $4)"
);
// The first ticket is 1001.
statement!(ADD_NUMBERS = "insert into site_numbers (site_id, last_number) values ($1, 1000)");

impl SiteRow {
    /// What a site is before its file says anything.
    fn new(id: Uuid, file: &SiteFile) -> Self {
        let lang = file.lang.unwrap_or_default();
        let words = locales::language(lang.as_text());
        let reasons = ["solved", "answered", "no_reply", "duplicate", "other"]
            .map(|reason| words.get(&format!("site.reason_{reason}")));
        let away =
            ["break", "lunch", "meeting"].map(|reason| words.get(&format!("site.away_{reason}")));
        Self {
            id,
            key: file.key.clone(),
            name: SiteName::from(&file.key),
            prefix: Prefix::of_key(&file.key),
            hue: None,
            allowed_origins: Json(List::default()),
            schedule: Json(around_the_clock()),
            closed_now: false,
            masking: false,
            ask_queue: false,
            limits: Json(Limits::default()),
            closing_reasons: Json(
                List::parse(reasons.iter().map(String::as_str)).expect("our words are short"),
            ),
            away_reasons: Json(
                List::parse(away.iter().map(String::as_str)).expect("our words are short"),
            ),
            replies: Json(Replies::default()),
            lang,
            removed_at: None,
        }
    }

    fn take(&mut self, file: &SiteFile) {
        if let Some(name) = &file.name {
            self.name.clone_from(name);
        }
        if let Some(prefix) = &file.prefix {
            self.prefix.clone_from(prefix);
        }
        self.lang = file.lang.unwrap_or(self.lang);
        self.hue = file.hue.map(|hue| hue.degrees().into()).or(self.hue);
        self.closed_now = file.closed_now.unwrap_or(self.closed_now);
        self.masking = file.masking.unwrap_or(self.masking);
        self.ask_queue = file.ask_queue.unwrap_or(self.ask_queue);
        if let Some(origins) = &file.allowed_origins {
            self.allowed_origins.0.clone_from(origins);
        }
        if let Some(reasons) = &file.closing_reasons {
            self.closing_reasons.0.clone_from(reasons);
        }
        if let Some(reasons) = &file.away_reasons {
            self.away_reasons.0.clone_from(reasons);
        }
        if let Some(replies) = &file.replies {
            self.replies.0.clone_from(replies);
        }
        for (key, value) in &file.schedule {
            if value.is_null() {
                self.schedule.0.remove(key);
            } else {
                self.schedule.0.insert(key.clone(), value.clone());
            }
        }
        self.limits.0 = file.limits.over(&self.limits.0);
    }
}

fn around_the_clock() -> Map<String, Value> {
    let day = json!([["00:00", "24:00"]]);
    let week: Map<String, Value> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .into_iter()
        .map(|name| (name.to_owned(), day.clone()))
        .collect();
    Map::from_iter([("zone".to_owned(), json!("UTC")), ("weekly".to_owned(), week.into())])
}

/// Takes a file; `check` refuses a schedule by zones and holidays. Whoever calls it says that sites were changed.
pub(crate) async fn apply(
    desk: &Desk,
    toml: &str,
    check: impl Fn(&Value) -> std::result::Result<(), ScheduleError>,
) -> std::result::Result<SiteKey, SiteFileError> {
    if toml.contains('\0') {
        return Err(SiteFileError::Refused {
            code: "character_invalid",
            line: None,
            message: "the file holds a NUL character".to_owned(),
        });
    }
    let file = super::parse(toml)?;
    let (id, now) = (desk.clock().new_id(), desk.now());
    retry!({
        let mut tx = desk.begin().await?;
        // The first row that everybody writes who changes a site: two who read the same one would lose what one of them
        // changes.
        bump_revision(&mut tx).await?;
        let found: Option<SiteRow> =
            run!(tx, c => sqlx::query_as(FIND).bind(file.key.as_str()).fetch_optional(c).await)?;
        if found.as_ref().is_some_and(|site| site.removed_at.is_some()) {
            return Ok(Err(removed(&file)));
        }
        let is_new = found.is_none();
        let mut row = found.unwrap_or_else(|| SiteRow::new(id, &file));
        row.take(&file);
        if let Err(error) = check(&Value::Object(row.schedule.0.clone())) {
            return Ok(Err(super::schedule_refused(toml, &error)));
        }
        store(&mut tx, &row, is_new).await?;
        add_queues(desk, &mut tx, &file, &row, is_new).await?;
        if let Some(unknown) = remove_queues(&mut tx, &file, &row, now).await? {
            return Ok(Err(no_queue(toml, &unknown)));
        }
        let of = Of { site: row.id, lang: row.lang, is_new, now };
        if let Err(refused) = apply_lists(desk, &mut tx, &file.lists, of).await? {
            return Ok(Err(refused));
        }
        desk.commit(tx).await?;
        Ok(Ok(()))
    })??;
    Ok(file.key)
}

/// Until its last chat has ended, a removed site keeps its key.
fn removed(file: &SiteFile) -> SiteFileError {
    let key = &file.key;
    SiteFileError::Refused {
        code: Code::SiteRemoved.as_text(),
        line: None,
        message: format!(
            "site `{key}` was removed and goes with its last chat; apply it again after that"
        ),
    }
}

async fn store(tx: &mut Tx, row: &SiteRow, is_new: bool) -> Result<()> {
    if is_new {
        run!(tx, c => {
            let query = sqlx::query(INSERT).bind(row.id).bind(row.key.as_str());
            bind_set_columns!(query, row).execute(c).await.map(|_| ())
        })?;
        run!(tx, c => sqlx::query(ADD_NUMBERS).bind(row.id).execute(c).await.map(|_| ()))
    } else {
        run!(tx, c => {
            let query = sqlx::query(UPDATE).bind(row.id);
            bind_set_columns!(query, row).execute(c).await.map(|_| ())
        })
    }
}

async fn add_queues(
    desk: &Desk,
    tx: &mut Tx,
    file: &SiteFile,
    row: &SiteRow,
    is_new: bool,
) -> Result<()> {
    let there: Vec<String> =
        run!(tx, c => sqlx::query_scalar(QUEUE_NAMES).bind(row.id).fetch_all(c).await)?;
    let mut wanted: Vec<&str> = file.queues.iter().map(QueueName::as_str).collect();
    let first_queue = locales::language(row.lang.as_text()).get("site.queue");
    if is_new && wanted.is_empty() {
        wanted.push(&first_queue);
    }
    for name in &wanted {
        run!(tx, c => sqlx::query(KEEP_QUEUE)
            .bind(row.id)
            .bind(name)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    wanted.retain(|name| !there.iter().any(|known| known == name));
    let first = i64::try_from(there.len()).unwrap_or(i64::MAX);
    for (position, name) in (first..).zip(wanted) {
        let id = desk.clock().new_id();
        run!(tx, c => sqlx::query(INSERT_QUEUE)
            .bind(id)
            .bind(row.id)
            .bind(name)
            .bind(position)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

/// Removes those that the file says are removed; one that the site does not have is the answer.
async fn remove_queues(
    tx: &mut Tx,
    file: &SiteFile,
    row: &SiteRow,
    now: Timestamp,
) -> Result<Option<QueueName>> {
    for name in file.removed_queues.iter() {
        let removed = run!(tx, c => sqlx::query(REMOVE_QUEUE)
            .bind(row.id)
            .bind(name.as_str())
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if removed == 0 {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// A queue that is not there is removed by nobody: its name was misspelled.
fn no_queue(toml: &str, name: &QueueName) -> SiteFileError {
    let quoted = toml::Value::String(name.to_string()).to_string();
    let line = toml.lines().position(|line| line.contains(&quoted)).map(|line| line + 1);
    SiteFileError::Refused {
        code: Code::NotFound.as_text(),
        line,
        message: format!("`queues`: the site has no queue {quoted} to remove"),
    }
}
