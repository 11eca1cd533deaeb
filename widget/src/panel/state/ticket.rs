//! The ticket that this browser has open: begun by a form, opened again, left, and followed into another tab's.

use super::{
    effect::{Effect, Focus, HostNotice},
    model::{Elsewhere, Environment, Kept, PendingCommand, State},
};
use crate::{markup::Id, page::Form, view_model::Screen};
use protocol::{
    Field, Seq,
    delivery::{Delivery, Outbox, Timeline, Unsent},
    entry::{Category, TicketState, VisitorBody},
    form::Started,
    visitor::{VisitorChat, VisitorTicket},
};

impl State {
    /// Goes on with the ticket that a form made. `text` is the message that went with the form, where it is known; `unsent` is what
    /// storage holds of the ticket's unacknowledged messages.
    pub fn begin(
        &mut self,
        form: Form,
        started: Started,
        email: Option<String>,
        text: Option<String>,
        unsent: Vec<Unsent>,
        env: &Environment,
    ) {
        let kept =
            Kept { token: started.token, number: started.number.clone(), link: started.link };
        self.open_ticket(kept, unsent, env);
        self.add_effect(Effect::KeepTicket);
        if let Some(text) = text {
            // It is stored already: shown at once as delivered, and replaced by the entry itself.
            self.outbox.add(started.id, text, Vec::new(), env.now);
            self.outbox.on_ack(started.id, started.seq, env.now);
        }
        self.loaded_at = Some(env.now);
        self.log_is_live = true;
        self.received = Some(started.seq);
        let ticket = VisitorTicket {
            number: started.number,
            subject: None,
            state: TicketState { name: String::new(), category: Category::Open },
            chat: match form {
                Form::Chat => VisitorChat::Waiting { position: 0 },
                Form::Request => VisitorChat::Request,
            },
            email,
            seen_upto: Seq::START,
            site_removed: false,
        };
        self.set_ticket(ticket, env);
        self.reopen(env);
    }

    /// Storage was asked to keep the ticket, and holds this now.
    pub fn ticket_kept(&mut self, found: Option<&Kept>) {
        self.is_not_kept = self.kept.is_some() && found != self.kept.as_ref();
    }

    /// Opens a ticket in place of the one there is. `unsent` is what storage holds of its unacknowledged messages.
    pub fn open_ticket(&mut self, kept: Kept, unsent: Vec<Unsent>, env: &Environment) {
        self.close(env);
        self.post_to_host(HostNotice::Ticket, &kept.number.0);
        self.kept = Some(kept);
        self.outbox = Outbox::restore(unsent);
        self.screen = Screen::Conversation;
        self.flip.clear();
        self.add_effect(Effect::PutDraft);
    }

    /// Another tab has opened or left a ticket; `kept` is what storage holds now.
    pub fn storage_changed(&mut self, kept: Option<Kept>, env: &Environment) {
        let token = self.kept.as_ref().map(|kept| &kept.token);
        self.elsewhere = match kept {
            kept if kept.as_ref().map(|kept| &kept.token) == token => None,
            Some(kept) => Some(Elsewhere::Opened(kept)),
            None => Some(Elsewhere::Left),
        };
        self.followed_from_form = token.is_none() && self.elsewhere.is_some();
        self.follow(env);
    }

    /// Follows another tab, once every message of this one has arrived on the ticket that it was written on.
    pub(super) fn follow(&mut self, env: &Environment) {
        if self.elsewhere.is_some() && self.undelivered(env).is_empty() {
            self.leave_for_another(env);
        }
    }

    /// *Nueva conversación*: leaves the ticket for a fresh form.
    pub fn start_over(&mut self, env: &Environment) {
        self.leave_for_another(env);
        self.focus(Focus::FirstField);
    }

    pub(super) fn leave_for_another(&mut self, env: &Environment) {
        self.leave(env);
        self.reopen(env);
    }

    /// Leaves the ticket, for the one that another tab has opened meanwhile, or for the form.
    pub(super) fn leave(&mut self, env: &Environment) {
        match self.elsewhere.take() {
            // Its own tab keeps and sends what was written on it.
            Some(Elsewhere::Opened(kept)) => self.open_ticket(kept, Vec::new(), env),
            Some(Elsewhere::Left) => self.show_form(env),
            None => {
                self.show_form(env);
                self.add_effect(Effect::KeepTicket);
            }
        }
    }

