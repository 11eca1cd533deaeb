//! What the server sends.

use super::{
    connection::LIVE_AFTER,
    effect::{Effect, Focus, HostNotice},
    log_items::{self, Content},
    model::{Environment, PendingCommand, State},
};
use crate::markup::Id;
use protocol::{
    Code, EntryId, Field, Refusal, Seq, Timestamp,
    delivery::Applied,
    entry::{BecameRequest, Category, EndedBy, VisitorBody},
    file::Attachment,
    limits,
    text::EmailAddress,
    visitor::{Done, VisitorChat, VisitorEvent},
};

/// The first words of an answer that a closed panel shows, in characters.
const PREVIEW: usize = 120;

impl State {
    /// A frame arrived.
    pub fn on_event(&mut self, event: VisitorEvent, env: &Environment) {
        self.connection.pulse.on_frame(env.now);
        match event {
            VisitorEvent::Welcome { ticket, status } => {
                self.greeted(env);
                self.set_status(status, env);
                self.timeline.on_connect();
                self.outbox.on_connect();
                self.set_ticket(ticket, env);
                self.tell_page();
                self.flush(env);
            }
            VisitorEvent::Unknown { status } => {
                self.greeted(env);
                self.set_status(status, env);
                // A site that goes leaves its last words on screen: there is no form to come back to.
                if self.kept.is_some() && self.can_write() {
                    let follows = self.elsewhere.is_some();
                    self.leave(env);
                    if follows {
                        self.reopen(env);
                    }
                }
            }
            VisitorEvent::Status { status } => {
                self.greeted(env);
                self.set_status(status, env);
            }
            VisitorEvent::Entries { entries, last } => {
                let seen = self.seen;
                let is_first = self.loaded_at.is_none();
                if is_first {
                    self.loaded_at = Some(env.now);
                    self.add_effect(Effect::TickAfter(LIVE_AFTER));
                }
                let applied = self.timeline.page(entries, last);
                self.applied(&applied, env);
                if is_first && self.is_over(seen) {
                    // The visitor came back after everything was said: the next question is a new one.
                    self.leave_for_another(env);
                }
            }
            VisitorEvent::Entry { entry } => {
                let applied = self.timeline.live(entry);
                self.applied(&applied, env);
            }
            VisitorEvent::Ack { id, seq, at } => {
                if self.outbox.on_ack(id, seq, at) {
                    self.add_effect(Effect::ForgetUnsent(id));
                }
                if self.timeline.contains(id) {
                    self.outbox.on_shown(id);
                }
            }
            VisitorEvent::Refused { id: Some(id), refusal } => {
                self.outbox.on_refused(id, refusal, env.now, env.chance);
                self.post_to_host(HostNotice::Error, refusal.code.as_text());
            }
            VisitorEvent::Refused { id: None, refusal } => {
                if let PendingCommand::Sent(what) = self.pending {
                    self.command_refused(what, refusal);
                } else {
                    self.notify(self.page.word_refusal(&refusal));
                }
            }
            VisitorEvent::Ticket { ticket } => self.set_ticket(ticket, env),
            VisitorEvent::Typing { .. } if !self.can_write() => {}
            VisitorEvent::Typing { name } => {
                self.typing_until = env.now + limits::TYPING_FOR;
                self.typing_agent = Some(name);
                self.add_effect(Effect::TickAfter(limits::TYPING_FOR));
            }
            VisitorEvent::Seen { upto } => {
                if let Some(ticket) = &mut self.ticket {
                    ticket.seen_upto = ticket.seen_upto.max(upto);
                }
            }
            VisitorEvent::Done { what } => self.command_done(what, env),
            VisitorEvent::Pong => {}
            VisitorEvent::GoingAway { retry_ms } => {
                self.connection.reconnect.on_going_away(retry_ms);
            }
        }
    }

    fn command_refused(&mut self, what: Done, refusal: Refusal) {
        self.pending = PendingCommand::Refused(what, refusal);
        match what {
            Done::Transcript if !self.transcript_dialog_open => {
                if refusal.code == Code::Required {
                    self.pending = PendingCommand::None;
                    self.transcript_dialog_open = true;
                } else {
                    self.notify(self.page.word_refusal(&refusal));
                }
            }
            Done::Rating => self.rating_error = self.page.word_refusal(&refusal),
            Done::Transcript | Done::TranscriptOnceConfirmed => {
                self.focus(Focus::Element(Id::TranscriptEmail));
            }
            Done::Contact => self.focus(Focus::Element(Id::ContactEmail)),
        }
    }

    fn command_done(&mut self, what: Done, env: &Environment) {
        self.pending = PendingCommand::None;
        let known = self.ticket.as_ref().and_then(|ticket| ticket.email.clone());
        // One that was just typed may be here before the ticket that has it.
        let email = known.or_else(|| {
            EmailAddress::parse(&self.draft.email).ok().map(|typed| typed.as_str().to_owned())
        });
        match what {
            Done::Transcript => {
                self.transcript_dialog_open = false;
                self.notify_done(self.with_email("transcript_done", email), env);
            }
            Done::TranscriptOnceConfirmed => {
                self.transcript_dialog_open = false;
                self.transcript_waits = true;
                self.notify_done(self.with_email("transcript_confirm", email), env);
            }
            Done::Contact => self.notify_done(self.with_email("contact_done", email), env),
            Done::Rating => {
                self.set_draft(Field::Comment, "");
                if let Some(ticket) = &mut self.ticket {
                    ticket.chat = VisitorChat::Ended { rated: true, attended: true };
                }
                self.focus(Focus::Element(Id::RatingDone));
            }
        }
    }

