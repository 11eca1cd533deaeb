//! The chat on the ticket: under way, told to the host page, and over.

use super::{
    effect::{Effect, Focus, HostNotice},
    log_items::{Around, LogItem, log_items},
    model::{Environment, PendingCommand, State},
};
use crate::{markup::Id, view_model::Screen};
use protocol::{
    Timestamp,
    entry::{VisitorBody, VisitorEntry},
    visitor::{Done, VisitorChat, VisitorTicket},
};

impl State {
    pub(super) fn set_ticket(&mut self, ticket: VisitorTicket, env: &Environment) {
        let was_running = self.is_running();
        self.note_contact(env);
        self.screen = Screen::Conversation;
        if ticket.removed.is_some() || !matches!(ticket.chat, VisitorChat::Active { .. }) {
            self.typing_agent = None;
        }
        self.ticket = Some(ticket);
        self.tell_chat(self.is_running());
        if was_running && !self.is_running() {
            self.end_dialog_open = false;
            self.show_what_follows(env);
        }
    }

    /// Notes whether the waiting visitor's address is being typed: then its card stays until that is done, also when an
    /// agent accepts meanwhile, and the rest of it does not end up in the composer.
    pub(super) fn note_contact(&mut self, env: &Environment) {
        let Some(ticket) = &self.ticket else { return };
        let is_asked = ticket.email.is_none()
            && (self.is_giving_contact
                || matches!(ticket.chat, VisitorChat::Waiting { .. } | VisitorChat::Request));
        let has_text = self.draft.email != self.given.email && !self.draft.email.is_empty();
        self.is_giving_contact = is_asked && (has_text || env.focused == Some(Id::ContactEmail));
    }

    /// Whether a chat that becomes a request has nowhere for its answer to go.
    pub(super) fn asks_for_address(&self) -> bool {
        self.ticket.as_ref().is_some_and(|ticket| {
            let awaits = matches!(ticket.chat, VisitorChat::Waiting { .. } | VisitorChat::Request);
            awaits && ticket.email.is_none()
        })
    }

    /// The items of the log.
    pub fn log_items(&self, now: Timestamp) -> Vec<LogItem> {
        let around = Around {
            new_from: self.new_from,
            asks_for_address: self.asks_for_address(),
            strings: &self.page.strings,
        };
        log_items(&around, self.timeline.entries(), self.outbox.items(now))
    }

    /// The words of an event of the log: its key, and what it names.
    pub fn event_words(&self, words: &str, name: &str) -> String {
        let page = &self.page;
        let state = page.strings.state(name);
        page.fill(words, &[("name", name), ("state", &state), ("n", name)])
    }

    /// Whether a chat waits or is under way.
    pub(super) fn is_running(&self) -> bool {
        let chat = self.ticket.as_ref().map(|ticket| &ticket.chat);
        matches!(chat, Some(VisitorChat::Waiting { .. } | VisitorChat::Active { .. }))
    }

    /// Tells the host page whether a chat runs, where it does not know.
    pub(super) fn tell_chat(&mut self, runs: bool) {
        if self.told_chat != Some(runs) {
            self.told_chat = Some(runs);
            self.post_to_host(HostNotice::Chat, if runs { "1" } else { "" });
        }
    }

    /// The chat is over: what follows it stands under its last words, with the focus on it, unless the visitor is
    /// writing.
    fn show_what_follows(&mut self, env: &Environment) {
        self.at_end = true;
        if self.is_on_screen(env) {
            self.new_from = None;
        }
        self.add_effect(Effect::ScrollToEnd);
        let Some(VisitorTicket { chat: VisitorChat::Ended { attended, .. }, .. }) = self.ticket
        else {
            return;
        };
        let is_writing = match env.focused {
            Some(Id::ComposerMessage) => !self.draft.message.is_empty(),
            Some(Id::ContactEmail | Id::TranscriptEmail) => true,
            _ => false,
        };
        if env.focused.is_some() && !is_writing {
            let is_rated = attended && self.can_write();
            self.focus(Focus::Element(if is_rated { Id::RatingTitle } else { Id::Title }));
        }
    }

    /// Whether the transcript of everything that was said was sent, or follows a button behind a mailed link.
    pub(super) fn has_transcript(&self) -> bool {
        self.is_all_sent() || self.transcript_waits
    }

    /// Whether what becomes of the transcript is said beside the log.
    pub fn says_transcript(&self) -> bool {
        self.pending == PendingCommand::Sent(Done::Transcript) || !self.notice.is_empty()
    }

