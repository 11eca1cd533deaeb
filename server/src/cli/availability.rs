//! `ayuda availability`: what the button says now, as the running server has it; or what it would say, for a site or
//! for a schedule that is given, at any instant and with any number of agents.
//!
//! Answers are JSON, one a line. With a schedule no database is opened, so that schedules can be tried anywhere.

use super::running_server::ButtonStatus;
use clap::Args;
use desk::{
    Desk,
    hours::{Holidays, zones},
};
use protocol::{
    SiteKey, Timestamp,
    availability::availability,
    schedule::ScheduleError,
    status::{Availability, Reason},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
};

/// What the button says, and why
#[derive(Args, Clone, Debug)]
pub struct AvailabilityArgs {
    /// Key of a site; without --at and --agents the running server is asked
    #[arg(required_unless_present_any = ["schedule", "batch"], conflicts_with_all = ["schedule", "batch"])]
    pub site: Option<String>,
    /// A schedule instead of a site's: JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    pub schedule: Option<String>,
    /// The instant, as RFC 3339 [default: now]
    #[arg(long, value_name = "RFC3339", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Agents who are there to answer [default: 1]
    #[arg(long, value_name = "N")]
    pub agents: Option<u32>,
    /// Read one {"schedule","at","agents"} a line from standard input and answer each with a line
    #[arg(long, conflicts_with = "schedule")]
    pub batch: bool,
}

/// An instant, agents and a schedule: a line of `--batch`. What else is on the line is left alone.
#[derive(Deserialize)]
struct Question {
    schedule: Option<Value>,
    at: Option<Value>,
    agents: Option<Value>,
}

#[derive(Serialize)]
struct Answer {
    open: bool,
    label: &'static str,
    reason: Reason,
    changes_at: Option<String>,
}

/// Why there is no answer: a stable name and a sentence.
#[derive(Debug, Serialize)]
struct Problem {
    error: &'static str,
    message: String,
}

impl Problem {
    fn new(error: &'static str, message: impl Into<String>) -> Self {
        Self { error, message: message.into() }
    }
}

impl From<ScheduleError> for Problem {
    fn from(error: ScheduleError) -> Self {
        let strings = desk::locales::strings("en", &["settings"]);
        Self::new(error.code(), strings.schedule(&error))
    }
}

/// Whom a site is asked of.
pub(super) struct Sources<Open, Ask> {
    /// Opens the desk, where something is supposed.
    pub(super) open: Open,
    /// Asks the running server, where nothing is.
    pub(super) ask: Ask,
}

/// Runs the command; `now` is what `--at` defaults to. Exit status 2: the schedule, the instant or the site's key is
/// wrong, or no server runs, and a JSON problem was printed.
pub(super) async fn run<E: From<io::Error>>(
    args: AvailabilityArgs,
    sources: Sources<
        impl AsyncFnOnce() -> Result<Desk, E>,
        impl AsyncFnOnce(&SiteKey) -> io::Result<Option<ButtonStatus>>,
    >,
    now: Timestamp,
    input: impl BufRead,
    mut out: impl Write,
) -> Result<ExitCode, E> {
    let at = match args.at.as_deref().map_or(Ok(now), instant) {
        Ok(at) => at,
        Err(problem) => return Ok(refuse(&mut out, &problem)?),
    };
    let agents = args.agents.unwrap_or(1);
    if args.batch {
        return Ok(batch(at, agents, input, &mut out)?);
    }
    let answer = match (&args.schedule, args.site) {
        (Some(schedule), _) => given_schedule(schedule).and_then(|form| answer(&form, at, agents)),
        (None, Some(key)) if args.at.is_none() && args.agents.is_none() => {
            let asked = (sources.ask)(&SiteKey(key.clone())).await;
            return match asked
                .map_err(no_server)
                .and_then(|found| found.ok_or_else(|| unknown(&key)))
            {
                Ok(status) => {
                    print(&mut out, &status)?;
                    Ok(ExitCode::SUCCESS)
                }
                Err(problem) => Ok(refuse(&mut out, &problem)?),
            };
        }
        (None, Some(key)) => {
            let desk = (sources.open)().await?;
            let site = desk.find_site(&SiteKey(key.clone()));
            let found = site.map(|site| desk.availability_at(site.id, at, agents));
            desk.close().await;
            found.ok_or_else(|| unknown(&key))
        }
        (None, None) => Err(Problem::new("required", "name a site, or give --schedule or --batch")),
    };
    match answer {
        Ok(availability) => {
            print(&mut out, &Answer::from(availability))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(problem) => Ok(refuse(&mut out, &problem)?),
    }
}

fn unknown(key: &str) -> Problem {
    Problem::new("not_found", format!("there is no site {key:?}"))
}

fn no_server(error: io::Error) -> Problem {
    let message = format!(
        "what the button says now is known to the server alone, and none answers at the address of --listen ({error}); with --agents or \
         --at the schedule is asked"
    );
    Problem::new("no_server", message)
}

fn batch(
    at: Timestamp,
    agents: u32,
    mut input: impl BufRead,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            match answer_line(&line, at, agents) {
                Ok(availability) => print(out, &Answer::from(availability))?,
                Err(problem) => print(out, &problem)?,
            }
        }
        line.clear();
    }
    Ok(ExitCode::SUCCESS)
}

fn answer_line(line: &[u8], at: Timestamp, agents: u32) -> Result<Availability, Problem> {
    let question: Question = json(line)?;
    let at = match &question.at {
        None => at,
        Some(Value::String(text)) => instant(text)?,
        Some(other) => return Err(at_invalid(&other.to_string())),
    };
    let agents = match &question.agents {
        None => agents,
        Some(number) => {
            number.as_u64().map(|agents| u32::try_from(agents).unwrap_or(u32::MAX)).ok_or_else(
                || Problem::new("agents_invalid", "agents must be a whole number from 0"),
            )?
        }
    };
    answer(&question.schedule.unwrap_or(Value::Null), at, agents)
}

fn answer(form: &Value, at: Timestamp, agents: u32) -> Result<Availability, Problem> {
    let (schedule, zone) = zones::parse_schedule(form)?;
    Ok(availability(&schedule, &*zone, &Holidays, false, agents, at))
}

fn given_schedule(given: &str) -> Result<Value, Problem> {
    match given.strip_prefix('@') {
        None => json(given.as_bytes()),
        Some(path) => {
            let bytes = std::fs::read(path)
                .map_err(|error| Problem::new("file_unreadable", format!("{path}: {error}")))?;
            json(&bytes)
        }
    }
}

fn json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::new("json_invalid", error.to_string()))
}

fn instant(text: &str) -> Result<Timestamp, Problem> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc().into())
        .map_err(|_| at_invalid(text))
}

fn at_invalid(given: &str) -> Problem {
    Problem::new(
        "at_invalid",
        format!("{given:?} is not an instant of RFC 3339, such as 2026-11-23T17:00:00Z"),
    )
}

fn print(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")?;
    // Whoever writes line by line also waits line by line.
    out.flush()
}

fn refuse(out: &mut impl Write, problem: &Problem) -> io::Result<ExitCode> {
    print(out, problem)?;
    Ok(ExitCode::from(2))
}

impl From<Availability> for Answer {
    fn from(availability: Availability) -> Self {
        Self {
            open: availability.open,
            label: if availability.open { "Chat" } else { "Ayuda" },
            reason: availability.reason,
            changes_at: availability.changes_at.map(Timestamp::to_rfc3339),
        }
    }
}

#[cfg(test)]
mod tests;
