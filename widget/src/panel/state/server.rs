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
        for at in applied.added.clone() {
            let Some(entry) = self.timeline.entries().get(at) else { break };
            let id = entry.id;
            let is_new = self.received.is_some_and(|received| entry.seq > received);
            match &entry.body {
                VisitorBody::Agent { name, text, files } if is_new => {
                    news = Some((name.clone(), self.first_words(text, files)));
                    happened = None;
                }
                body if is_new && is_told(body) => happened = Some(id),
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
        if let Some(id) = happened
            && !self.is_open
        {
            let preview = [&*self.page.name, "\n", &*self.event_preview(id)].concat();
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
    fn event_preview(&self, id: EntryId) -> String {
        let items = log_items::log_items(self.timeline.entries(), None, std::iter::empty());
        let item = items.into_iter().find(|item| item.key == log_items::ItemKey::Entry(id));
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
        VisitorBody::Joined { .. } => true,
        VisitorBody::ChatEnded { by } => *by != EndedBy::Visitor,
        VisitorBody::BecameRequest { why } => *why != BecameRequest::Visitor,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, active, agents, entry, id, own, ticket};
    use protocol::visitor::VisitorTicket;
    use std::time::Duration;

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
    fn at_the_end_of_a_chat_the_talk_stays_and_the_focus_goes_to_what_follows() {
        for (focused, text, goes) in [
            (Some(Id::ComposerMessage), "", true),
            (Some(Id::Log), "a medias", true),
            (Some(Id::ComposerMessage), "a medias", false),
            (None, "", false),
        ] {
            for (attended, heading) in [(true, Id::RatingTitle), (false, Id::Title)] {
                let mut panel = Panel::in_a_chat();
                panel.env.focused = focused;
                panel.change(|state, env| state.typed(Field::Message, text, env));
                panel.take();
                let chat = VisitorChat::Ended { rated: false, attended };
                panel.event(VisitorEvent::Ticket { ticket: ticket(chat.clone()) });
                let done = panel.take();
                assert_eq!(done.contains(&Effect::Focus(Focus::Element(heading))), goes);
                assert!(done.contains(&Effect::ScrollToEnd));
                assert!(shows(&panel, LOG) && shows(&panel, COMPOSER));
                assert_eq!(panel.state.draft.message, text);
                // Said once more, it moves nothing.
                panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
                assert_eq!(panel.take(), []);
            }
        }
    }

    #[test]
    fn an_answer_of_files_alone_is_shown_by_their_name() {
        let mut panel = Panel::in_a_chat();
        panel.state.is_open = false;
        let file = protocol::file::Attachment {
            id: protocol::FileId(id(9).0),
            name: "factura.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: 12,
        };
        panel.state.page.strings =
            serde_json::from_str(r#"{"panel.preview_file":"Archivo: {file}"}"#).expect("strings");
        let body = VisitorBody::Agent {
            name: "Lucía Medina".into(),
            text: String::new(),
            files: vec![file],
        };
        panel.event(VisitorEvent::Entry { entry: entry(2, body) });
        let preview = "Lucía Medina\nArchivo: factura.pdf".to_owned();
        assert!(panel.posted().contains(&(HostNotice::Preview, preview)));
    }

    #[test]
    fn a_closed_panel_tells_the_page_of_what_becomes_of_the_chat() {
        let joined = VisitorBody::Joined { name: "Lucía Medina".into() };
        let ended = |by| VisitorBody::ChatEnded { by };
        let became = |why| VisitorBody::BecameRequest { why };
        for (body, told) in [
            (joined, Some("panel.joined")),
            (ended(EndedBy::Agent), Some("panel.ended_agent")),
            (ended(EndedBy::Visitor), None),
            (became(BecameRequest::WaitLimit), Some("panel.became_ask")),
            (became(BecameRequest::Visitor), None),
        ] {
            for is_open in [false, true] {
                let mut panel = Panel::in_a_chat();
                becomes_waiting(&mut panel);
                panel.state.is_open = is_open;
                panel.take();
                panel.event(VisitorEvent::Entry { entry: entry(2, body.clone()) });
                let previews: Vec<_> = panel
                    .posted()
                    .into_iter()
                    .filter_map(|it| (it.0 == HostNotice::Preview).then_some(it.1))
                    .collect();
                let wanted = told.filter(|_| !is_open).map(|words| ["CuentasOK\n", words].concat());
                assert_eq!(previews, Vec::from_iter(wanted));
            }
        }
    }

    fn becomes_waiting(panel: &mut Panel) {
        let ticket = ticket(VisitorChat::Waiting { position: 1 });
        panel.event(VisitorEvent::Ticket { ticket });
    }

    #[test]
    fn a_rating_leaves_the_focus_on_the_thanks() {
        let mut panel = Panel::in_a_chat();
        let chat = VisitorChat::Ended { rated: false, attended: true };
        panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
        panel.change(|state, env| state.rate(Some(5), "", env));
        panel.take();
        panel.event(VisitorEvent::Done { what: Done::Rating });
        assert!(panel.take().contains(&Effect::Focus(Focus::Element(Id::RatingDone))));
        assert!(shows(&panel, RATING_DONE) && !shows(&panel, RATING));
    }

    #[test]
    fn a_transcript_that_was_sent_is_not_offered() {
        let offers = |panel: &Panel| shows(panel, "has-email+no-transcript no-email+no-transcript");
        let mut panel = Panel::in_a_chat();
        assert!(offers(&panel));
        panel.event(VisitorEvent::Entry { entry: entry(2, VisitorBody::TranscriptSent) });
        assert!(!offers(&panel));
        panel.event(VisitorEvent::Entry { entry: entry(3, agents("una cosa más")) });
        assert!(offers(&panel), "it is not in there");
        panel.change(|state, env| state.transcript_to("ana@a.mx", env));
        panel.event(VisitorEvent::Done { what: Done::TranscriptOnceConfirmed });
        assert!(!offers(&panel), "it follows the mailed button");
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
    fn what_was_there_before_the_panel_is_no_news_and_what_came_meanwhile_is() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Entry { entry: entry(2, agents("buenas")) });
        let mut all = vec![entry(1, own("hola")), entry(2, agents("buenas"))];
        for is_news in [false, true] {
            panel = panel.reload();
            panel.env.is_visible = false;
            panel.welcome(active());
            let last = all.last().map_or(Seq::START, |entry| entry.seq);
            panel.event(VisitorEvent::Entries { entries: all.clone(), last });
            let done = panel.take();
            assert_eq!(done.contains(&Effect::PlaySound), is_news);
            let message = Effect::PostToHost(HostNotice::Message, "agent".into());
            assert_eq!(done.contains(&message), is_news);
            all.push(entry(3, agents("¿sigues ahí?")));
        }
    }

    #[test]
    fn a_closed_panel_shows_the_first_words_of_an_answer_on_the_page() {
        let mut panel = Panel::in_a_chat();
        let long = "ñ".repeat(500);
        for (seq, is_open) in [(2, true), (3, false)] {
            panel.state.is_open = is_open;
            panel.event(VisitorEvent::Entry { entry: entry(seq, agents(&long)) });
            let previews: Vec<_> = panel
                .posted()
                .into_iter()
                .filter(|(notice, _)| *notice == HostNotice::Preview)
                .map(|(_, value)| value)
                .collect();
            let preview = ["Lucía Medina\n", &"ñ".repeat(120)].concat();
            assert_eq!(previews, if is_open { vec![] } else { vec![preview] });
        }
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
    const COMPOSER: &str = "conversation+can-write conversation+has-text";
    const LOG: &str = "conversation";
    const RATING: &str = "rateable+not-rated";
    const RATING_DONE: &str = "rateable+rated";
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
            assert_eq!((shows(&panel, RATING), shows(&panel, LOG)), (attended, true));
            assert!(shows(&panel, NEXT_CHAT));
        }
    }
}
