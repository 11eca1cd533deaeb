//! Everything a console page knows, as signals. What changes it is in the files of this folder: what the agent does in
//! `messages`, `reading` and `listing`, what the server tells in `events`.

mod events;
mod kept;
mod listing;
mod messages;
mod reading;

use super::{
    clock::Clock, drafts::Drafts, list::List, socket::Socket, thread::Thread, toasts::Toasts,
};
use crate::words::Words;
use leptos::{ev, prelude::*};
use protocol::{
    Role, TicketId,
    agent::{Me, Offer, Total, WorkItem, WorkView},
    delivery::Outbox,
};
use std::{collections::HashMap, time::Duration};

/// The console; copied freely.
#[derive(Clone, Copy)]
pub struct Console {
    /// The agent.
    pub profile: RwSignal<Me>,
    /// What the agent may do.
    pub role: Role,
    /// How often what the agent may read of sensitive data became another: what was read before is read again.
    pub sight: RwSignal<u32>,
    /// The agent's work.
    pub list: List,
    /// The chats that ring here, the oldest first.
    pub offers: RwSignal<Vec<Offer>>,
    /// The ticket on screen.
    pub open_ticket: RwSignal<Option<TicketId>>,
    /// The chat's ticket that the agent has just taken, until its composer has the keyboard.
    pub accepted: StoredValue<Option<TicketId>>,
    /// The chats that this agent has handed over, each with its number, until they said why.
    pub handed_over: RwSignal<Vec<(TicketId, String)>>,
    /// What is said to who hears the console and does not see it.
    pub said: RwSignal<String>,
    /// What is typed and not sent.
    pub drafts: Drafts,
    /// The page's clock.
    pub clock: Clock,
    /// Short notes to the agent.
    pub toasts: Toasts,
    /// The way to the server.
    pub socket: Socket,
    words: Words,
    threads: StoredValue<HashMap<TicketId, Thread>>,
}

/// The page's console.
pub fn use_console() -> Console {
    expect_context()
}

impl Console {
    /// A console that knows what the server handed to the page.
    pub fn new(
        profile: Me,
        worklist: (WorkView, Vec<WorkItem>, Option<Total>),
        offers: Vec<Offer>,
        role: Role,
        clock: Clock,
        words: Words,
    ) -> Self {
        Self {
            profile: RwSignal::new(profile),
            role,
            sight: RwSignal::new(0),
            list: List::new(worklist.0, worklist.1, worklist.2),
            offers: RwSignal::new(offers),
            open_ticket: RwSignal::new(None),
            accepted: StoredValue::new(None),
            handed_over: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            drafts: Drafts::new(),
            clock,
            toasts: Toasts::new(),
            socket: Socket::new(),
            words,
            threads: StoredValue::new(HashMap::new()),
        }
    }

    /// Starts what only a browser does: the clock, the messages that an earlier page could not deliver, the socket.
    pub fn hydrate(self) {
        self.clock.hydrate();
        self.restore_messages();
        self.restore_drafts();
        self.socket.open(self);
        let _focus = window_event_listener(ev::focus, move |_| {
            if let Some(ticket) = self.open_ticket.get_untracked() {
                self.mark_seen(ticket);
            }
        });
        let _stored = window_event_listener(ev::storage, move |event| {
            if let Some(key) = event.key() {
                self.on_stored(&key, event.new_value());
            }
        });
        set_interval(move || self.tick(), Duration::from_secs(1));
    }

    fn tick(self) {
        self.clock.tick();
        self.send_due();
        self.save_drafts();
    }

    /// The conversation on a ticket; an empty one when nothing is known of it yet.
    pub fn thread(self, ticket: TicketId) -> Thread {
        if let Some(thread) = self.find_thread(ticket) {
            return thread;
        }
        let thread = Thread::new(ticket);
        if self.socket.is_connected() {
            for outbox in thread.outboxes() {
                outbox.update_untracked(Outbox::on_connect);
            }
        }
        self.add_thread(thread.clone());
        thread
    }

    /// A conversation came with the page.
    pub fn add_thread(self, thread: Thread) {
        self.threads.update_value(|threads| {
            threads.insert(thread.ticket, thread);
        });
    }

    fn find_thread(self, ticket: TicketId) -> Option<Thread> {
        self.threads.with_value(|threads| threads.get(&ticket).cloned())
    }

    fn all_threads(self) -> Vec<Thread> {
        self.threads.with_value(|threads| threads.values().cloned().collect())
    }
}
