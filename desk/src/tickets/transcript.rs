//! A conversation as people read it: without internal comments, in the reader's time zone and language.
//!
//! It is made from the visitors' view of the entries, which has no place for anything internal.

use super::{entries, visitor::Visitor};
use crate::{
    Desk, Result,
    hours::zones::{SharedZone, zones},
    sites::Site,
};
use protocol::{
    Seq, Timestamp,
    entry::{VisitorBody, VisitorEntry},
    file::Attachment,
    state_line::StateLine,
    strings::Strings,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Pages of entries that one mail takes: 1 MB, or 2 000 entries.
const PAGES: usize = 4;

/// One entry of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TranscriptLine {
    pub(crate) side: Side,
    pub(crate) name: String,
    pub(crate) time: String,
    pub(crate) text: String,
    pub(crate) files: Vec<String>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Visitor,
    Desk,
    /// A line between the messages.
    Note,
}

/// Instants as mails write them, in a zone that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTimes {
    /// The zone, as people say it: `Ciudad de México`.
    pub place: String,
    /// What is written for each.
    pub written: BTreeMap<Timestamp, String>,
}

/// Writes instants as local times.
pub(crate) struct TimeFormatter {
    /// `Mexico City`.
    place: String,
    zone: Option<SharedZone>,
    format: String,
}

impl TimeFormatter {
    /// In the visitor's zone, else the site's, else UTC.
    pub(crate) fn new(visitors: Option<&str>, site: &Site, words: &Strings) -> Self {
        let sites = site.schedule.get("zone").and_then(serde_json::Value::as_str);
        let found = [visitors, sites]
            .into_iter()
            .flatten()
            .find_map(|name| Some((name.to_owned(), zones().find_zone(name)?)));
        let (name, zone) = match found {
            Some((name, zone)) => (name, Some(zone)),
            None => ("UTC".to_owned(), None),
        };
        // The place says it to a person; the continent before it only to a computer. It has no accents, and its English
        // name.
        let place = name.rsplit('/').next().unwrap_or(&name);
        let place = match words.find(&["mail.place.", place].concat()) {
            Some(local) => local.to_owned(),
            None => place.replace('_', " "),
        };
        Self { place, zone, format: words.get("mail.time") }
    }

    /// The name of the zone, as people say it: `Mexico City`.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn time(&self, at: Timestamp) -> String {
        let seconds = match &self.zone {
            Some(zone) => zone.local_time(at).0,
            None => at.0.div_euclid(1000),
        };
        Timestamp(seconds.saturating_mul(1000)).to_utc().format(&self.format).to_string()
    }
}

/// The entries after `after` up to and with `upto`, in order; none when they are too long for a mail.
pub(crate) async fn entries(
    desk: &Desk,
    visitor: Visitor,
    after: Seq,
    upto: Seq,
) -> Result<Option<Vec<VisitorEntry>>> {
    let mut all = Vec::new();
    let mut after = after;
    for _ in 0..PAGES {
        let (page, _) = entries::for_visitor(desk, visitor, after).await?;
        after = page.last().map_or(upto, |last| last.seq);
        all.extend(page.into_iter().filter(|entry| entry.seq <= upto));
        if after >= upto {
            return Ok(Some(all));
        }
    }
    Ok(None)
}

/// The entries as lines of a letter.
pub(crate) fn lines(
    entries: &[VisitorEntry],
    words: &Strings,
    times: &TimeFormatter,
) -> Vec<TranscriptLine> {
    let line_at = |(at, entry)| line(&entries[..at], entry, words, times);
    entries.iter().enumerate().filter_map(line_at).collect()
}

fn line(
    before: &[VisitorEntry],
    entry: &VisitorEntry,
    words: &Strings,
    times: &TimeFormatter,
) -> Option<TranscriptLine> {
    let time = times.time(entry.at);
    let message = |side, name: String, text: &str, files: &[Attachment]| {
        Some(TranscriptLine {
            side,
            name,
            time: time.clone(),
            text: text.to_owned(),
            files: files
                .iter()
                .map(|file| words.fill("mail.transcript.file", &[("name", &file.name)]))
                .collect(),
        })
    };
    let note = |text: String| {
        let time = time.clone();
        Some(TranscriptLine {
            side: Side::Note,
            name: String::new(),
            time,
            text,
            files: Vec::new(),
        })
    };
    let say = |key: &str, places: &[(&str, &str)]| {
        note(words.fill(&format!("mail.transcript.{key}"), places))
    };
    match &entry.body {
        VisitorBody::Visitor { text, files } => {
            message(Side::Visitor, words.get("mail.transcript.you"), text, files)
        }
        VisitorBody::Agent { name, text, files } => message(Side::Desk, name.clone(), text, files),
        VisitorBody::ChatStarted => say("chat_started", &[]),
        VisitorBody::Joined { name } => say("joined", &[("name", name)]),
        VisitorBody::Left { name } => say("left", &[("name", name)]),
        VisitorBody::Requeued => say("requeued", &[]),
        VisitorBody::Transferred { name } => say("transferred", &[("name", name)]),
        VisitorBody::IdleWarning => say("idle_warning", &[]),
        VisitorBody::BecameRequest { why } => note(words.became_request(*why)),
        VisitorBody::SiteRemoved => say("site_removed", &[]),
        VisitorBody::QueueRemoved => say("queue_removed", &[]),
        VisitorBody::AgentRemoved => say("agent_removed", &[]),
        VisitorBody::ChatEnded { .. } => say("chat_ended", &[]),
        VisitorBody::StateChanged { state } => {
            let before = before.iter().rev().map(|entry| &entry.body);
            match StateLine::find(before, state, words)? {
                StateLine::Closed => say("closed", &[]),
                StateLine::Reopened => say("reopened", &[]),
                StateLine::Named => say("state", &[("state", &words.state(&state.name))]),
            }
        }
        VisitorBody::Rated { score } => say("rated", &[("score", &score.to_string())]),
        VisitorBody::TranscriptSent | VisitorBody::Hidden => None,
    }
}
