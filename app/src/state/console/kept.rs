//! Drafts: stored in the browser with every key, on the server a moment later.

use super::Console;
use crate::browser::{keys, storage};
use leptos::prelude::*;
use protocol::{
    TicketId, Timestamp,
    agent::{AgentCommand, Draft},
};

/// Bytes of a draft that fit into a frame of 64 KiB, also where many of them are written as two.
const LONGEST_SAVED: usize = 24 * 1024;

impl Console {
    /// The agent has typed this for a ticket; empty: it was sent.
    pub fn type_draft(self, ticket: TicketId, text: &str) {
        self.drafts.write(ticket, text, self.clock.exact());
        self.store_draft(ticket);
        if text.is_empty() {
            self.save_drafts();
        }
    }

    /// The agent has typed this as a comment; empty: it was sent. It stays in this browser.
    pub fn type_note(self, ticket: TicketId, text: &str) {
        self.thread(ticket).note.set(text.to_owned());
        let key = keys::note(&self.email(), ticket);
        if text.is_empty() {
            storage::remove(&key);
        } else {
            storage::set(&key, text);
        }
    }

    /// The comment that an earlier page stored.
    pub fn restore_note(self, ticket: TicketId) {
        let note = self.thread(ticket).note;
        if note.with_untracked(String::is_empty)
            && let Some(stored) = storage::get(&keys::note(&self.email(), ticket))
        {
            note.set(stored);
        }
    }

    /// Another page of this browser has typed a comment or sent it: here it reads alike, so that none is sent twice.
    pub(super) fn on_stored(self, key: &str, text: Option<String>) {
        let ticket = key.strip_prefix(&keys::notes(&self.email()));
        if let Some(ticket) = ticket.and_then(|ticket| ticket.parse().ok()) {
            self.thread(ticket).note.set(text.unwrap_or_default());
        }
    }

    /// Brings back what an earlier page stored.
    pub(super) fn restore_drafts(self) {
        let prefix = keys::drafts(&self.email());
        for (key, stored) in storage::all(&prefix) {
            let ticket = key.strip_prefix(&prefix).and_then(|ticket| ticket.parse().ok());
            let Some(ticket) = ticket else { continue };
            // Its instant stands before it.
            let at = stored.split_once(' ').and_then(|(at, text)| Some((at.parse().ok()?, text)));
            let (at, text) = at.unwrap_or((1, stored.as_str()));
            self.drafts.restore(Draft { ticket, text: text.to_owned(), at: Timestamp(at) });
        }
    }

    /// What the server knows, which may be of another device.
    pub(super) fn on_drafts(self, drafts: Vec<Draft>) {
        for draft in drafts {
            self.on_draft(draft);
        }
    }

    pub(super) fn on_draft(self, draft: Draft) {
        let ticket = draft.ticket;
        self.drafts.take(draft);
        self.store_draft(ticket);
    }

    /// Tells the server what has settled.
    pub(super) fn save_drafts(self) {
        if !self.socket.is_connected() {
            return;
        }
        for draft in self.drafts.due(self.clock.exact()) {
            // What no frame takes stays in this browser: the server would close the socket.
            if draft.text.len() > LONGEST_SAVED {
                self.drafts.on_saved(&draft);
                continue;
            }
            if self.socket.send(&AgentCommand::Draft { draft: draft.clone() }) {
                self.drafts.on_saved(&draft);
                self.store_draft(draft.ticket);
            }
        }
    }

    fn store_draft(self, ticket: TicketId) {
        let key = keys::draft(&self.email(), ticket);
        let text = self.drafts.of(ticket).get_untracked();
        // That it was sent is kept until the server was told: else the text would come back from there.
        if text.is_empty() && !self.drafts.is_unsaved(ticket) {
            storage::remove(&key);
        } else {
            storage::set(&key, &format!("{} {text}", self.drafts.typed_at(ticket).0));
        }
    }
}
