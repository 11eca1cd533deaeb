//! A site as a TOML file: what `ayuda site apply` takes and `ayuda site show` prints.
//!
//! What is left out stays, also inside `[schedule]` and `[limits]`. Queues are added, never taken away. A new site without a
//! schedule is open around the clock, in UTC.

mod apply;
mod reader;
mod refusal;
mod show;
pub(crate) mod span;

pub(crate) use apply::apply;
pub use refusal::SiteFileError;
pub(crate) use show::show;

use crate::sites::Limits;
use protocol::{SiteKey, limits, schedule::ScheduleError, settings::ClosingReason};
use reader::Reader;
use serde_json::{Map, Value};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);
const MOST_FILE_BYTES: u64 = 1024 * 1024 * 1024;
const MOST_ROWS: usize = 100;

/// What a file says; none: stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct SiteFile {
    pub(crate) key: SiteKey,
    pub(crate) name: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) allowed_origins: Option<Vec<String>>,
    pub(crate) hue: Option<u16>,
    pub(crate) closed_now: Option<bool>,
    /// Those keys of the schedule's JSON form that are there; `null` takes one away.
    pub(crate) schedule: Map<String, Value>,
    pub(crate) limits: LimitsFile,
    pub(crate) queues: Vec<String>,
    pub(crate) closing_reasons: Option<Vec<ClosingReason>>,
}

/// `[limits]`; none: stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitsFile {
    wait_limit: Option<Duration>,
    idle_limit: Option<Duration>,
    ring_time: Option<Duration>,
    drop_grace: Option<Duration>,
    mail_after: Option<Duration>,
    capacity: Option<u32>,
    queue_limit: Option<u32>,
    file_bytes: Option<u64>,
    tickets_per_hour: Option<u32>,
    messages_per_minute: Option<u32>,
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
            capacity: self.capacity.unwrap_or(now.capacity),
            queue_limit: self.queue_limit.unwrap_or(now.queue_limit),
            file_bytes: self.file_bytes.unwrap_or(now.file_bytes),
            tickets_per_hour: self.tickets_per_hour.unwrap_or(now.tickets_per_hour),
            messages_per_minute: self.messages_per_minute.unwrap_or(now.messages_per_minute),
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
        "closing_reasons",
        "schedule",
        "limits",
        "queues",
    ])?;
    Ok(SiteFile {
        key: key(file)?,
        name: file.string("name")?.map(|text| words(file, "name", text)).transpose()?,
        prefix: prefix(file)?,
        lang: lang(file)?,
        allowed_origins: origins(file)?,
        hue: hue(file)?,
        closed_now: file.boolean("closed_now")?,
        schedule: schedule(file)?,
        limits: limits_of(file)?,
        queues: queues(file)?,
        closing_reasons: closing_reasons(file)?,
    })
}

fn key(file: Reader<'_>) -> Result<SiteKey, SiteFileError> {
    let key = file.string("key")?.ok_or_else(|| SiteFileError::Refused {
        code: "key_missing",
        line: None,
        message: "`key` is missing: the site's name in addresses, such as key = \"cuentasok\""
            .to_owned(),
    })?;
    let valid = (1..=40).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if valid {
        Ok(SiteKey(key.to_owned()))
    } else {
        Err(file.refuse("key", "key_invalid", "must be 1 to 40 of a-z, 0-9 and -"))
    }
}

fn words(file: Reader<'_>, key: &str, text: &str) -> Result<String, SiteFileError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > limits::NAME {
        let most = limits::NAME;
        Err(file.refuse(key, "length_invalid", format!("must be 1 to {most} characters")))
    } else if text.chars().any(char::is_control) {
        Err(file.refuse(key, "character_invalid", "must be one line without control characters"))
    } else {
        Ok(text.to_owned())
    }
}

fn prefix(file: Reader<'_>) -> Result<Option<String>, SiteFileError> {
    let Some(prefix) = file.string("prefix")? else { return Ok(None) };
    let valid = (1..=8).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && prefix.starts_with(|c: char| c.is_ascii_uppercase());
    if valid {
        Ok(Some(prefix.to_owned()))
    } else {
        let what = "must be 1 to 8 of A-Z and 0-9, beginning with a letter";
        Err(file.refuse("prefix", "prefix_invalid", what))
    }
}

fn lang(file: Reader<'_>) -> Result<Option<String>, SiteFileError> {
    match file.string("lang")? {
        None => Ok(None),
        Some(lang) if crate::locales::LANGUAGES.contains(&lang) => Ok(Some(lang.to_owned())),
        Some(_) => Err(file.refuse("lang", "lang_unknown", "must be \"es\", \"en\" or \"pt\"")),
    }
}