    fn show_form(&mut self, env: &Environment) {
        self.close(env);
        self.tell_chat(false);
        self.refusals.clear();
        self.screen = Screen::Form;
        // What was typed into a composer that is not there any more.
        self.add_effect(Effect::PutDraft);
        self.look(env);
    }

    /// Closes the ticket. Text that was never sent goes into the draft.
    fn close(&mut self, env: &Environment) {
        let undelivered = self.undelivered(env);
        if !undelivered.is_empty() {
            let texts: Vec<_> = undelivered.iter().map(|unsent| unsent.text.as_str()).collect();
            self.put_before_draft(&texts.join("\n"));
            for unsent in undelivered {
                self.add_effect(Effect::ForgetUnsent(unsent.id));
            }
        }
        self.forget_ticket();
    }

    fn undelivered(&self, env: &Environment) -> Vec<Unsent> {
        self.outbox
            .items(env.now)
            .filter(|(_, delivery)| !matches!(delivery, Delivery::Sent { .. }))
            .map(|(unsent, _)| unsent.clone())
            .collect()
    }

    /// Nothing of the ticket is left, also what was never sent.
    pub(super) fn forget_ticket(&mut self) {
        self.kept = None;
        self.elsewhere = None;
        self.outbox = Outbox::default();
        self.timeline = Timeline::new();
        self.loaded_at = None;
        self.log_is_live = false;
        self.seen = Seq::START;
        self.seen_sent = Seq::START;
        self.ticket = None;
        self.typing_agent = None;
        self.pending = PendingCommand::None;
        self.rating_error.clear();
        self.notify(String::new());
        self.uploads.clear();
        self.at_end = true;
        self.received = None;
        self.kept_reading = None;
        self.new_from = None;
        self.transcript_waits = false;
        self.menu_open = false;
        self.transcript_dialog_open = false;
        self.end_dialog_open = false;
        self.set_draft(Field::Comment, "");
        self.add_effect(Effect::ClearRating);
    }