    /// A sentence with the ticket's address; where that is not known yet, the plain one.
    fn with_email(&self, words: &str, email: Option<String>) -> String {
        match email {
            Some(email) => self.page.fill(words, &[("email", &email)]),
            None => self.page.t(&[words, "_plain"].concat()),
        }
    }

    /// Entries joined the timeline, or are found to be missing.
    fn applied(&mut self, applied: &Applied, env: &Environment) {
        let (mut news, mut happened, mut was_sent_elsewhere) = (None, None, false);
        let mut warned = false;
        for at in applied.added.clone() {
            let Some(entry) = self.timeline.entries().get(at) else { break };
            let id = entry.id;
            let is_new = self.received.is_some_and(|received| entry.seq > received);
            match &entry.body {
                VisitorBody::Agent { name, text, files } if is_new => {
                    news = Some((name.clone(), self.first_words(text, files)));
                    happened = None;
                }
                body if is_new && is_told(body) => {
                    warned |= *body == VisitorBody::IdleWarning;
                    happened = Some(id);
                }
                VisitorBody::Visitor { text, .. } if self.followed_from_form => {
                    was_sent_elsewhere |= text.trim() == self.draft.message.trim();
                    self.followed_from_form = false;
                }
                _ => {}
            }
            if self.outbox.on_shown(id) {
                self.add_effect(Effect::ForgetUnsent(id));
            }
        }
        if let Some(after) = applied.ask {
            self.resume(after, env);
        }
        if was_sent_elsewhere {
            for field in [Field::Subject, Field::Message] {
                self.set_draft(field, "");
            }
            self.add_effect(Effect::PutDraft);
        }
        if !self.timeline.is_behind() {
            self.received = Some(self.timeline.last());
        }
        if warned && !self.is_on_screen(env) && self.sound {
            self.add_effect(Effect::PlaySound);
        }
        if let Some(id) = happened
            && !self.is_open
        {
            let preview = [&*self.page.name, "\n", &*self.event_preview(id, env)].concat();
            self.post_to_host(HostNotice::Preview, &preview);
        }
        if let Some((name, words)) = news {
            self.typing_until = Timestamp(0);
            self.typing_agent = None;
            self.post_to_host(HostNotice::Message, "agent");
            if !self.is_open && happened.is_none() {
                self.post_to_host(HostNotice::Preview, &[&*name, "\n", &*words].concat());
            }
            if !self.is_on_screen(env) && self.sound {
                self.add_effect(Effect::PlaySound);
            }
        }
        self.look(env);
    }

    /// What the host page shows of something that happened: the log's words, or shorter ones.
    fn event_preview(&self, id: EntryId, env: &Environment) -> String {
        let mut items = self.log_items(env.now).into_iter();
        let item = items.find(|item| item.key == log_items::ItemKey::Entry(id));
        match item.map(|item| item.content) {
            Some(Content::Event(words, _)) if words.starts_with("became") => {
                self.page.t(if self.asks_for_address() { "became_ask" } else { "became" })
            }
            Some(Content::Event(words, name)) => self.event_words(words, &name),
            _ => String::new(),
        }
    }

    /// What the host page shows of an answer: how its text begins, or what its files are called.
    fn first_words(&self, text: &str, files: &[Attachment]) -> String {
        let words = match (text.trim(), files) {
            ("", [file, ..]) => self.page.fill("preview_file", &[("file", &file.name)]),
            (text, _) => text.to_owned(),
        };
        words.chars().take(PREVIEW).collect()
    }

    /// Whether nobody is expected to write on this ticket any more, and no agent wrote after `seen`.
    fn is_over(&self, seen: Seq) -> bool {
        let is_over = self.ticket.as_ref().is_some_and(|ticket| match ticket.chat {
            VisitorChat::Ended { rated, attended } => rated || !attended,
            VisitorChat::Request => ticket.state.category == Category::Closed,
            _ => false,
        });
        is_over && !log_items::has_unseen_after_end(self.timeline.entries(), seen)
    }
}

/// Whether a closed panel tells of it: what changes the chat, and is not the visitor's own doing.
fn is_told(body: &VisitorBody) -> bool {
    match body {
        VisitorBody::Joined { .. }
        | VisitorBody::Transferred { .. }
        | VisitorBody::Requeued
        | VisitorBody::IdleWarning
        | VisitorBody::SiteRemoved
        | VisitorBody::QueueRemoved
        | VisitorBody::AgentRemoved => true,
        VisitorBody::ChatEnded { by } => *by != EndedBy::Visitor,
        VisitorBody::BecameRequest { why } => *why != BecameRequest::Visitor,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