fn origins(file: Reader<'_>) -> Result<Option<Vec<String>>, SiteFileError> {
    let Some(given) = file.strings("allowed_origins")? else { return Ok(None) };
    let mut origins = Vec::with_capacity(given.len());
    for text in given {
        let Some(origin) = origin(text) else {
            let what = format!("{text:?} is not an origin such as \"https://example.com\"");
            return Err(file.refuse("allowed_origins", "origin_invalid", what));
        };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.len() > MOST_ROWS {
        return Err(file.refuse("allowed_origins", "too_many", "takes at most 100 origins"));
    }
    Ok(Some(origins))
}

/// As a browser's `Origin` header spells it: lower case, no path, no default port.
fn origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let default_port = match scheme {
        "http" => "80",
        "https" => "443",
        _ => return None,
    };
    let ipv6_end = if rest.starts_with('[') { rest.find(']')? + 1 } else { 0 };
    let (host, port) = match rest[ipv6_end..].find(':') {
        Some(at) => (&rest[..ipv6_end + at], Some(&rest[ipv6_end + at + 1..])),
        None => (rest, None),
    };
    let host_valid = if ipv6_end > 0 {
        host.len() == ipv6_end && host[1..ipv6_end - 1].parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    };
    let port = match port {
        None => None,
        Some(port) => {
            let number = port.parse::<u16>().ok().filter(|n| *n > 0)?.to_string();
            Some(number).filter(|number| number != default_port)
        }
    };
    host_valid.then(|| match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

fn hue(file: Reader<'_>) -> Result<Option<u16>, SiteFileError> {
    match file.integer("hue")? {
        None => Ok(None),
        Some(hue) => u16::try_from(hue)
            .ok()
            .filter(|hue| *hue <= 360)
            .map(Some)
            .ok_or_else(|| file.refuse("hue", "hue_invalid", "must be 0 to 360 degrees")),
    }
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
    SiteFileError::Refused { code: error.code(), line: named.or(start), message: error.to_string() }
}

fn limits_of(file: Reader<'_>) -> Result<LimitsFile, SiteFileError> {
    let Some(table) = file.table("limits", "limits.")? else { return Ok(LimitsFile::default()) };
    let table = table.only(&[
        "wait_limit",
        "idle_limit",
        "ring_time",
        "drop_grace",
        "mail_after",
        "capacity",
        "queue_limit",
        "file_bytes",
        "tickets_per_hour",
        "messages_per_minute",
    ])?;
    let some = Duration::from_millis(1);
    Ok(LimitsFile {
        wait_limit: span_of(table, "wait_limit", some, WEEK)?,
        idle_limit: span_of(table, "idle_limit", some, WEEK)?,
        ring_time: span_of(table, "ring_time", some, DAY)?,
        drop_grace: span_of(table, "drop_grace", Duration::ZERO, DAY)?,
        mail_after: span_of(table, "mail_after", Duration::ZERO, WEEK)?,
        capacity: number(table, "capacity", 1, 1_000)?,
        queue_limit: number(table, "queue_limit", 0, 1_000_000)?,
        file_bytes: file_bytes(table)?,
        tickets_per_hour: number(table, "tickets_per_hour", 0, 1_000_000)?,
        messages_per_minute: number(table, "messages_per_minute", 0, 1_000_000)?,
    })
}

fn span_of(
    table: Reader<'_>,
    key: &str,
    least: Duration,
    most: Duration,
) -> Result<Option<Duration>, SiteFileError> {
    let Some(text) = table.string(key)? else { return Ok(None) };
    let Some(length) = span::parse(text) else {
        let what = "must be a span of time such as \"3m\", \"20s\" or \"1h30m\"";
        return Err(table.refuse(key, "span_invalid", what));
    };
    if (least..=most).contains(&length) {
        Ok(Some(length))
    } else {
        let (least, most) = (span::print(least), span::print(most));
        Err(table.refuse(key, "out_of_bounds", format!("must be from {least} to {most}")))
    }
}

fn number(
    table: Reader<'_>,
    key: &str,
    least: u32,
    most: u32,
) -> Result<Option<u32>, SiteFileError> {
    match table.integer(key)? {
        None => Ok(None),
        Some(number) => u32::try_from(number)
            .ok()
            .filter(|number| (least..=most).contains(number))
            .map(Some)
            .ok_or_else(|| {
                table.refuse(key, "out_of_bounds", format!("must be from {least} to {most}"))
            }),
    }
}

fn file_bytes(table: Reader<'_>) -> Result<Option<u64>, SiteFileError> {
    match table.integer("file_bytes")? {
        None => Ok(None),
        Some(bytes) if (1..=MOST_FILE_BYTES).contains(&bytes) => Ok(Some(bytes)),
        Some(_) => {
            let what = format!("must be from 1 to {MOST_FILE_BYTES} bytes");
            Err(table.refuse("file_bytes", "out_of_bounds", what))
        }
    }
}

fn queues(file: Reader<'_>) -> Result<Vec<String>, SiteFileError> {
    let mut names: Vec<String> = Vec::new();
    for queue in file.tables("queues", "queues.")?.unwrap_or_default() {
        let queue = queue.only(&["name"])?;
        let name = queue
            .string("name")?
            .ok_or_else(|| file.refuse("queues", "key_missing", "each need a `name`"))?;
        let name = words(queue, "name", name)?;
        if names.contains(&name) {
            return Err(queue.refuse("name", "repeated", format!("{name:?} is there twice")));
        }
        names.push(name);
    }
    if names.len() > MOST_ROWS {
        return Err(file.refuse("queues", "too_many", "are at most 100"));
    }
    Ok(names)
}

fn closing_reasons(file: Reader<'_>) -> Result<Option<Vec<ClosingReason>>, SiteFileError> {
    let Some(given) = file.strings("closing_reasons")? else { return Ok(None) };
    let mut reasons: Vec<ClosingReason> = Vec::with_capacity(given.len());
    for text in given {
        let reason = words(file, "closing_reasons", text)?;
        let reason = ClosingReason::parse(&reason).expect("checked just now");
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() || reasons.len() > MOST_ROWS {
        return Err(file.refuse("closing_reasons", "too_many", "must be 1 to 100 reasons"));
    }
    Ok(Some(reasons))
}

#[cfg(test)]
mod tests;