    pub(super) fn set_ticket(&mut self, ticket: VisitorTicket, env: &Environment) {
        let was_running = self.is_running();
        self.screen = Screen::Conversation;
        if ticket.site_removed || !matches!(ticket.chat, VisitorChat::Active { .. }) {
            self.typing_agent = None;
        }
        self.ticket = Some(ticket);
        self.tell_chat(self.is_running());
        if was_running && !self.is_running() {
            self.end_dialog_open = false;
            self.show_what_follows(env);
        }
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

    /// The chat is over: what follows it stands under its last words, with the focus on it, unless the visitor is writing.
    fn show_what_follows(&mut self, env: &Environment) {
        self.at_end = true;
        self.add_effect(Effect::ScrollToEnd);
        let Some(VisitorTicket { chat: VisitorChat::Ended { attended, .. }, .. }) = self.ticket
        else {
            return;
        };
        let is_writing = env.focused == Some(Id::ComposerMessage) && !self.draft.message.is_empty();
        if env.focused.is_some() && !is_writing {
            let is_rated = attended && self.can_write();
            self.focus(Focus::Element(if is_rated { Id::RatingTitle } else { Id::Title }));
        }
    }

    /// Whether the transcript of everything that was said was sent, or follows a button behind a mailed link.
    pub(super) fn has_transcript(&self) -> bool {
        let last = self.timeline.entries().iter().rev().find(|entry| {
            matches!(
                entry.body,
                VisitorBody::TranscriptSent
                    | VisitorBody::Visitor { .. }
                    | VisitorBody::Agent { .. }
            )
        });
        let is_sent = last.is_some_and(|entry| entry.body == VisitorBody::TranscriptSent);
        is_sent || self.transcript_waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::{Answer, PanelPage, Typed},
        panel::state::{
            fixture::{
                Panel, active, agents, entries, entry, id, kept, own, page, started, status, ticket,
            },
            model::Stored,
        },
    };
    use protocol::{
        entry::EndedBy,
        limits,
        visitor::{VisitorCommand, VisitorEvent},
    };
    use std::time::Duration;

    fn begin(panel: &mut Panel, form: Form, number: &str) {
        let typed = Typed { message: "hola".into(), ..Typed::default() };
        panel.change(|state, env| {
            state.keep_what_was_typed_since(&typed);
            state.begin(form, started(number), None, Some(typed.message), Vec::new(), env);
        });
    }

    #[test]
    fn a_fresh_panel_is_a_form() {
        let mut panel = Panel::new(page(), Stored::default());
        assert_eq!(panel.state.screen, Screen::Form);
        assert!(panel.take().contains(&Effect::PutDraft));
    }

    #[test]
    fn a_kept_ticket_is_opened_again_with_its_token() {
        let stored = Stored { ticket: Some(kept("CO-1")), ..Stored::default() };
        let mut panel = Panel::new(page(), stored);
        assert_eq!(panel.state.screen, Screen::Conversation);
        assert_eq!(panel.state.number(), "CO-1");
        assert_eq!(panel.posted(), [(HostNotice::Ticket, "CO-1".into())]);
        assert_eq!(panel.state.told_chat, None, "nobody knows yet whether it runs");
        panel.opened();
        let hello = VisitorCommand::Hello { token: Some(kept("CO-1").token), after: Seq(0) };
        assert_eq!(panel.sent(), [hello]);
        panel.event(VisitorEvent::Welcome { ticket: ticket(active()), status: status(true) });
        panel.event(entries(vec![entry(1, own("hola")), entry(2, agents("buenas"))]));
        assert_eq!(panel.state.timeline.last(), Seq(2));
    }

    #[test]
    fn a_ticket_on_which_everything_was_said_is_not_opened_again() {
        for chat in [VisitorChat::Ended { rated: true, attended: true }, VisitorChat::Request] {
            let stored = Stored { ticket: Some(kept("CO-1")), ..Stored::default() };
            let mut panel = Panel::new(page(), stored);
            panel.opened();
            let mut ticket = ticket(chat);
            ticket.state.category = Category::Closed;
            panel.event(VisitorEvent::Welcome { ticket, status: status(true) });
            panel.event(entries(vec![entry(1, own("hola"))]));
            assert_eq!(panel.state.screen, Screen::Form);
            assert_eq!(panel.stored().ticket, None);
            assert_eq!(panel.take().last(), Some(&Effect::Connect));
        }
    }

    #[test]
    fn an_ended_chat_without_a_rating_is_opened_again() {
        let mut panel = Panel::in_a_chat().reload();
        panel.welcome(VisitorChat::Ended { rated: false, attended: true });
        panel.event(entries(vec![entry(1, own("hola"))]));
        assert_eq!(panel.state.screen, Screen::Conversation);
    }

    #[test]
    fn an_ended_chat_is_opened_again_for_what_an_agent_wrote_after_it() {
        let mut panel = Panel::in_a_chat().reload();
        panel.welcome(VisitorChat::Ended { rated: true, attended: true });
        let ended = VisitorBody::ChatEnded { by: EndedBy::Agent };
        panel.event(entries(vec![entry(1, own("hola")), entry(2, ended), entry(3, agents("ya"))]));
        assert_eq!(panel.state.screen, Screen::Conversation);
    }

    #[test]
    fn a_token_that_opens_nothing_is_forgotten() {
        let mut panel = Panel::in_a_chat().reload();
        panel.opened();
        panel.event(VisitorEvent::Unknown { status: status(false) });
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.stored().ticket, None);
        assert!(!panel.state.status.open);
    }

