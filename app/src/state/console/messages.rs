//! The agent's own messages: stored in the browser first, then sent, and stored until the server has acknowledged them.

use super::Console;
use crate::{
    browser::{self, keys, storage},
    json,
    state::thread::Thread,
};
use leptos::prelude::*;
use protocol::{
    AgentId, EntryId, Refusal, TicketId,
    agent::AgentCommand,
    delivery::{Delivery, Outbox, Unsent},
    file::Attachment,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A message or comment in the browser's storage.
#[derive(Serialize, Deserialize)]
struct StoredMessage {
    ticket: TicketId,
    unsent: Unsent,
    /// Of a comment: whom it mentions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mentions: Option<Vec<AgentId>>,
    /// Why the server would not have it. It is sent again when the agent says so, and not by itself: what was no answer
    /// to anybody then may be one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

impl Console {
    /// Sends a message with its files.
    pub fn post(self, ticket: TicketId, text: String, files: Vec<Attachment>) {
        let thread = self.thread(ticket);
        thread.new_from.set(None);
        let now = self.clock.exact();
        let mut unsent = None;
        thread
            .outbox
            .update(|outbox| unsent = Some(outbox.add(browser::new_entry_id(), text, files, now)));
        if let Some(unsent) = unsent {
            self.store(&thread, unsent, None);
        }
        self.send_due_of(&thread);
    }

    /// Writes an internal comment.
    pub fn comment(
        self,
        ticket: TicketId,
        text: String,
        mentions: Vec<AgentId>,
        files: Vec<Attachment>,
    ) {
        let thread = self.thread(ticket);
        let now = self.clock.exact();
        let id = browser::new_entry_id();
        thread.mentions.update_value(|all| {
            all.insert(id, mentions);
        });
        let mut unsent = None;
        thread.comments.update(|outbox| unsent = Some(outbox.add(id, text, files, now)));
        if let Some(unsent) = unsent {
            self.store(&thread, unsent, None);
        }
        self.send_due_of(&thread);
    }

    /// *reintentar*
    pub fn retry(self, ticket: TicketId, id: EntryId) {
        let thread = self.thread(ticket);
        let mut unsent = None;
        let now = self.clock.exact();
        thread.outbox_of(id).update(|outbox| unsent = outbox.retry(id, now));
        if let Some(unsent) = unsent {
            self.store(&thread, unsent, None);
        }
        self.send_due_of(&thread);
    }

    /// The server would not have it.
    pub(super) fn on_message_refused(self, ticket: TicketId, id: EntryId, refusal: Refusal) {
        let (thread, now) = (self.thread(ticket), self.clock.exact());
        let outbox = thread.outbox_of(id);
        outbox.update(|outbox| outbox.on_refused(id, refusal, now, browser::random()));
        let refused = outbox.with_untracked(|outbox| {
            let is_refused = |(unsent, delivery): &(&Unsent, Delivery)| {
                unsent.id == id && matches!(delivery, Delivery::Refused(_))
            };
            outbox.items(now).find(is_refused).map(|(unsent, _)| unsent.clone())
        });
        if let Some(unsent) = refused {
            self.store(&thread, unsent, Some(refusal));
        }
    }

    /// Removes a message or comment that was not delivered, and returns it to be changed.
    pub fn take_back(self, ticket: TicketId, id: EntryId) -> Option<Unsent> {
        let mut taken = None;
        self.thread(ticket).outbox_of(id).update(|outbox| taken = outbox.take_back(id));
        self.forget(id);
        taken
    }

    /// Brings back what an earlier page stored and could not deliver.
    pub(super) fn restore_messages(self) {
        let mut refused = Vec::new();
        let mut by_ticket: HashMap<TicketId, [Vec<Unsent>; 2]> = HashMap::new();
        for (_, text) in storage::all(&keys::messages(&self.email())) {
            let Some(stored) = json::read::<StoredMessage>(&text) else { continue };
            if let Some(refusal) = stored.refusal {
                refused.push((stored.ticket, stored.unsent.id, refusal));
            }
            let [messages, comments] = by_ticket.entry(stored.ticket).or_default();
            match stored.mentions {
                Some(mentions) => {
                    let id = stored.unsent.id;
                    self.thread(stored.ticket).mentions.update_value(|all| {
                        all.insert(id, mentions);
                    });
                    comments.push(stored.unsent);
                }
                None => messages.push(stored.unsent),
            }
        }
        for (ticket, [messages, comments]) in by_ticket {
            let thread = self.thread(ticket);
            thread.outbox.set(Outbox::restore(messages));
            thread.comments.set(Outbox::restore(comments));
            // What arrived before the reload is in the page already.
            let all = 0..thread.timeline.with_untracked(|timeline| timeline.entries().len());
            self.forget_all(thread.settle(all));
        }
        let now = self.clock.exact();
        for (ticket, id, refusal) in refused {
            let thread = self.thread(ticket);
            let refuse = |outbox: &mut Outbox| {
                outbox.on_refused(id, refusal, now, browser::random());
            };
            thread.outbox_of(id).update(refuse);
        }
    }

    /// Sends what is due, of every conversation.
    pub(super) fn send_due(self) {
        for thread in self.all_threads() {
            self.send_due_of(&thread);
        }
    }

    fn send_due_of(self, thread: &Thread) {
        let ticket = thread.ticket;
        for unsent in thread.due(self.clock.exact(), browser::random()) {
            let files = unsent.file_ids();
            let Unsent { id, text, .. } = unsent;
            self.socket.send(&AgentCommand::Say { ticket, id, text, files });
        }
        for (unsent, mentions) in thread.due_comments(self.clock.exact(), browser::random()) {
            let files = unsent.file_ids();
            let Unsent { id, text, .. } = unsent;
            self.socket.send(&AgentCommand::Comment { ticket, id, text, mentions, files });
        }
    }

    fn store(self, thread: &Thread, unsent: Unsent, refusal: Option<Refusal>) {
        let key = keys::message(&self.email(), unsent.id);
        let mentions = thread.mentions.with_value(|all| all.get(&unsent.id).cloned());
        let stored = StoredMessage { ticket: thread.ticket, unsent, mentions, refusal };
        if let Ok(text) = serde_json::to_string(&stored) {
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

    /// The agent's address, which what the browser stores is named by.
    pub fn email(self) -> String {
        self.profile.with_untracked(|profile| profile.email.clone())
    }
}
