//! What the server sends.

use super::{
    effect::{Effect, HostNotice},
    log_items,
    model::{Environment, PendingCommand, State},
};
use crate::view_model::Screen;
use protocol::{
    Code, Field, Refusal, Timestamp,
    delivery::Applied,
    entry::{Category, VisitorBody},
    limits,
    visitor::{Done, VisitorChat, VisitorEvent, VisitorTicket},
};

impl State {
    /// A frame arrived.
    pub fn on_event(&mut self, event: VisitorEvent, env: &Environment) {
        self.connection.pulse.on_frame(env.now);
        match event {
            VisitorEvent::Welcome { ticket, status } => {
                self.greeted(env);
                self.status = status;
                self.timeline.on_connect();
                self.outbox.on_connect();
                if !self.is_loaded && is_over(&ticket) {
                    // The visitor came back after everything was said: the next question is a new one.
                    return self.leave_for_another(env);
                }
                self.set_ticket(ticket);
                self.flush(env);
            }
            VisitorEvent::Unknown { status } => {
                self.greeted(env);
                self.status = status;
                // A site that goes leaves its last words on screen: there is no form to come back to.
                if self.kept.is_some() && self.can_write() {
                    let follows = self.elsewhere.is_some();
                    self.leave(env);
                    if follows {
                        self.reopen();
                    }
                }
            }
            VisitorEvent::Status { status } => {
                self.greeted(env);
                if self.screen == Screen::Form && status.open != self.status.open {
                    let words = if status.open { "flipped_open" } else { "flipped_closed" };
                    self.notice = self.page.t(words);
                }
                self.status = status;
            }
            VisitorEvent::Entries { entries, last } => {
                let applied = self.timeline.page(entries, last);
                self.applied(&applied, env);
                self.is_loaded = true;
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
                }
            }
            VisitorEvent::Ticket { ticket } => self.set_ticket(ticket),
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
            VisitorEvent::Done { what } => self.command_done(what),
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
                    self.notice = self.page.word_refusal(&refusal);
                }
            }
            Done::Rating => self.rating_error = self.page.word_refusal(&refusal),
            Done::Transcript | Done::TranscriptOnceConfirmed | Done::Contact => {}
        }
    }

    fn command_done(&mut self, what: Done) {
        self.pending = PendingCommand::None;
        let email = self.ticket.as_ref().and_then(|ticket| ticket.email.as_deref());
        match what {
            Done::Transcript => {
                self.transcript_dialog_open = false;
                self.notice = match email {
                    Some(email) => self.page.fill("transcript_done", &[("email", email)]),
                    None => self.page.t("transcript_done_plain"),
                };
            }
            Done::TranscriptOnceConfirmed => {
                self.transcript_dialog_open = false;
                self.notice = match email {
                    Some(email) => self.page.fill("transcript_confirm", &[("email", email)]),
                    None => self.page.t("transcript_confirm_plain"),
                };
            }
            Done::Contact => {
                if let Some(email) = email {
                    self.notice = self.page.fill("contact_done", &[("email", email)]);
                }
            }
            Done::Rating => {
                self.set_draft(Field::Comment, "");
                if let Some(ticket) = &mut self.ticket {
                    ticket.chat = VisitorChat::Ended { rated: true, attended: true };
                }
            }
        }
    }

    /// Entries joined the timeline, or are found to be missing.
    fn applied(&mut self, applied: &Applied, env: &Environment) {
        let (mut has_news, mut was_sent_elsewhere) = (false, false);
        for at in applied.added.clone() {
            let Some(entry) = self.timeline.entries().get(at) else { break };
            let id = entry.id;
            match &entry.body {
                VisitorBody::Agent { .. } => has_news = true,
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
        if has_news {
            self.typing_until = Timestamp(0);
            self.typing_agent = None;
            if self.is_loaded {
                self.post_to_host(HostNotice::Message, "agent");
                if !self.is_on_screen(env) && self.sound {
                    self.add_effect(Effect::PlaySound);
                }
            }
        }
        if has_news && log_items::has_unseen_after_end(self.timeline.entries(), self.seen) {
            self.log_open = true;
        }
        self.look(env);
    }
}

/// Whether nobody is expected to write on this ticket any more.
fn is_over(ticket: &VisitorTicket) -> bool {
    match ticket.chat {
        VisitorChat::Ended { rated, attended } => rated || !attended,
        VisitorChat::Request => ticket.state.category == Category::Closed,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, active, agents, entry, id, own, status, ticket};
    use protocol::{Seq, entry::EndedBy};
    use std::time::Duration;

    #[test]
    fn a_flip_under_a_form_is_said() {
        let mut panel = Panel::before_a_chat();
        let flip = |panel: &mut Panel, open| {
            panel.event(VisitorEvent::Status { status: status(open) });
            panel.state.notice.clone()
        };
        assert_eq!(flip(&mut panel, true), "", "it was open");
        assert_eq!(flip(&mut panel, false), "panel.flipped_closed");
        assert_eq!(flip(&mut panel, true), "panel.flipped_open");
        let mut panel = Panel::in_a_chat();
        assert_eq!(flip(&mut panel, false), "", "a chat goes on");
    }

    #[test]
    fn somebody_types_until_they_have_written_or_six_seconds_are_over() {
        let mut panel = Panel::in_a_chat();
        let typing = || VisitorEvent::Typing { name: "Lucía Medina".into() };
        panel.event(typing());
        assert_eq!(panel.state.typing_agent.as_deref(), Some("Lucía Medina"));
        assert_eq!(panel.take(), [Effect::TickAfter(limits::TYPING_FOR)]);
        panel.event(VisitorEvent::Entry { entry: entry(2, agents("listo")) });
        assert_eq!(panel.state.typing_agent, None);
        panel.event(typing());
        panel.almost_wait(limits::TYPING_FOR);
        assert!(panel.state.typing_agent.is_some());
        panel.wait(Duration::from_millis(1));
        assert_eq!(panel.state.typing_agent, None);
        panel.event(typing());
        panel.event(VisitorEvent::Ticket {
            ticket: ticket(VisitorChat::Ended { rated: false, attended: true }),
        });
        assert_eq!(panel.state.typing_agent, None);
    }

    #[test]
    fn what_an_agent_writes_after_the_end_opens_the_log_again() {
        let mut panel = Panel::in_a_chat();
        let ended = VisitorBody::ChatEnded { by: EndedBy::Agent };
        panel.event(VisitorEvent::Entry { entry: entry(2, agents("hasta luego")) });
        panel.event(VisitorEvent::Entry { entry: entry(3, ended) });
        panel.event(VisitorEvent::Ticket {
            ticket: ticket(VisitorChat::Ended { rated: false, attended: true }),
        });
        assert!(!panel.state.log_open, "the rating is asked for");
        panel.event(VisitorEvent::Entry { entry: entry(4, agents("una cosa más")) });
        assert!(panel.state.log_open);
    }

    #[test]
    fn an_answer_sounds_where_nobody_looks_unless_the_sound_is_off() {
        let answer = |seq| VisitorEvent::Entry { entry: entry(seq, agents("mira")) };
        let mut panel = Panel::in_a_chat();
        panel.event(answer(2));
        let done = panel.take();
        assert!(!done.contains(&Effect::PlaySound));
        assert!(done.contains(&Effect::PostToHost(HostNotice::Message, "agent".into())));
        panel.env.is_visible = false;
        panel.event(answer(3));
        assert!(panel.take().contains(&Effect::PlaySound));
        panel.change(|state, _| state.toggle_sound());
        panel.event(answer(4));
        assert!(!panel.take().contains(&Effect::PlaySound));
        assert!(panel.stored().muted && !panel.reload().state.sound);
    }

    #[test]
    fn what_was_there_before_the_panel_is_no_news() {
        let mut panel = Panel::in_a_chat().reload();
        panel.env.is_visible = false;
        panel.welcome(active());
        let entries = vec![entry(1, own("hola")), entry(2, agents("buenas"))];
        panel.event(VisitorEvent::Entries { entries, last: Seq(2) });
        let done = panel.take();
        assert!(!done.contains(&Effect::PlaySound));
        assert!(!done.contains(&Effect::PostToHost(HostNotice::Message, "agent".into())));
    }

    #[test]
    fn what_the_agents_have_seen_never_shrinks() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Seen { upto: Seq(1) });
        panel.event(VisitorEvent::Seen { upto: Seq(0) });
        assert_eq!(panel.state.ticket.as_ref().map(|ticket| ticket.seen_upto), Some(Seq(1)));
    }

    #[test]
    fn a_chat_that_became_a_request_stays_where_it_was() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Ticket { ticket: ticket(VisitorChat::Request) });
        assert_eq!(panel.state.screen, crate::view_model::Screen::Conversation);
        assert_eq!(panel.state.number(), "CO-1");
        assert_eq!(panel.state.timeline.last(), Seq(1));
    }

    fn at_a_removed_site(chat: VisitorChat) -> VisitorEvent {
        VisitorEvent::Ticket { ticket: VisitorTicket { site_removed: true, ..ticket(chat) } }
    }

    /// The rules of what a test is about.
    const COMPOSER: &str =
        "conversation+can-write conversation+has-text ended+cannot-write+has-text";
    const LOG: &str = "conversation ended+log-open ended+not-rateable";
    const RATING: &str = "ended+rateable+not-rated+log-closed";
    const NEXT_CHAT: &str = "ended+can-write";

    fn shows(panel: &Panel, rule: &str) -> bool {
        panel.state.view_model().shows(rule)
    }

    #[test]
    fn at_a_removed_site_typed_text_can_be_copied_and_nothing_is_offered() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Typing { name: "Lucía Medina".into() });
        panel.change(|state, env| state.typed(Field::Message, "a medias", env));
        panel.event(at_a_removed_site(active()));
        assert_eq!(panel.state.typing_agent, None);
        panel.event(VisitorEvent::Typing { name: "Lucía Medina".into() });
        assert_eq!(panel.state.typing_agent, None);
        assert!(!panel.state.can_write() && shows(&panel, COMPOSER));
        panel.take();
        panel.change(|state, env| state.send_message(id(50), "a medias", env));
        assert_eq!(panel.sent(), []);
        assert_eq!(panel.state.draft.message, "a medias");

        panel.event(at_a_removed_site(VisitorChat::Ended { rated: false, attended: true }));
        assert!(shows(&panel, LOG) && shows(&panel, COMPOSER));
        for offered in [RATING, NEXT_CHAT, "not-running+can-write"] {
            assert!(!shows(&panel, offered), "{offered}");
        }
        panel.change(|state, _| state.draft.message.clear());
        assert!(!shows(&panel, COMPOSER), "an empty one is no use");
    }

    #[test]
    fn a_chat_that_nobody_attended_is_not_asked_for_a_rating() {
        let mut panel = Panel::in_a_chat();
        for attended in [true, false] {
            let chat = VisitorChat::Ended { rated: false, attended };
            panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
            assert_eq!((shows(&panel, RATING), shows(&panel, LOG)), (attended, !attended));
            assert!(shows(&panel, NEXT_CHAT));
        }
    }
}