    #[test]
    fn a_forms_ticket_is_kept_and_its_message_shows_at_once() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "hola", env));
        begin(&mut panel, Form::Chat, "CO-2");
        assert_eq!(panel.stored().ticket, Some(kept("CO-2")));
        assert_eq!((&*panel.state.draft.message, &*panel.stored().draft.message), ("", ""));
        let chat = panel.state.ticket.as_ref().map(|ticket| ticket.chat.clone());
        assert_eq!(chat, Some(VisitorChat::Waiting { position: 0 }));
        let shown: Vec<_> = panel.state.outbox.items(panel.env.now).collect();
        assert!(matches!(shown[..], [(_, Delivery::Sent { seq: Seq(1), .. })]));
        // It is the server's already: nothing is kept and nothing goes out again.
        assert!(panel.stored().unsent.is_empty());
        panel.take();
        panel.welcome(VisitorChat::Waiting { position: 1 });
        assert!(!panel.sent().iter().any(|sent| matches!(sent, VisitorCommand::Say { .. })));
        panel.event(entries(vec![entry(1, own("hola"))]));
        assert!(panel.state.outbox.is_empty());
    }

    #[test]
    fn a_browser_that_keeps_nothing_is_said_to() {
        let mut panel = Panel::before_a_chat();
        begin(&mut panel, Form::Chat, "CO-2");
        for (found, is_said) in [(Some(kept("CO-2")), false), (None, true)] {
            panel.change(|state, _| state.ticket_kept(found.as_ref()));
            assert_eq!(panel.state.view_model().shows("conversation+not-kept"), is_said);
        }
    }

    #[test]
    fn the_answer_to_a_form_without_script_goes_on_as_a_conversation() {
        let answer = Answer::Started {
            form: Form::Request,
            started: started("CO-3"),
            email: Some("ana@a.mx".into()),
        };
        let mut panel = Panel::new(PanelPage { answer: Some(answer), ..page() }, Stored::default());
        assert_eq!(panel.state.screen, Screen::Conversation);
        assert_eq!(panel.state.number(), "CO-3");
        assert!(panel.take().contains(&Effect::KeepTicket));
    }

    #[test]
    fn starting_over_takes_unsent_text_along_and_forgets_the_rest() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "nunca llegó", env));
        panel.change(|state, env| state.typed(Field::Message, "a medias", env));
        panel.change(State::start_over);
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.draft.message, "nunca llegó\na medias");
        assert_eq!(panel.state.number(), "");
        assert!(panel.state.timeline.entries().is_empty());
        let stored = panel.stored();
        assert_eq!((stored.ticket, stored.unsent.len()), (None, 0));
        assert_eq!(stored.draft.message, "nunca llegó\na medias");
        let done = panel.take();
        assert!(done.contains(&Effect::PutDraft) && done.contains(&Effect::Connect));
        assert!(done.contains(&Effect::Focus(Focus::FirstField)));
    }

    #[test]
    fn ended_rated_and_started_over_the_next_question_is_a_fresh_one() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Ticket {
            ticket: ticket(VisitorChat::Ended { rated: false, attended: true }),
        });
        assert!(panel.state.view_model().shows("ended"));
        panel.change(|state, env| state.rate(Some(4), " bien ", env));
        let rate = VisitorCommand::Rate { score: 4, comment: Some("bien".into()) };
        assert_eq!(panel.sent(), [rate]);
        panel.event(VisitorEvent::Done { what: protocol::visitor::Done::Rating });
        let chat = panel.state.ticket.as_ref().map(|ticket| ticket.chat.clone());
        assert_eq!(chat, Some(VisitorChat::Ended { rated: true, attended: true }));
        panel.change(State::start_over);
        panel.opened();
        assert!(panel.sent().contains(&VisitorCommand::Hello { token: None, after: Seq(0) }));
        begin(&mut panel, Form::Chat, "CO-2");
        assert_eq!(panel.state.number(), "CO-2");
        assert_eq!(panel.state.screen, Screen::Conversation);
    }

    /// What is on its way on the ticket that is open.
    fn on_its_way(panel: &Panel) -> Vec<String> {
        panel.state.outbox.items(panel.env.now).map(|(unsent, _)| unsent.text.clone()).collect()
    }

    #[test]
    fn another_tabs_new_ticket_is_opened_here_too() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "a medias", env));
        panel.take();
        panel.change(|state, env| state.storage_changed(Some(kept("CO-9")), env));
        assert_eq!(panel.state.number(), "CO-9");
        assert_eq!(panel.state.draft.message, "a medias");
        assert_eq!(panel.take().last(), Some(&Effect::Connect));
    }

    #[test]
    fn a_message_on_its_way_arrives_on_its_ticket_before_another_tab_is_followed() {
        for other in [Some(kept("CO-9")), None] {
            let mut panel = Panel::in_a_chat();
            panel.closed(1006);
            panel.change(|state, env| state.send_message(id(50), "de la vieja", env));
            panel.take();
            panel.change(|state, env| state.storage_changed(other.clone(), env));
            panel.wait(Duration::from_mins(2));
            assert_eq!(
                (panel.state.number(), on_its_way(&panel)),
                ("CO-1", vec!["de la vieja".into()])
            );
            assert_eq!(panel.stored().unsent.len(), 1, "nothing is forgotten");
            panel.take();
            panel.welcome(active());
            let say = VisitorCommand::Say { id: id(50), text: "de la vieja".into(), files: vec![] };
            assert!(panel.sent().contains(&say));
            panel.event(VisitorEvent::Ack { id: id(50), seq: Seq(2), at: panel.env.now });
            panel.wait(Duration::from_secs(1));
            assert_eq!(panel.state.number(), other.as_ref().map_or("", |kept| &kept.number.0));
            assert_eq!(panel.take().last(), Some(&Effect::Connect));
            assert_eq!(panel.state.draft.message, "");
            assert_eq!(
                panel.stored().ticket,
                Some(kept("CO-1")),
                "the other tab has written its own"
            );
        }
    }

    #[test]
    fn whoever_gives_up_a_ticket_that_another_tab_has_left_goes_on_with_that_tabs_one() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "de la vieja", env));
        panel.change(|state, env| state.storage_changed(Some(kept("CO-9")), env));
        panel.take();
        panel.change(State::start_over);
        assert_eq!(panel.state.number(), "CO-9");
        assert_eq!(panel.state.draft.message, "de la vieja", "the text stays with its sender");
        assert!(
            !panel.take().contains(&Effect::KeepTicket),
            "the other tab's ticket is not forgotten"
        );
    }

    #[test]
    fn what_was_written_on_a_ticket_that_is_not_open_any_more_comes_back_as_a_draft() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "de la vieja", env));
        let stored = || Stored { ticket: Some(kept("CO-9")), ..panel.stored() };
        let fresh = Panel::new(page(), stored());
        assert_eq!(fresh.state.draft.message, "", "the tab that it is from delivers it yet");
        assert_eq!(fresh.stored().unsent.len(), 1);
        let mut stored = stored();
        stored.unsent[0].1.since = stored.unsent[0].1.since - limits::UNSENT_AFTER;
        let mut panel = Panel::new(page(), stored);
        assert_eq!(panel.state.draft.message, "de la vieja");
        assert_eq!(panel.stored().draft.message, "de la vieja");
        assert!(panel.stored().unsent.is_empty() && on_its_way(&panel).is_empty());
        panel.take();
        panel.welcome(active());
        assert!(!panel.sent().iter().any(|sent| matches!(sent, VisitorCommand::Say { .. })));
    }

    #[test]
    fn what_another_tab_has_sent_is_no_draft_here_any_more() {
        for (typed, left) in [("hola", ""), ("hola, y otra cosa", "hola, y otra cosa")] {
            let mut panel = Panel::before_a_chat();
            panel.change(|state, env| state.typed(Field::Message, typed, env));
            panel.change(|state, env| state.storage_changed(Some(kept("CO-9")), env));
            panel.take();
            panel.welcome(active());
            panel.event(VisitorEvent::Entries {
                entries: vec![entry(1, own("hola"))],
                last: Seq(1),
            });
            assert_eq!(panel.state.draft.message, left);
            assert_eq!(panel.take().contains(&Effect::PutDraft), left.is_empty());
            // A second one like the draft is the visitor's own affair.
            panel.change(|state, env| state.typed(Field::Message, "hola", env));
            panel.event(VisitorEvent::Entry { entry: entry(2, own("hola")) });
            assert_eq!(panel.state.draft.message, "hola");
        }
    }

    #[test]
    fn a_ticket_that_another_tab_left_is_left_here_too() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.storage_changed(None, env));
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.take().last(), Some(&Effect::Connect));
    }

    #[test]
    fn another_tabs_word_on_the_same_ticket_changes_nothing() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.storage_changed(Some(kept("CO-1")), env));
        assert_eq!(panel.take(), []);
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.storage_changed(None, env));
        assert_eq!(panel.take(), []);
    }
}
