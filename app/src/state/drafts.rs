//! What the agent has typed and not sent, ticket by ticket: here at once and in the browser's storage, a moment later on
//! the server, and from there on every other device. The newest wins.

use leptos::prelude::*;
use protocol::{TicketId, Timestamp, agent::Draft};
use std::{collections::HashMap, time::Duration};

/// A draft is told to the server when it has not changed for this long.
pub const SETTLES: Duration = Duration::from_millis(800);
/// And at least this often while one types on.
pub const AT_LEAST: Duration = Duration::from_secs(5);

/// The drafts; copied freely.
#[derive(Clone, Copy)]
pub struct Drafts {
    all: StoredValue<HashMap<TicketId, Known>>,
}

/// A draft with what the server knows of it.
#[derive(Clone)]
struct Known {
    text: ArcRwSignal<String>,
    /// When it was typed.
    at: Timestamp,
    /// Since when the server does not know it; none: it does.
    unsaved_since: Option<Timestamp>,
}

impl Default for Drafts {
    fn default() -> Self {
        Self::new()
    }
}

impl Drafts {
    /// None yet.
    pub fn new() -> Self {
        Self { all: StoredValue::new(HashMap::new()) }
    }

    /// The text for a ticket; empty where nothing is typed.
    pub fn of(self, ticket: TicketId) -> ArcRwSignal<String> {
        if let Some(known) = self.find(ticket) {
            return known.text;
        }
        let text = ArcRwSignal::new(String::new());
        self.put(ticket, Known { text: text.clone(), at: Timestamp(0), unsaved_since: None });
        text
    }

    /// The agent has typed this.
    pub fn write(self, ticket: TicketId, text: &str, now: Timestamp) {
        let signal = self.of(ticket);
        let Some(known) = self.find(ticket) else { return };
        if known.text.with_untracked(|known| known == text) {
            return;
        }
        signal.set(text.to_owned());
        // Later than any other, also where a clock was set back.
        let at = now.max(Timestamp(known.at.0 + 1));
        let unsaved_since = known.unsaved_since.or(Some(now));
        self.put(ticket, Known { text: signal, at, unsaved_since });
    }

    /// What an earlier page has typed; nobody knows whether it came to tell the server.
    pub fn restore(self, draft: Draft) {
        let text = self.of(draft.ticket);
        text.set(draft.text);
        self.put(draft.ticket, Known { text, at: draft.at, unsaved_since: Some(draft.at) });
    }

    /// What the server has, perhaps of another device; true when it is newer than what is here, and other.
    pub fn take(self, draft: Draft) -> bool {
        let text = self.of(draft.ticket);
        let Some(known) = self.find(draft.ticket).filter(|known| known.at <= draft.at) else {
            return false;
        };
        self.put(draft.ticket, Known { at: draft.at, unsaved_since: None, ..known });
        let is_other = text.with_untracked(|text| *text != draft.text);
        if is_other {
            text.set(draft.text);
        }
        is_other
    }

    /// When the draft was typed.
    pub fn typed_at(self, ticket: TicketId) -> Timestamp {
        self.find(ticket).map_or(Timestamp(0), |known| known.at)
    }

    /// The drafts to tell the server now: those that have settled, or were kept back for long. What is sent is told at
    /// once (an empty one).
    pub fn due(self, now: Timestamp) -> Vec<Draft> {
        self.all.with_value(|all| {
            all.iter()
                .filter(|(_, known)| {
                    known.unsaved_since.is_some_and(|since| {
                        now.since(known.at) >= SETTLES
                            || now.since(since) >= AT_LEAST
                            || known.text.with_untracked(String::is_empty)
                    })
                })
                .map(|(ticket, known)| Draft {
                    ticket: *ticket,
                    text: known.text.get_untracked(),
                    at: known.at,
                })
                .collect()
        })
    }

    /// Whether the server may not know it yet.
    pub fn is_unsaved(self, ticket: TicketId) -> bool {
        self.find(ticket).is_some_and(|known| known.unsaved_since.is_some())
    }

    /// The draft was sent to the server.
    pub fn on_saved(self, draft: &Draft) {
        if let Some(known) = self.find(draft.ticket).filter(|known| known.at == draft.at) {
            self.put(draft.ticket, Known { unsaved_since: None, ..known });
        }
    }

    fn find(self, ticket: TicketId) -> Option<Known> {
        self.all.with_value(|all| all.get(&ticket).cloned())
    }

    fn put(self, ticket: TicketId, known: Known) {
        self.all.update_value(|all| {
            all.insert(ticket, known);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TICKET: TicketId = TicketId(Uuid::from_u128(7));

    fn draft(text: &str, at: i64) -> Draft {
        Draft { ticket: TICKET, text: text.into(), at: Timestamp(at) }
    }

    #[test]
    fn the_newest_text_wins_wherever_it_was_typed() {
        Owner::new().with(|| {
            let drafts = Drafts::new();
            drafts.write(TICKET, "aquí", Timestamp(1_000));
            assert!(!drafts.take(draft("antes", 999)));
            assert!(drafts.take(draft("después", 2_000)));
            assert_eq!(drafts.of(TICKET).get_untracked(), "después");
            // A clock that was set back changes nothing of the order.
            drafts.write(TICKET, "y ahora", Timestamp(500));
            assert_eq!(drafts.typed_at(TICKET), Timestamp(2_001));
        });
    }

    #[test]
    fn what_an_earlier_page_stored_gives_way_to_what_was_sent_elsewhere_and_is_told_else() {
        Owner::new().with(|| {
            let drafts = Drafts::new();
            drafts.restore(draft("Hola", 1_000));
            assert_eq!(drafts.of(TICKET).get_untracked(), "Hola");
            assert!(drafts.take(draft("", 2_000)), "sent on another device meanwhile");
            assert_eq!(drafts.of(TICKET).get_untracked(), "");
            assert_eq!(drafts.due(Timestamp(9_000)), []);
            drafts.restore(draft("", 3_000));
            assert!(!drafts.take(draft("Hola", 2_500)), "sent here, and the server was not told");
            assert_eq!(drafts.due(Timestamp(3_000)), [draft("", 3_000)]);
            drafts.restore(draft("Hola", 4_000));
            assert!(!drafts.take(draft("Hola", 4_000)));
            assert!(!drafts.is_unsaved(TICKET), "the server has it");
        });
    }

    #[test]
    fn a_draft_is_told_when_it_has_settled_and_a_sent_one_at_once() {
        Owner::new().with(|| {
            let drafts = Drafts::new();
            drafts.write(TICKET, "Ho", Timestamp(0));
            drafts.write(TICKET, "Hola", Timestamp(500));
            assert_eq!(drafts.due(Timestamp(1_200)), []);
            assert_eq!(drafts.due(Timestamp(1_300)), [draft("Hola", 500)]);
            drafts.write(TICKET, "Hola,", Timestamp(4_900));
            assert_eq!(drafts.due(Timestamp(5_000)), [draft("Hola,", 4_900)], "kept back for long");
            drafts.on_saved(&draft("Hola", 500));
            assert_eq!(drafts.due(Timestamp(9_000)).len(), 1, "that was an older one");
            drafts.on_saved(&draft("Hola,", 4_900));
            assert_eq!(drafts.due(Timestamp(9_000)), []);
            drafts.write(TICKET, "", Timestamp(9_000));
            assert_eq!(drafts.due(Timestamp(9_000)), [draft("", 9_000)]);
        });
    }
}
