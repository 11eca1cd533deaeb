//! What the log shows, made from the ticket's entries and from the messages that are still on their way.

use crate::became::became;
use protocol::{
    EntryId, Seq, Timestamp,
    delivery::{Delivery, Unsent},
    entry::{EndedBy, VisitorBody, VisitorEntry},
    file::Attachment,
    names::first_name,
    state_line::StateLine,
    strings::Strings,
};
use std::time::Duration;

/// After a silence this long the log says what time it is.
const SILENCE: Duration = Duration::from_mins(15);

/// An item of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogItem {
    /// Stays the same while a message moves from the outbox to the timeline, so that it is not read out twice.
    pub key: ItemKey,
    /// What it shows.
    pub content: Content,
}

/// Tells the items of a log apart: an entry has an item, and may have a time before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKey {
    /// The time before an entry.
    Before(EntryId),
    /// The entry.
    Entry(EntryId),
    /// *Mensajes nuevos*, before the entry that is the first of them: before another it is another mark, and nothing
    /// moves around it.
    New(EntryId),
    /// What is asked of the visitor after an entry.
    After(EntryId),
}

/// What an item shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The day and time at which the conversation goes on.
    Time(Timestamp),
    /// Something that happened to the chat: the key of its words, and what they name.
    Event(&'static str, String),
    /// What follows came while nobody looked.
    New,
    /// A message.
    Message(Message),
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: EntryId,
    /// The agent's name; none for the visitor's own.
    pub agent: Option<String>,
    /// As written.
    pub text: String,
    /// What came with it.
    pub files: Vec<Attachment>,
    /// When it was written or committed.
    pub at: Timestamp,
    /// The first of a run by the same person: it shows whose it is.
    pub is_first: bool,
}

/// What the log depends on beside what happened.
pub struct Around<'a> {
    /// The first that is new.
    pub new_from: Option<Seq>,
    /// The answer has nowhere to go.
    pub asks_for_address: bool,
    /// The reader's words.
    pub strings: &'a Strings,
}

/// The log's items in order: the timeline, with a mark before what is new, then the outbox.
pub fn log_items<'a>(
    around: &Around,
    entries: &[VisitorEntry],
    unsent: impl Iterator<Item = (&'a Unsent, Delivery)>,
) -> Vec<LogItem> {
    let items = Vec::with_capacity(entries.len() + 4);
    let mut log = Log { items, at: None, author: None, agent: None };
    for (at, entry) in entries.iter().enumerate() {
        if around.new_from == Some(entry.seq) {
            log.author = None;
            log.push(ItemKey::New(entry.id), Content::New);
        }
        log.entry(around, entries.get(..at).unwrap_or_default(), entry);
    }
    for (message, _) in unsent {
        log.message(message.id, message.since, None, &message.text, &message.files);
    }
    log.items
}

struct Log {
    items: Vec<LogItem>,
    at: Option<Timestamp>,
    /// Whose message was last; none after an event.
    author: Option<Author>,
    /// Who has the chat.
    agent: Option<String>,
}

#[derive(PartialEq)]
enum Author {
    Visitor,
    Agent(String),
}

