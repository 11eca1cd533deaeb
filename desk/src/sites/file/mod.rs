//! A site as a TOML file: what `ayuda site apply` takes and `ayuda site show` prints.
//!
//! What is left out stays, also inside `[schedule]` and `[limits]`. A queue goes by `removed = true` beside its name, and
//! comes back when it is named without; so do states, priorities and types, by `retired = true`. A new site without a schedule is open around the clock, in UTC.

mod apply;
mod apply_lists;
mod lists;
mod reader;
mod refusal;
mod show;

pub(crate) use apply::apply;
pub use refusal::SiteFileError;
pub(crate) use show::show;

use lists::ListsFile;
use protocol::{
    Code, Field, Refusal, SiteKey,
    schedule::ScheduleError,
    settings::{
        AwayReason, Bounds, ClosingReason, Hue, Language, Limits, List, Origin, Prefix, QueueName,
        Replies, Reply, ReplyName, SiteName, Span,
    },
    text::ChatText,
};
use reader::Reader;
use serde_json::{Map, Value};
use std::time::Duration;

/// What a file says; none: stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct SiteFile {
    pub(crate) key: SiteKey,
    pub(crate) name: Option<SiteName>,
    pub(crate) prefix: Option<Prefix>,
    pub(crate) lang: Option<Language>,
    pub(crate) allowed_origins: Option<List<Origin>>,
    pub(crate) hue: Option<Hue>,
    pub(crate) closed_now: Option<bool>,
    pub(crate) masking: Option<bool>,
    pub(crate) ask_queue: Option<bool>,
    /// Those keys of the schedule's JSON form that are there; `null` takes one away.
    pub(crate) schedule: Map<String, Value>,
    pub(crate) limits: LimitsFile,
    pub(crate) queues: List<QueueName>,
    /// Those that are to be removed.
    pub(crate) removed_queues: List<QueueName>,
    pub(crate) closing_reasons: Option<List<ClosingReason>>,
    /// Empty: there are none to choose from.
    pub(crate) away_reasons: Option<List<AwayReason>>,
    pub(crate) replies: Option<Replies>,
    pub(crate) lists: ListsFile,
}

/// `[limits]`; none: stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitsFile {
    wait_limit: Option<Duration>,
    idle_limit: Option<Duration>,
    ring_time: Option<Duration>,
    drop_grace: Option<Duration>,
    mail_after: Option<Duration>,
    close_after: Option<Duration>,
    capacity: Option<u32>,
    queue_limit: Option<u32>,
    file_bytes: Option<u64>,
    tickets_per_hour: Option<u32>,
    messages_per_minute: Option<u32>,
    frame_burst: Option<u32>,
    frames_per_second: Option<u32>,
}

impl LimitsFile {
    /// These limits with what the file says put in.
    pub(crate) fn over(&self, now: &Limits) -> Limits {
        Limits {
            wait_limit: self.wait_limit.unwrap_or(now.wait_limit),
            idle_limit: self.idle_limit.unwrap_or(now.idle_limit),
            ring_time: self.ring_time.unwrap_or(now.ring_time),
            drop_grace: self.drop_grace.unwrap_or(now.drop_grace),
            mail_after: self.mail_after.unwrap_or(now.mail_after),
            close_after: self.close_after.unwrap_or(now.close_after),
            capacity: self.capacity.unwrap_or(now.capacity),
            queue_limit: self.queue_limit.unwrap_or(now.queue_limit),
            file_bytes: self.file_bytes.unwrap_or(now.file_bytes),
            tickets_per_hour: self.tickets_per_hour.unwrap_or(now.tickets_per_hour),
            messages_per_minute: self.messages_per_minute.unwrap_or(now.messages_per_minute),
            frame_burst: self.frame_burst.unwrap_or(now.frame_burst),
            frames_per_second: self.frames_per_second.unwrap_or(now.frames_per_second),
        }
    }
}

