//! A ticket's entries as the log shows them: a separator where a day begins, a face at the first message of a run.

use super::{
    calendar::{self, Day},
    reader_zone::ReaderZone,
};
use protocol::{
    Seq, Timestamp,
    entry::{AgentBody, AgentEntry},
};

/// An item of the log.
#[derive(Clone, Debug, PartialEq)]
pub enum LogItem {
    /// A day begins.
    Day { at: Timestamp, day: Day },
    /// What follows is new to the agent.
    New,
    /// A message or comment; `first` when the one before it was not of the same side.
    Entry { entry: AgentEntry, first: bool },
    /// What else happened, until somebody writes again: the first of it, and how much.
    Events { first: AgentEntry, more: usize },
}

/// What tells an item from the others; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogKey {
    /// A day.
    Day(Day),
    /// What follows is new.
    New,
    /// An entry's place.
    Entry(Seq),
}

impl LogItem {
    /// Its key.
    pub fn key(&self) -> LogKey {
        match self {
            Self::Day { day, .. } => LogKey::Day(*day),
            Self::New => LogKey::New,
            Self::Entry { entry, .. } | Self::Events { first: entry, .. } => {
                LogKey::Entry(entry.seq)
            }
        }
    }
}

/// The items of these entries, in order; `new_from`: the first that is new.
pub fn log_items<'a>(
    entries: impl Iterator<Item = &'a AgentEntry>,
    new_from: Option<Seq>,
    zone: &ReaderZone,
) -> Vec<LogItem> {
    let mut out = Vec::new();
    let mut last_day = None;
    let mut last_side = Side::Nobody;
    for entry in entries {
        let day = calendar::day(entry.at, zone);
        if last_day != Some(day) {
            out.push(LogItem::Day { at: entry.at, day });
            last_day = Some(day);
            last_side = Side::Nobody;
        }
        if new_from == Some(entry.seq) {
            out.push(LogItem::New);
            last_side = Side::Nobody;
        }
        let side = Side::of(&entry.body);
        if is_written(&entry.body) {
            out.push(LogItem::Entry { entry: entry.clone(), first: side != last_side });
        } else if let Some(LogItem::Events { more, .. }) = out.last_mut() {
            *more += 1;
        } else {
            out.push(LogItem::Events { first: entry.clone(), more: 0 });
        }
        last_side = side;
    }
    out
}

/// The events that follow each other from this one on.
pub fn events_from(entries: &[AgentEntry], first: Seq, count: usize) -> Vec<AgentEntry> {
    let from = entries.partition_point(|entry| entry.seq < first);
    entries[from..].iter().take(count).cloned().collect()
}

/// Whether a person wrote it, to be read as it is.
fn is_written(body: &AgentBody) -> bool {
    matches!(body, AgentBody::Visitor { .. } | AgentBody::Agent { .. } | AgentBody::Comment { .. })
}

/// Where the delivery marks of these entries stand; `seen` is the last sequence that the visitor has seen.
pub fn delivery_marks<'a>(
    entries: impl DoubleEndedIterator<Item = &'a AgentEntry>,
    seen: Seq,
) -> DeliveryMarks {
    let mut marks = DeliveryMarks::default();
    for entry in entries.rev() {
        if let AgentBody::Agent { .. } = entry.body {
            marks.sent = marks.sent.or(Some(entry.seq));
            if entry.seq <= seen {
                marks.read = Some(entry.seq);
                break;
            }
        }
    }
    marks
}

/// Where the delivery marks stand: only under the last message of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryMarks {
    /// Under this one stands *entregado*.
    pub sent: Option<Seq>,
    /// Under this one stands *leído*.
    pub read: Option<Seq>,
}

#[derive(PartialEq, Eq)]
enum Side {
    Nobody,
    Visitor,
    Agent(String),
}

impl Side {
    fn of(body: &AgentBody) -> Self {
        match body {
            AgentBody::Visitor { .. } => Self::Visitor,
            AgentBody::Agent { name, .. } => Self::Agent(name.clone()),
            _ => Self::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        AgentId, EntryId,
        schedule::{Offset, Transitions},
    };
    use std::sync::Arc;
    use uuid::Uuid;

    const DAY: i64 = 86_400_000;

    fn entry(seq: i64, at: i64, body: AgentBody) -> AgentEntry {
        AgentEntry { seq: Seq(seq), id: EntryId(Uuid::nil()), at: Timestamp(at), body }
    }

    fn visitor() -> AgentBody {
        AgentBody::Visitor { text: "Hola".into(), files: vec![] }
    }

    fn agent() -> AgentBody {
        AgentBody::Agent {
            agent: AgentId(Uuid::nil()),
            name: "Lucía".into(),
            text: "Hola".into(),
            files: vec![],
        }
    }

    #[test]
    fn a_day_begins_once_and_a_run_has_one_face() {
        let entries = [
            entry(1, 0, visitor()),
            entry(2, 5, visitor()),
            entry(3, 9, agent()),
            entry(4, DAY, agent()),
        ];
        let shape: Vec<_> = log_items(entries.iter(), None, &ReaderZone::default())
            .into_iter()
            .map(|line| match line {
                LogItem::Day { .. } => "day",
                LogItem::New => "new",
                LogItem::Events { .. } => "events",
                LogItem::Entry { first: true, .. } => "first",
                LogItem::Entry { first: false, .. } => "more",
            })
            .collect();
        assert_eq!(shape, ["day", "first", "more", "first", "day", "first"]);
        // West of Greenwich the epoch is still the day before.
        let west = Transitions::new(Offset(-3600), Vec::new());
        assert_eq!(log_items(entries.iter(), None, &ReaderZone::Listed(Arc::new(west))).len(), 6);
    }

    #[test]
    fn events_that_follow_each_other_are_one_item_and_a_mark_stands_before_what_is_new() {
        let entries = [
            entry(1, 0, AgentBody::ChatStarted { page: None }),
            entry(2, 1, AgentBody::Requeued),
            entry(3, 2, visitor()),
            entry(4, 3, AgentBody::Requeued),
        ];
        let items = log_items(entries.iter(), Some(Seq(3)), &ReaderZone::default());
        let [
            LogItem::Day { .. },
            LogItem::Events { first, more },
            LogItem::New,
            LogItem::Entry { .. },
            last,
        ] = &items[..]
        else {
            panic!("{items:?}")
        };
        assert_eq!((first.seq, *more), (Seq(1), 1));
        assert_eq!(events_from(&entries, first.seq, 1 + more), entries[..2]);
        assert_eq!(last.key(), LogKey::Entry(Seq(4)));
    }

    #[test]
    fn marks_stand_under_the_last_of_their_kind() {
        let entries = [
            entry(1, 0, visitor()),
            entry(2, 1, agent()),
            entry(3, 2, agent()),
            entry(4, 3, visitor()),
        ];
        assert_eq!(
            delivery_marks(entries.iter(), Seq(2)),
            DeliveryMarks { sent: Some(Seq(3)), read: Some(Seq(2)) }
        );
        assert_eq!(
            delivery_marks(entries.iter(), Seq(4)),
            DeliveryMarks { sent: Some(Seq(3)), read: Some(Seq(3)) }
        );
        assert_eq!(
            delivery_marks(entries.iter(), Seq(0)),
            DeliveryMarks { sent: Some(Seq(3)), read: None }
        );
        assert_eq!(delivery_marks([].iter(), Seq(0)), DeliveryMarks::default());
    }
}
