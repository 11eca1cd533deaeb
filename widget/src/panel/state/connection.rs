//! The socket: opened, lost, opened again; and what time alone changes.

use super::{
    effect::Effect,
    model::{Environment, PendingCommand, State},
};
use protocol::{
    Seq,
    delivery::{Pulse, PulseCheck},
    visitor::{TOO_SLOW, VisitorCommand},
};
use std::time::Duration;

/// A lost socket shows after this.
const OFFLINE_AFTER: Duration = Duration::from_millis(2_500);
/// So long after a reload the log's past is in the document, and has been passed over by screen readers.
pub(super) const LIVE_AFTER: Duration = Duration::from_millis(500);
/// Missing entries that did not come are asked for again after this.
const RESUME_EVERY: Duration = Duration::from_secs(5);
/// A socket on which nobody has greeted for this long is given up.
const GREETED_WITHIN: Duration = Duration::from_secs(10);
/// The pause before a socket that did not keep up comes back.
const TOO_SLOW_PAUSE: Duration = Duration::from_millis(200);

impl State {
    /// Opens a socket while there is a reason for one, and closes it when there is none (`behaviours.md`, "Delivery
    /// contract", 9).
    pub fn connect_when_wanted(&mut self, env: &Environment) {
        let is_wanted = self.wants_socket();
        if is_wanted && !self.connection.is_started {
            self.connection.is_started = true;
            self.connection.lost_at = Some(env.now);
            self.connect();
        } else if !is_wanted && self.connection.is_started {
            self.connection.is_started = false;
            self.connection.is_greeted = false;
            self.connection.connect_at = None;
            self.connection.opened_at = None;
            self.connection.lost_at = None;
            self.connection.is_offline = false;
            self.outbox.on_disconnect();
            self.add_effect(Effect::Disconnect);
        }
    }

    /// The panel is open on a ticket, a chat runs, or something that was written has not arrived. A panel of its own
    /// has nobody else who tells it of a flip.
    fn wants_socket(&self) -> bool {
        let is_resuming = self.is_resumed && self.ticket.is_none();
        let is_wanted = self.is_open || self.is_running() || is_resuming || self.is_delivering();
        !self.page.embed || (self.kept.is_some() && is_wanted)
    }

    /// Something that was written or attached has not arrived.
    fn is_delivering(&self) -> bool {
        !self.outbox.is_empty() || self.has_waiting_files()
    }

    fn connect(&mut self) {
        self.connection.connect_at = None;
        self.connection.opened_at = None;
        self.add_effect(Effect::Connect);
    }

    /// Opens another socket, where there is a reason for one: the same one cannot speak of another ticket.
    pub(super) fn reopen(&mut self, env: &Environment) {
        if self.connection.is_started && self.wants_socket() {
            self.connection.is_greeted = false;
            self.outbox.on_disconnect();
            self.connect();
        } else {
            self.connect_when_wanted(env);
        }
    }

    /// The browser would not open a socket.
    pub fn connect_failed(&mut self, env: &Environment) {
        let pause = self.connection.reconnect.pause(env.chance);
        self.connection.connect_at = Some(env.now + pause);
    }

    /// The socket is open: says hello.
    pub fn socket_opened(&mut self, env: &Environment) {
        self.connection.pulse = Pulse::new(env.now);
        self.connection.opened_at = Some(env.now);
        let token = self.kept.as_ref().map(|kept| kept.token.clone());
        self.send(VisitorCommand::Hello { token, after: self.timeline.last() });
    }

    /// The socket is gone, with a close code.
    pub fn socket_closed(&mut self, code: u16, env: &Environment) {
        self.connection.is_greeted = false;
        self.connection.opened_at = None;
        self.outbox.on_disconnect();
        self.connection.lost_at.get_or_insert(env.now);
        if let PendingCommand::Sent(_) = self.pending {
            self.pending = PendingCommand::None;
            self.notify(self.page.t("not_sent"));
        }
        let pause = if code == TOO_SLOW {
            TOO_SLOW_PAUSE
        } else {
            self.connection.reconnect.pause(env.chance)
        };
        self.connection.connect_at = Some(env.now + pause);
        self.add_effect(Effect::TickAfter(pause));
    }