    /// After a chat: the keys of what was mailed, and of the offer to mail the transcript.
    pub fn transcript_words(&self) -> (&'static str, &'static str) {
        let is_sent = |entry: &VisitorEntry| entry.body == VisitorBody::TranscriptSent;
        match self.is_all_sent() {
            true => ("ended_sent", "ended_all"),
            false if self.timeline.entries().iter().any(is_sent) => ("ended_mail", "ended_all"),
            false => ("ended_mail", "ended_also"),
        }
    }

    /// Whether nothing was said since the transcript was sent.
    fn is_all_sent(&self) -> bool {
        let last = self.timeline.entries().iter().rev().find(|entry| {
            matches!(
                entry.body,
                VisitorBody::TranscriptSent
                    | VisitorBody::Visitor { .. }
                    | VisitorBody::Agent { .. }
            )
        });
        last.is_some_and(|entry| entry.body == VisitorBody::TranscriptSent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, active, agents, entry, own, ticket};
    use protocol::{Field, visitor::VisitorEvent};

    fn is_asked_for_an_address(panel: &Panel) -> bool {
        panel.state.view_model().shows("request waiting giving-contact")
    }

    fn becomes(panel: &mut Panel, chat: VisitorChat) {
        panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
    }

    #[test]
    fn the_card_stays_while_the_address_is_being_typed_whatever_becomes_of_the_chat() {
        for then in [active(), VisitorChat::Ended { rated: false, attended: false }] {
            for (focused, text, stays) in [
                (Some(Id::ContactEmail), "", true),
                (Some(Id::ContactEmail), "ana@", true),
                (Some(Id::ComposerMessage), "ana@", true),
                (Some(Id::ComposerMessage), "", false),
            ] {
                let mut panel = Panel::in_a_chat();
                becomes(&mut panel, VisitorChat::Waiting { position: 1 });
                panel.env.focused = focused;
                panel.change(|state, env| state.typed(Field::Email, text, env));
                panel.take();
                becomes(&mut panel, then.clone());
                assert_eq!(is_asked_for_an_address(&panel), stays, "{focused:?} {text}");
                if focused == Some(Id::ContactEmail) {
                    let moved = panel.take().iter().any(|done| matches!(done, Effect::Focus(_)));
                    assert!(!moved, "the caret stays");
                }
            }
        }
    }

    #[test]
    fn the_card_goes_once_nothing_is_typed_there_and_with_the_address_taken_down() {
        let typing = || {
            let mut panel = Panel::in_a_chat();
            becomes(&mut panel, VisitorChat::Waiting { position: 1 });
            panel.env.focused = Some(Id::ContactEmail);
            becomes(&mut panel, active());
            panel
        };
        let mut panel = typing();
        panel.env.focused = None;
        panel.wait(std::time::Duration::from_secs(1));
        assert!(!is_asked_for_an_address(&panel));
        let mut panel = typing();
        panel.change(|state, env| state.typed(Field::Email, "ana@a.mx", env));
        for _ in 0..2 {
            let mut ticket = ticket(active());
            ticket.email = Some("ana@a.mx".into());
            panel.event(VisitorEvent::Ticket { ticket });
        }
        assert!(!is_asked_for_an_address(&panel));
    }

    #[test]
    fn after_a_chat_the_words_say_what_of_it_was_mailed() {
        let mut panel = Panel::in_a_chat();
        assert_eq!(panel.state.transcript_words(), ("ended_mail", "ended_also"));
        panel.event(VisitorEvent::Entry { entry: entry(2, VisitorBody::TranscriptSent) });
        assert_eq!(panel.state.transcript_words().0, "ended_sent");
        panel.event(VisitorEvent::Entry { entry: entry(3, own("una cosa más")) });
        assert_eq!(panel.state.transcript_words(), ("ended_mail", "ended_all"));
    }

    #[test]
    fn whoever_sees_the_chat_end_has_seen_what_was_new_in_it() {
        for is_open in [true, false] {
            let mut panel = Panel::in_a_chat();
            panel.state.is_open = false;
            panel.event(VisitorEvent::Entry { entry: entry(2, agents("listo")) });
            assert!(panel.state.new_from.is_some());
            panel.state.is_open = is_open;
            becomes(&mut panel, VisitorChat::Ended { rated: false, attended: true });
            assert_eq!(panel.state.new_from.is_none(), is_open);
        }
    }

    #[test]
    fn an_address_that_is_typed_elsewhere_brings_no_card() {
        let mut panel = Panel::in_a_chat();
        panel.env.focused = Some(Id::TranscriptEmail);
        panel.change(|state, env| state.typed(Field::Email, "ana@a.mx", env));
        panel.wait(std::time::Duration::from_secs(1));
        becomes(&mut panel, active());
        assert!(!is_asked_for_an_address(&panel));
    }
}
