//! Short notes to the agent, gone after a while.

use leptos::prelude::*;
use protocol::TicketId;
use std::time::Duration;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What tells it from the others.
    pub id: u32,
    /// The sentence.
    pub text: String,
    /// Whether something failed.
    pub is_alert: bool,
    /// The ticket that it is about, where it leads there.
    pub ticket: Option<TicketId>,
}

/// The notes on screen; copied freely.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

impl Toasts {
    /// No notes yet.
    pub fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Shows that something was done.
    pub fn note(self, text: String) {
        self.show(text, None, false, Duration::from_secs(5));
    }

    /// Shows what somebody else did.
    pub fn tell(self, text: String) {
        self.show(text, None, false, Duration::from_secs(12));
    }

    /// Shows what happened on a ticket, and leads there.
    pub fn link(self, text: String, ticket: TicketId) {
        self.show(text, Some(ticket), false, Duration::from_secs(30));
    }

    /// Shows that something failed.
    pub fn alert(self, text: String) {
        self.show(text, None, true, Duration::from_secs(12));
    }

    /// Takes one away.
    pub fn dismiss(self, id: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
    }

    /// The notes on screen; reading them follows changes.
    pub fn shown(self) -> Vec<Toast> {
        self.shown.get()
    }

    fn show(self, text: String, ticket: Option<TicketId>, is_alert: bool, lasts: Duration) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.shown.update(|shown| {
            shown.retain(|toast| toast.text != text);
            shown.push(Toast { id, text, is_alert, ticket });
        });
        set_timeout(move || self.dismiss(id), lasts);
    }
}