    pub(super) fn greeted(&mut self, env: &Environment) {
        self.connection.is_greeted = true;
        if self.connection.is_offline && self.notice.is_empty() {
            self.notify_done(self.page.t("reconnected"), env);
        }
        self.upload_what_waits();
        self.connection.reconnect.on_connect();
        self.connection.pulse = Pulse::new(env.now);
        self.connection.opened_at = None;
        self.connection.lost_at = None;
        self.connection.is_offline = false;
    }

    /// Time has passed.
    pub fn tick(&mut self, env: &Environment) {
        if self.notice_until.is_some_and(|until| until <= env.now) {
            self.notify(String::new());
        }
        self.note_contact(env);
        self.connect_when_wanted(env);
        if !self.connection.is_started {
            return;
        }
        if self.connection.connect_at.is_some_and(|at| at <= env.now) {
            self.connect();
        }
        if self.connection.opened_at.is_some_and(|at| env.now.since(at) >= GREETED_WITHIN) {
            self.reopen(env);
        }
        if self.connection.is_greeted {
            match self.connection.pulse.check(env.now) {
                PulseCheck::Fine => {}
                PulseCheck::Ping => self.send(VisitorCommand::Ping),
                PulseCheck::Dead => self.reopen(env),
            }
            if self.timeline.is_behind()
                && env.now.since(self.connection.resumed_at) >= RESUME_EVERY
                && let Some(after) = self.timeline.ask_again()
            {
                self.resume(after, env);
            }
        }
        let lost_at = self.connection.lost_at;
        self.connection.is_offline |= lost_at.is_some_and(|at| env.now.since(at) >= OFFLINE_AFTER);
        if self.typing_until <= env.now {
            self.typing_agent = None;
        }
        self.log_is_live |= self.loaded_at.is_some_and(|at| env.now.since(at) >= LIVE_AFTER);
        self.follow(env);
        self.flush(env);
        if self.connection.is_greeted {
            self.upload_what_is_due(env);
        }
    }

    /// The browser says that there is no network.
    pub fn network_lost(&mut self, env: &Environment) {
        if self.connection.is_started {
            self.connection.lost_at.get_or_insert(env.now);
            self.connection.is_offline = true;
        }
    }

    /// The browser says that the network is back. A socket from before may be dead without knowing it.
    pub fn network_back(&mut self, env: &Environment) {
        if self.connection.is_offline {
            self.reopen(env);
        }
        self.upload_what_waits();
        self.hurry(env);
    }

    /// Something is to be sent: that the socket was lost, and waits for its next try, is said at once.
    pub(super) fn say_if_lost(&mut self, env: &Environment) {
        if self.connection.connect_at.is_some() {
            self.network_lost(env);
        }
    }

    /// The page is seen again: no reason to wait any longer.
    pub fn hurry(&mut self, env: &Environment) {
        if self.connection.connect_at.is_some() {
            self.connection.connect_at = Some(env.now);
        }
        self.tick(env);
        self.look(env);
    }

    /// Asks for the entries after this.
    pub(super) fn resume(&mut self, after: Seq, env: &Environment) {
        self.connection.resumed_at = env.now;
        self.send(VisitorCommand::Resume { after });
    }

    /// Sends the messages that are due.
    pub(super) fn flush(&mut self, env: &Environment) {
        for unsent in self.outbox.due(env.now, env.chance) {
            let files = unsent.file_ids();
            self.send(VisitorCommand::Say { id: unsent.id, text: unsent.text, files });
        }
    }
}

#[cfg(test)]
mod tests;