impl Log {
    fn entry(&mut self, around: &Around, before: &[VisitorEntry], entry: &VisitorEntry) {
        let (words, name) = match &entry.body {
            VisitorBody::Visitor { text, files } => {
                return self.message(entry.id, entry.at, None, text, files);
            }
            VisitorBody::Agent { name, text, files } => {
                return self.message(entry.id, entry.at, Some(name), text, files);
            }
            VisitorBody::ChatStarted | VisitorBody::Hidden => return,
            VisitorBody::Joined { name } => {
                // Whoever joins somebody is their guest.
                self.agent.get_or_insert_with(|| name.clone());
                ("joined", name.clone())
            }
            VisitorBody::Left { name } => {
                self.agent = self.agent.take().filter(|agent| agent != name);
                ("left", name.clone())
            }
            VisitorBody::Requeued => {
                self.agent = None;
                ("requeued", String::new())
            }
            VisitorBody::BecameRequest { why } => (became(*why), String::new()),
            VisitorBody::Transferred { name } => {
                self.agent = Some(name.clone());
                ("transferred", name.clone())
            }
            VisitorBody::IdleWarning => ("idle_warning", String::new()),
            VisitorBody::SiteRemoved => ("site_removed", String::new()),
            VisitorBody::QueueRemoved => ("queue_removed", String::new()),
            VisitorBody::AgentRemoved => ("agent_removed", String::new()),
            VisitorBody::ChatEnded { by } => match (by, self.agent.take()) {
                (EndedBy::Agent, Some(agent)) => ("ended_by", first_name(&agent).to_owned()),
                (EndedBy::Agent, None) => ("ended_agent", String::new()),
                (EndedBy::Visitor, _) => ("ended_visitor", String::new()),
                (EndedBy::Inactivity, _) => ("ended_inactivity", String::new()),
                (EndedBy::Desk, _) => ("ended_desk", String::new()),
            },
            VisitorBody::StateChanged { state } => {
                let before = before.iter().rev().map(|entry| &entry.body);
                match StateLine::find(before, state, around.strings) {
                    Some(StateLine::Closed) => ("ticket_closed", String::new()),
                    Some(StateLine::Reopened) => ("ticket_reopened", String::new()),
                    Some(StateLine::Named) => ("state", state.name.clone()),
                    None => return,
                }
            }
            VisitorBody::Rated { score } => ("rated", score.to_string()),
            VisitorBody::TranscriptSent => ("transcript_line", String::new()),
        };
        self.time(entry.id, entry.at);
        self.author = None;
        self.push(ItemKey::Entry(entry.id), Content::Event(words, name));
        if around.asks_for_address && matches!(entry.body, VisitorBody::BecameRequest { .. }) {
            self.push(ItemKey::After(entry.id), Content::Event("became_address", String::new()));
        }
    }

    fn message(
        &mut self,
        id: EntryId,
        at: Timestamp,
        agent: Option<&String>,
        text: &str,
        files: &[Attachment],
    ) {
        self.time(id, at);
        let author = Some(agent.cloned().map_or(Author::Visitor, Author::Agent));
        let is_first = self.author != author;
        self.author = author;
        let message = Message {
            id,
            agent: agent.cloned(),
            text: text.to_owned(),
            files: files.to_vec(),
            at,
            is_first,
        };
        self.push(ItemKey::Entry(id), Content::Message(message));
    }

    fn time(&mut self, id: EntryId, at: Timestamp) {
        if self.at.is_none_or(|before| at.since(before) >= SILENCE) {
            self.author = None;
            self.push(ItemKey::Before(id), Content::Time(at));
        }
        self.at = Some(self.at.map_or(at, |before| before.max(at)));
    }

    fn push(&mut self, key: ItemKey, content: Content) {
        self.items.push(LogItem { key, content });
    }
}

/// The place of the visitor's last message that is stored.
pub fn last_own(entries: &[VisitorEntry]) -> Option<Seq> {
    let is_own = |entry: &&VisitorEntry| matches!(entry.body, VisitorBody::Visitor { .. });
    entries.iter().rev().find(is_own).map(|entry| entry.seq)
}

/// The place of the first message of an agent after `seen`.
pub fn first_unread(entries: &[VisitorEntry], seen: Seq) -> Option<Seq> {
    let is_agents = |entry: &&VisitorEntry| matches!(entry.body, VisitorBody::Agent { .. });
    entries.iter().filter(|entry| entry.seq > seen).find(is_agents).map(|entry| entry.seq)
}

/// How many messages of agents came after `seen`.
pub fn unread(entries: &[VisitorEntry], seen: Seq) -> usize {
    entries
        .iter()
        .rev()
        .take_while(|entry| entry.seq > seen)
        .filter(|entry| matches!(entry.body, VisitorBody::Agent { .. }))
        .count()
}

