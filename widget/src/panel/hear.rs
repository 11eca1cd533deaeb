//! What the server tells, and what time does.

use super::{
    js,
    live::{Asked, Live},
    rows, socket, store,
};
use crate::scene::View;
use protocol::{
    Code, Timestamp,
    delivery::{Applied, Pulse, PulseCheck},
    entry::{Category, VisitorBody},
    limits,
    visitor::{Done, VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
};
use std::time::Duration;

/// A lost socket shows after this.
const BLINK: Duration = Duration::from_millis(2_500);
/// A question that was not answered is asked again after this.
const ASK_EVERY: Duration = Duration::from_secs(5);

impl Live {
    pub(super) fn hear(&mut self, event: VisitorEvent) {
        let now = js::now();
        self.pulse.on_frame(now);
        match event {
            VisitorEvent::Welcome { ticket, status } => {
                self.greet(now);
                self.status = status;
                self.timeline.on_connect();
                self.outbox.on_connect();
                if !self.loaded && is_over(&ticket) {
                    // Come back after everything was said: the next question is a new one.
                    self.leave();
                    return self.reopen();
                }
                self.set_ticket(ticket);
                self.flush();
            }
            VisitorEvent::Unknown { status } => {
                self.greet(now);
                self.status = status;
                if self.token.is_some() {
                    self.leave();
                }
            }
            VisitorEvent::Status { status } => {
                self.greet(now);
                self.status = status;
            }
            VisitorEvent::Entries { entries, last } => {
                let applied = self.timeline.page(entries, last);
                self.take(&applied);
                self.loaded = true;
            }
            VisitorEvent::Entry { entry } => {
                let applied = self.timeline.live(entry);
                self.take(&applied);
            }
            VisitorEvent::Ack { id, seq, at } => {
                if self.outbox.on_ack(id, seq, at) {
                    store::forget_unsent(&self.page.site.0, id);
                }
                if self.timeline.contains(id) {
                    self.outbox.on_shown(id);
                }
            }
            VisitorEvent::Refused { id: Some(id), refusal } => {
                self.outbox.on_refused(id, refusal, now, js::chance());
                js::say("error", refusal.code.as_text());
            }
            VisitorEvent::Refused { id: None, refusal } => {
                if let Asked::Waiting(what) = self.asked {
                    self.asked = Asked::Refused(what, refusal);
                    if what == Done::Transcript && !self.ask_transcript {
                        if refusal.code == Code::Required {
                            self.asked = Asked::Nothing;
                            self.ask_transcript = true;
                        } else {
                            self.notice = self.page.word_refusal(&refusal);
                        }
                    }
                }
            }
            VisitorEvent::Ticket { ticket } => {
                self.set_ticket(ticket);
            }
            VisitorEvent::Typing { name } => {
                self.typist_until = now + limits::TYPING_FOR;
                self.typist = Some(name);
                socket::alarm(limits::TYPING_FOR);
            }
            VisitorEvent::Seen { upto } => {
                if let Some(ticket) = &mut self.ticket {
                    ticket.seen_upto = ticket.seen_upto.max(upto);
                }
            }
            VisitorEvent::Done { what } => self.done(what),
            VisitorEvent::Pong => {}
            VisitorEvent::GoingAway { retry_ms } => self.reconnect.on_going_away(retry_ms),
        }
    }

    fn greet(&mut self, now: Timestamp) {
        self.greeted = true;
        self.reconnect.on_connect();
        self.pulse = Pulse::new(now);
        self.lost_at = None;
        self.cut = false;
    }

    pub(super) fn set_ticket(&mut self, ticket: VisitorTicket) {
        self.view = match ticket.chat {
            VisitorChat::Ended { .. } => View::Ended,
            _ => View::Talk,
        };
        if !matches!(ticket.chat, VisitorChat::Active { .. }) {
            self.typist = None;
        }
        if self.number.as_ref() != Some(&ticket.number) {
            self.number = Some(ticket.number.clone());
        }
        self.ticket = Some(ticket);
    }

    fn done(&mut self, what: Done) {
        self.asked = Asked::Nothing;
        let email = self.ticket.as_ref().and_then(|ticket| ticket.email.as_deref());
        match what {
            Done::Transcript => {
                self.ask_transcript = false;
                self.notice = match email {
                    Some(email) => self.page.fill("transcript_done", &[("email", email)]),
                    None => self.page.t("transcript_done_plain"),
                };
            }
            Done::Contact => {
                if let Some(email) = email {
                    self.notice = self.page.fill("contact_done", &[("email", email)]);
                }
            }
            Done::Rating => {
                if let Some(ticket) = &mut self.ticket {
                    ticket.chat = VisitorChat::Ended { rated: true };
                }
            }
        }
    }

    fn take(&mut self, applied: &Applied) {
        let mut news = false;
        for entry in &self.timeline.entries()[applied.added.clone()] {
            if self.outbox.on_shown(entry.id) {
                store::forget_unsent(&self.page.site.0, entry.id);
            }
            if let VisitorBody::Agent { .. } = entry.body {
                news = true;
                self.typist_until = Timestamp(0);
            }
        }
        if let Some(after) = applied.ask {
            self.asked_at = js::now();
            socket::send(&VisitorCommand::Resume { after });
        }
        if news {
            self.typist = None;
            if self.loaded {
                js::say("message", "agent");
                if !(self.open && socket::is_visible()) && self.sound {
                    js::beep();
                }
            }
        }
        self.look();
    }

    pub(super) fn tick(&mut self) {
        let now = js::now();
        if !self.started {
            return;
        }
        if self.connect_at.is_some_and(|at| at <= now) {
            self.connect();
        }
        if self.greeted {
            match self.pulse.check(now) {
                PulseCheck::Fine => {}
                PulseCheck::Ping => {
                    socket::send(&VisitorCommand::Ping);
                }
                PulseCheck::Dead => {
                    self.reopen();
                }
            }
            if self.timeline.is_behind()
                && now.since(self.asked_at) >= ASK_EVERY
                && let Some(after) = self.timeline.ask_again()
            {
                self.asked_at = now;
                socket::send(&VisitorCommand::Resume { after });
            }
        }
        let cut = self.lost_at.is_some_and(|at| now.since(at) >= BLINK);
        self.cut = cut;
        if self.typist_until <= now {
            self.typist = None;
        }
        self.flush();
    }

    pub(super) fn flush(&mut self) {
        for unsent in self.outbox.due(js::now(), js::chance()) {
            let files = unsent.file_ids();
            socket::send(&VisitorCommand::Say { id: unsent.id, text: unsent.text, files });
        }
    }

    /// What is on screen counts as seen.
    pub(super) fn look(&mut self) {
        let last = self.timeline.last();
        let visible = self.open && socket::is_visible();
        if visible && self.at_end {
            self.seen = last;
            if self.greeted && self.seen > self.seen_sent {
                self.seen_sent = last;
                socket::send(&VisitorCommand::Seen { upto: last });
            }
        }
        let unread = rows::unread(self.timeline.entries(), self.seen);
        if unread != self.unread {
            self.unread = unread;
            js::say("unread", &unread.to_string());
        }
    }
}

fn is_over(ticket: &VisitorTicket) -> bool {
    match ticket.chat {
        VisitorChat::Ended { rated } => rated,
        VisitorChat::Request => ticket.state.category == Category::Closed,
        _ => false,
    }
}
