//! The agent's own messages: stored in the browser first, then sent, and stored until the server has acknowledged them.

use super::Console;
use crate::{
    browser::{self, keys, storage},
    state::thread::Thread,
};
use leptos::prelude::*;
use protocol::{
    EntryId, TicketId,
    agent::AgentCommand,
    delivery::{Outbox, Unsent},
    file::Attachment,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A message in the browser's storage.
#[derive(Serialize, Deserialize)]
struct StoredMessage {
    ticket: TicketId,
    unsent: Unsent,
}

impl Console {
    /// Sends a message with its files.
    pub fn post(self, ticket: TicketId, text: String, files: Vec<Attachment>) {
        let thread = self.thread(ticket);
        let now = self.clock.exact();
        let mut unsent = None;
        thread
            .outbox
            .update(|outbox| unsent = Some(outbox.add(browser::new_entry_id(), text, files, now)));
        if let Some(unsent) = unsent {
            self.store(ticket, unsent);
        }
        self.send_due_of(&thread);
    }

    /// *reintentar*
    pub fn retry(self, ticket: TicketId, id: EntryId) {
        let thread = self.thread(ticket);
        let mut unsent = None;
        thread.outbox.update(|outbox| unsent = outbox.retry(id, self.clock.exact()));
        if let Some(unsent) = unsent {
            self.store(ticket, unsent);
        }
        self.send_due_of(&thread);
    }

    /// Removes a message that was not delivered, and returns it to be changed.
    pub fn take_back(self, ticket: TicketId, id: EntryId) -> Option<Unsent> {
        let mut taken = None;
        self.thread(ticket).outbox.update(|outbox| taken = outbox.take_back(id));
        self.forget(id);
        taken
    }

    /// Brings back what an earlier page stored and could not deliver.
    pub(super) fn restore_messages(self) {
        let mut by_ticket: HashMap<TicketId, Vec<Unsent>> = HashMap::new();
        for (_, text) in storage::all(&keys::messages(&self.email())) {
            if let Ok(stored) = serde_json::from_str::<StoredMessage>(&text) {
                by_ticket.entry(stored.ticket).or_default().push(stored.unsent);
            }
        }
        for (ticket, unsent) in by_ticket {
            let thread = self.thread(ticket);
            thread.outbox.set(Outbox::restore(unsent));
            // What arrived before the reload is in the page already.
            let all = 0..thread.timeline.with_untracked(|timeline| timeline.entries().len());
            self.forget_all(thread.settle(all));
        }
    }

    /// Sends what is due, of every conversation.
    pub(super) fn send_due(self) {
        for thread in self.all_threads() {
            self.send_due_of(&thread);
        }
    }

    fn send_due_of(self, thread: &Thread) {
        for unsent in thread.due(self.clock.exact(), browser::random()) {
            let files = unsent.file_ids();
            self.socket.send(&AgentCommand::Say {
                ticket: thread.ticket,
                id: unsent.id,
                text: unsent.text,
                files,
            });
        }
    }

    fn store(self, ticket: TicketId, unsent: Unsent) {
        let key = keys::message(&self.email(), unsent.id);
        if let Ok(text) = serde_json::to_string(&StoredMessage { ticket, unsent }) {
            storage::set(&key, &text);
        }
    }

    /// The server has the message: nothing needs to be stored.
    pub(super) fn forget(self, id: EntryId) {
        storage::remove(&keys::message(&self.email(), id));
    }

    pub(super) fn forget_all(self, ids: Vec<EntryId>) {
        for id in ids {
            self.forget(id);
        }
    }

    fn email(self) -> String {
        self.profile.with_untracked(|profile| profile.email.clone())
    }
}