/// Whether an agent wrote after the chat's end what was not seen.
pub fn has_unseen_after_end(entries: &[VisitorEntry], seen: Seq) -> bool {
    let is_end = |entry: &VisitorEntry| matches!(entry.body, VisitorBody::ChatEnded { .. });
    let Some(end) = entries.iter().rposition(is_end) else { return false };
    entries[end..]
        .iter()
        .any(|entry| entry.seq > seen && matches!(entry.body, VisitorBody::Agent { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::entry::{BecameRequest, Category, TicketState};
    use std::sync::LazyLock;
    use uuid::Uuid;

    fn entry(seq: i64, minute: i64, body: VisitorBody) -> VisitorEntry {
        VisitorEntry {
            seq: Seq(seq),
            id: EntryId(Uuid::from_u128(u128::try_from(seq).expect("positive"))),
            at: Timestamp(minute * 60_000),
            body,
        }
    }

    fn own(text: &str) -> VisitorBody {
        VisitorBody::Visitor { text: text.into(), files: vec![] }
    }

    fn agent(text: &str) -> VisitorBody {
        VisitorBody::Agent { name: "Lucía Medina".into(), text: text.into(), files: vec![] }
    }

    fn shape(items: &[LogItem]) -> Vec<String> {
        items
            .iter()
            .map(|item| match &item.content {
                Content::Time(at) => format!("at {}", at.0 / 60_000),
                Content::Event(words, name) => format!("{words} {name}"),
                Content::New => "new".into(),
                Content::Message(message) => {
                    format!("{}{}", if message.is_first { "+" } else { "" }, message.text)
                }
            })
            .collect()
    }

    fn around(new_from: Option<Seq>) -> Around<'static> {
        static WORDS: LazyLock<Strings> =
            LazyLock::new(|| Strings::from_iter([("state.pendiente".into(), "Pendiente".into())]));
        Around { new_from, asks_for_address: false, strings: &WORDS }
    }

    fn items_of(entries: &[VisitorEntry], new_from: Option<Seq>) -> Vec<LogItem> {
        log_items(&around(new_from), entries, std::iter::empty())
    }

    #[test]
    fn a_state_is_told_where_nothing_else_tells_it() {
        let state = |name: &str, category| VisitorBody::StateChanged {
            state: TicketState { name: name.into(), category },
        };
        let entries = [
            entry(1, 0, own("a")),
            entry(2, 0, state("pendiente", Category::Open)),
            entry(3, 0, VisitorBody::ChatEnded { by: EndedBy::Agent }),
            entry(4, 0, state("finalizado", Category::Closed)),
            entry(5, 0, own("b")),
            entry(6, 0, state("pendiente", Category::Open)),
            entry(7, 0, state("en el taller", Category::Waiting)),
            entry(8, 0, state("finalizado", Category::Closed)),
        ];
        let told =
            ["ended_agent ", "+b", "ticket_reopened ", "state en el taller", "ticket_closed "];
        assert_eq!(shape(&items_of(&entries, None))[2..], told);
    }

    #[test]
    fn an_address_is_asked_for_until_there_is_one() {
        let entries = [entry(1, 0, VisitorBody::BecameRequest { why: BecameRequest::NoAgents })];
        let asking = Around { asks_for_address: true, ..around(None) };
        let asked = shape(&log_items(&asking, &entries, std::iter::empty()));
        assert_eq!(asked, ["at 0", "became_no_agents ", "became_address "]);
        assert_eq!(shape(&items_of(&entries, None)), asked[..2]);
    }

    #[test]
    fn a_run_shows_its_person_once_and_a_silence_shows_the_time() {
        let entries = [
            entry(1, 0, own("a")),
            entry(2, 0, VisitorBody::ChatStarted),
            entry(3, 1, VisitorBody::Joined { name: "Lucía".into() }),
            entry(4, 1, agent("b")),
            entry(5, 2, agent("c")),
            entry(6, 30, agent("d")),
        ];
        let items = items_of(&entries, None);
        assert_eq!(shape(&items), ["at 0", "+a", "joined Lucía", "+b", "c", "at 30", "+d"]);
    }

    #[test]
    fn what_is_new_stands_after_a_mark_and_shows_its_person_again() {
        let entries = [entry(1, 0, agent("a")), entry(2, 0, agent("b")), entry(3, 0, agent("c"))];
        let items = items_of(&entries, Some(Seq(2)));
        assert_eq!(shape(&items), ["at 0", "+a", "new", "+b", "c"]);
        assert_eq!(first_unread(&entries, Seq(1)), Some(Seq(2)));
        assert_eq!(first_unread(&entries, Seq(3)), None);
    }

    #[test]
    fn the_end_says_who_ended_the_chat() {
        let joined = || VisitorBody::Joined { name: "Lucía Medina".into() };
        let ended = |by| VisitorBody::ChatEnded { by };
        for (entries, words) in [
            ([entry(1, 0, joined()), entry(2, 0, ended(EndedBy::Agent))], "ended_by Lucía"),
            ([entry(1, 0, own("a")), entry(2, 0, ended(EndedBy::Agent))], "ended_agent "),
            ([entry(1, 0, joined()), entry(2, 0, ended(EndedBy::Visitor))], "ended_visitor "),
        ] {
            let items = items_of(&entries, None);
            assert_eq!(shape(&items).last().map(String::as_str), Some(words));
        }
    }

    #[test]
    fn a_guest_ends_nothing_and_whoever_took_over_does() {
        let joined = |name: &str| VisitorBody::Joined { name: name.into() };
        let left = |name: &str| VisitorBody::Left { name: name.into() };
        let moved = VisitorBody::Transferred { name: "Ana Paz".into() };
        for (bodies, who) in [
            (vec![joined("Lucía Medina"), joined("Raúl Gil")], "ended_by Lucía"),
            (vec![joined("Lucía Medina"), joined("Raúl Gil"), left("Raúl Gil")], "ended_by Lucía"),
            (vec![joined("Lucía Medina"), moved], "ended_by Ana"),
            (
                vec![joined("Lucía Medina"), VisitorBody::Requeued, joined("Raúl Gil")],
                "ended_by Raúl",
            ),
        ] {
            let end = VisitorBody::ChatEnded { by: EndedBy::Agent };
            let entries: Vec<_> = bodies
                .into_iter()
                .chain([end])
                .zip(1..)
                .map(|(body, seq)| entry(seq, 0, body))
                .collect();
            assert_eq!(shape(&items_of(&entries, None)).last().map(String::as_str), Some(who));
        }
    }

    #[test]
    fn a_message_keeps_its_key_when_it_is_acknowledged() {
        let body = own("hola");
        let committed = entry(7, 0, body);
        let unsent =
            Unsent { id: committed.id, text: "hola".into(), files: vec![], since: committed.at };
        let around = around(None);
        let before = log_items(&around, &[], [(&unsent, Delivery::Sending)].into_iter());
        let after = log_items(&around, std::slice::from_ref(&committed), std::iter::empty());
        assert_eq!(before, after);
    }

    #[test]
    fn unread_counts_agents_alone() {
        let entries = [
            entry(1, 0, agent("a")),
            entry(2, 0, agent("b")),
            entry(3, 0, own("c")),
            entry(4, 0, VisitorBody::Hidden),
            entry(5, 0, agent("d")),
        ];
        assert_eq!(unread(&entries, Seq(0)), 3);
        assert_eq!(unread(&entries, Seq(1)), 2);
        assert_eq!(unread(&entries, Seq(5)), 0);
        assert_eq!(last_own(&entries), Some(Seq(3)));
        assert_eq!(last_own(&entries[..2]), None);
    }
}
