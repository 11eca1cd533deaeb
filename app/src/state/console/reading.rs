//! Which conversation is on screen, and what of it has been seen.

use super::Console;
use crate::browser;
use leptos::prelude::*;
use protocol::{Seq, TicketId, agent::AgentCommand, delivery::Timeline};

use crate::state::thread::Thread;

impl Console {
    /// A conversation is on screen.
    pub fn show(self, ticket: TicketId) {
        self.open_ticket.set(Some(ticket));
        self.reopen(ticket);
        self.watch(ticket);
        self.mark_seen(ticket);
    }

    /// Marks what is new since it was on screen before; what came with the page is marked already.
    fn reopen(self, ticket: TicketId) {
        let thread = self.thread(ticket);
        let is_again = thread.was_shown.get_value();
        thread.was_shown.set_value(true);
        let seen = thread.head.with_untracked(|head| head.as_ref().map(|head| head.agent_seen));
        if let Some(seen) = seen.filter(|_| is_again) {
            thread.open_at(seen);
            thread.mark_new();
        }
    }

    /// A conversation is no longer on screen.
    pub fn hide(self, ticket: TicketId) {
        if self.open_ticket.get_untracked() == Some(ticket) {
            self.open_ticket.set(None);
        }
        self.thread(ticket).watchers.set(Vec::new());
        self.socket.send(&AgentCommand::Unwatch { ticket });
    }

    /// Asks for what follows the entries that are here, and for all that is new from now on.
    pub(super) fn watch(self, ticket: TicketId) {
        let thread = self.thread(ticket);
        // Only who is there is told.
        thread.watchers.set(Vec::new());
        let after = thread.timeline.with_untracked(Timeline::last);
        if self.socket.send(&AgentCommand::Watch { ticket, after }) {
            thread.timeline.update_untracked(Timeline::on_connect);
        }
    }

    /// Tells the visitor that their messages were seen, if they are on screen and this agent's to answer.
    pub(super) fn mark_seen(self, ticket: TicketId) {
        if browser::is_hidden() || self.open_ticket.get_untracked() != Some(ticket) {
            return;
        }
        let Some(thread) = self.find_thread(ticket).filter(Thread::counts_as_seen) else { return };
        let upto = thread.timeline.with_untracked(Timeline::last);
        let seen = thread
            .head
            .with_untracked(|head| head.as_ref().map_or(Seq::START, |head| head.agent_seen));
        if upto > seen && self.socket.send(&AgentCommand::Seen { ticket, upto }) {
            thread.update_head(|head| head.agent_seen = upto);
        }
    }
}