/// Reads a file. The schedule's own rules are checked by who knows zones and holidays, see [`schedule_refused`].
pub(crate) fn parse(source: &str) -> Result<SiteFile, SiteFileError> {
    let document = reader::document(source)?;
    let file = Reader::new(source, document.get_ref(), "").only(&[
        "key",
        "name",
        "prefix",
        "lang",
        "allowed_origins",
        "hue",
        "closed_now",
        "masking",
        "ask_queue",
        "closing_reasons",
        "away_reasons",
        "schedule",
        "limits",
        "queues",
        "replies",
        "states",
        "priorities",
        "types",
        "tags",
        "contact_fields",
    ])?;
    let (queues, removed_queues) = queues(file)?;
    Ok(SiteFile {
        key: key(file)?,
        name: file.parse("name", SiteName::parse)?,
        prefix: file.parse("prefix", Prefix::parse)?,
        lang: file.parse("lang", Language::parse)?,
        allowed_origins: origins(file)?,
        hue: file.check("hue", Hue::new)?,
        closed_now: file.boolean("closed_now")?,
        masking: file.boolean("masking")?,
        ask_queue: file.boolean("ask_queue")?,
        schedule: schedule(file)?,
        limits: limits(file)?,
        queues,
        removed_queues,
        closing_reasons: closing_reasons(file)?,
        away_reasons: away_reasons(file)?,
        replies: replies(file)?,
        lists: lists::lists(file)?,
    })
}

fn key(file: Reader<'_>) -> Result<SiteKey, SiteFileError> {
    file.parse("key", SiteKey::parse)?.ok_or_else(|| SiteFileError::Refused {
        code: "key_missing",
        line: None,
        message: "`key` is missing: the site's name in addresses, such as key = \"cuentasok\""
            .to_owned(),
    })
}

/// Two spellings of one origin are one.
fn origins(file: Reader<'_>) -> Result<Option<List<Origin>>, SiteFileError> {
    const KEY: &str = "allowed_origins";
    let Some(given) = file.strings(KEY)? else { return Ok(None) };
    let mut origins = List::default();
    for text in given {
        let origin = Origin::parse(text).map_err(|refusal| file.refuse_item(KEY, text, refusal))?;
        if !origins.contains(&origin) {
            origins.push(origin).map_err(|refusal| file.refuse(KEY, refusal))?;
        }
    }
    Ok(Some(origins))
}

fn schedule(file: Reader<'_>) -> Result<Map<String, Value>, SiteFileError> {
    let Some(table) = file.table("schedule", "schedule.")? else { return Ok(Map::new()) };
    let known = ["zone", "weekly", "exceptions", "holidays", "note"];
    table.only(&known)?;
    if let Some(weekly) = table.table("weekly", "schedule.weekly.")? {
        weekly.only(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"])?;
    }
    for exception in table.tables("exceptions", "schedule.exceptions.")?.unwrap_or_default() {
        exception.only(&["date", "closed", "intervals", "note"])?;
    }
    let mut schedule = Map::new();
    for key in known {
        if let Some(value) = table.value(key) {
            let value = match reader::json(value) {
                Value::String(none) if key == "holidays" && none.is_empty() => Value::Null,
                value => value,
            };
            schedule.insert(key.to_owned(), value);
        }
    }
    Ok(schedule)
}

/// The refusal of a schedule that is well-formed TOML, with the line of the day or date it names.
pub(crate) fn schedule_refused(source: &str, error: &ScheduleError) -> SiteFileError {
    let needle = match error {
        ScheduleError::TimeInvalid { day, .. }
        | ScheduleError::IntervalEmpty { day, .. }
        | ScheduleError::IntervalInvalid { day, .. }
        | ScheduleError::IntervalsOverlap { day, .. }
        | ScheduleError::WeekdayUnknown { day } => day.as_str(),
        ScheduleError::DateInvalid { date }
        | ScheduleError::DateRepeated { date }
        | ScheduleError::ExceptionInvalid { date } => date.trim_matches('"'),
        ScheduleError::ZoneUnknown { .. } => "zone",
        ScheduleError::CountryUnknown { .. } => "holidays",
        ScheduleError::FormInvalid { .. } | ScheduleError::KeyUnknown { .. } => "schedule",
    };
    let lines = || source.lines().enumerate().map(|(index, line)| (index + 1, line));
    let start = lines().find(|(_, line)| line.contains("schedule")).map(|(number, _)| number);
    let named = lines()
        .skip(start.unwrap_or(1) - 1)
        .find(|(_, line)| line.contains(needle))
        .map(|(number, _)| number);
    SiteFileError::Refused {
        code: error.code(),
        line: named.or(start),
        message: reader::words().schedule(error),
    }
}

fn limits(file: Reader<'_>) -> Result<LimitsFile, SiteFileError> {
    let Some(table) = file.table("limits", "limits.")? else { return Ok(LimitsFile::default()) };
    let table = table.only(&[
        "wait_limit",
        "idle_limit",
        "ring_time",
        "drop_grace",
        "mail_after",
        "close_after",
        "capacity",
        "queue_limit",
        "file_bytes",
        "tickets_per_hour",
        "messages_per_minute",
        "frame_burst",
        "frames_per_second",
    ])?;
    Ok(LimitsFile {
        wait_limit: span(table, Limits::WAIT_LIMIT)?,
        idle_limit: span(table, Limits::IDLE_LIMIT)?,
        ring_time: span(table, Limits::RING_TIME)?,
        drop_grace: span(table, Limits::DROP_GRACE)?,
        mail_after: span(table, Limits::MAIL_AFTER)?,
        close_after: span(table, Limits::CLOSE_AFTER)?,
        capacity: table.check("capacity", |number| Limits::CAPACITY.check(number))?,
        queue_limit: table.check("queue_limit", |number| Limits::QUEUE_LIMIT.check(number))?,
        file_bytes: table.check("file_bytes", |number| Limits::FILE_BYTES.check(number))?,
        tickets_per_hour: table
            .check("tickets_per_hour", |number| Limits::TICKETS_PER_HOUR.check(number))?,
        messages_per_minute: table
            .check("messages_per_minute", |number| Limits::MESSAGES_PER_MINUTE.check(number))?,
        frame_burst: table.check("frame_burst", |number| Limits::FRAME_BURST.check(number))?,
        frames_per_second: table
            .check("frames_per_second", |number| Limits::FRAMES_PER_SECOND.check(number))?,
    })
}

fn span(table: Reader<'_>, bounds: Bounds<Span>) -> Result<Option<Duration>, SiteFileError> {
    table.parse(bounds.field.as_text(), |text| bounds.parse(text))
}

/// The queues that there are to be, and those that there are to be no longer.
fn queues(file: Reader<'_>) -> Result<(List<QueueName>, List<QueueName>), SiteFileError> {
    let (mut names, mut removed) = (List::default(), List::default());
    for queue in file.tables("queues", "queues.")?.unwrap_or_default() {
        let queue = queue.only(&["name", "removed"])?;
        let name = queue
            .parse("name", QueueName::parse)?
            .ok_or_else(|| file.refuse_form("queues", "key_missing", "each need a `name`"))?;
        let is_removed = queue.boolean("removed")?.unwrap_or(false);
        let (list, other) =
            if is_removed { (&mut removed, &names) } else { (&mut names, &removed) };
        if other.contains(&name) {
            let repeated = Refusal::of(Field::Queue, Code::Repeated);
            return Err(queue.refuse("name", repeated));
        }
        list.push(name).map_err(|refusal| queue.refuse("name", refusal))?;
    }
    Ok((names, removed))
}

fn closing_reasons(file: Reader<'_>) -> Result<Option<List<ClosingReason>>, SiteFileError> {
    const KEY: &str = "closing_reasons";
    let Some(given) = file.strings(KEY)? else { return Ok(None) };
    List::parse(given)
        .and_then(List::not_empty)
        .map(Some)
        .map_err(|refusal| file.refuse(KEY, refusal))
}

fn away_reasons(file: Reader<'_>) -> Result<Option<List<AwayReason>>, SiteFileError> {
    const KEY: &str = "away_reasons";
    let Some(given) = file.strings(KEY)? else { return Ok(None) };
    List::parse(given).map(Some).map_err(|refusal| file.refuse(KEY, refusal))
}

/// All of the site's replies: unlike a queue, one that is left out is gone. `replies = []` takes all away.
fn replies(file: Reader<'_>) -> Result<Option<Replies>, SiteFileError> {
    const KEY: &str = "replies";
    let Some(tables) = file.tables(KEY, "replies.")? else { return Ok(None) };
    let missing = || file.refuse_form(KEY, "key_missing", "each need a `name` and a `text`");
    let mut replies = Replies::default();
    for table in tables {
        let table = table.only(&["name", "text"])?;
        let name = table.parse("name", ReplyName::parse)?.ok_or_else(missing)?;
        let text = table.parse("text", ChatText::parse)?.ok_or_else(missing)?;
        let added = replies.push(Reply { name, text });
        added.map_err(|refusal| table.refuse("name", refusal))?;
    }
    Ok(Some(replies))
}

#[cfg(test)]
mod tests;
