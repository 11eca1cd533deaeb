//! The ticket that this browser has open: begun by a form, opened again, left; and the draft, which outlives all three.

use super::{
    effect::{Effect, Focus, HostNotice},
    model::{Environment, Kept, PendingCommand, State},
};
use crate::{page::Form, view_model::Screen};
use protocol::{
    Seq,
    delivery::{Delivery, Outbox, Timeline, Unsent},
    entry::{Category, TicketState},
    form::Started,
    visitor::{VisitorChat, VisitorTicket},
};

impl State {
    /// Goes on with the ticket that a form made. `text` is the message that went with the form, where it is known; `stored` is what
    /// storage holds of unacknowledged messages.
    pub fn begin(
        &mut self,
        form: Form,
        started: Started,
        email: Option<String>,
        text: Option<String>,
        stored: Vec<Unsent>,
        env: &Environment,
    ) {
        let kept =
            Kept { token: started.token, number: started.number.clone(), link: started.link };
        self.set_draft("");
        self.open_ticket(kept, stored, env);
        self.add_effect(Effect::KeepTicket);
        if let Some(text) = text {
            // It is stored already: shown at once as delivered, and replaced by the entry itself.
            self.outbox.add(started.id, text, Vec::new(), env.now);
            self.outbox.on_ack(started.id, started.seq, env.now);
        }
        self.is_loaded = true;
        self.set_ticket(VisitorTicket {
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
        });
        self.reopen();
    }

    /// Opens a ticket in place of the one there is. `stored` is what storage holds of unacknowledged messages.
    pub fn open_ticket(&mut self, kept: Kept, mut stored: Vec<Unsent>, env: &Environment) {
        // Those of the ticket before are not this one's.
        stored.retain(|unsent| self.outbox.items(env.now).all(|(own, _)| own.id != unsent.id));
        self.clear(env);
        self.post_to_host(HostNotice::Ticket, &kept.number.0);
        self.kept = Some(kept);
        self.outbox = Outbox::restore(stored);
        self.screen = Screen::Conversation;
        self.add_effect(Effect::PutDraft);
    }

    /// Another tab has opened or left a ticket; `kept` and `stored` are what storage holds now.
    pub fn storage_changed(&mut self, kept: Option<Kept>, stored: Vec<Unsent>, env: &Environment) {
        let token = self.kept.as_ref().map(|kept| &kept.token);
        match kept {
            Some(kept) if token != Some(&kept.token) => self.open_ticket(kept, stored, env),
            None if token.is_some() => self.leave(env),
            _ => return,
        }
        self.reopen();
    }

    /// *Nueva consulta*: leaves the ticket for a fresh form.
    pub fn start_over(&mut self, env: &Environment) {
        self.leave_for_another(env);
        self.focus(Focus::FirstField);
    }

    pub(super) fn leave_for_another(&mut self, env: &Environment) {
        self.leave(env);
        self.reopen();
    }

    /// Leaves the ticket. Text that was never sent goes into the draft.
    pub(super) fn leave(&mut self, env: &Environment) {
        let unsent: Vec<String> = self
            .outbox
            .items(env.now)
            .filter(|(_, delivery)| !matches!(delivery, Delivery::Sent { .. }))
            .map(|(unsent, _)| unsent.text.clone())
            .collect();
        self.put_before_draft(&unsent.join("\n"));
        self.clear(env);
        self.add_effect(Effect::KeepTicket);
        self.refusals.clear();
        self.screen = Screen::Form;
        self.look(env);
    }

    fn clear(&mut self, env: &Environment) {
        let unsent: Vec<_> = self.outbox.items(env.now).map(|(unsent, _)| unsent.id).collect();
        for id in unsent {
            self.add_effect(Effect::ForgetUnsent(id));
        }
        self.kept = None;
        self.outbox = Outbox::default();
        self.timeline = Timeline::new();
        self.is_loaded = false;
        self.seen = Seq::START;
        self.seen_sent = Seq::START;
        self.ticket = None;
        self.typing_agent = None;
        self.pending = PendingCommand::None;
        self.rating_error.clear();
        self.notice.clear();
        self.uploads.clear();
        self.at_end = true;
        self.log_open = false;
        self.menu_open = false;
        self.transcript_dialog_open = false;
    }

    pub(super) fn set_ticket(&mut self, ticket: VisitorTicket) {
        self.screen = match ticket.chat {
            VisitorChat::Ended { .. } => Screen::Ended,
            _ => Screen::Conversation,
        };
        if !matches!(ticket.chat, VisitorChat::Active { .. }) {
            self.typing_agent = None;
        }
        self.ticket = Some(ticket);
    }

    pub(super) fn set_draft(&mut self, text: &str) {
        text.clone_into(&mut self.draft);
        self.add_effect(Effect::KeepDraft);
    }

    /// Text that comes back stands before what is being typed.
    pub(super) fn put_before_draft(&mut self, text: &str) {
        let draft = join(text, &self.draft);
        self.set_draft(&draft);
        self.add_effect(Effect::PutDraft);
    }
}

fn join(first: &str, then: &str) -> String {
    match (first.trim().is_empty(), then.trim().is_empty()) {
        (true, _) => then.to_owned(),
        (_, true) => first.to_owned(),
        _ => [first, "\n", then].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::{Answer, PanelPage},
        panel::state::{
            fixture::{
                Panel, active, agents, entries, entry, id, kept, own, page, started, status, ticket,
            },
            model::Stored,
        },
    };
    use protocol::visitor::{VisitorCommand, VisitorEvent};

    fn begin(panel: &mut Panel, form: Form, number: &str) {
        let stored = panel.stored().unsent;
        panel.change(|state, env| {
            state.begin(form, started(number), None, Some("hola".into()), stored, env);
        });
    }

    #[test]
    fn a_fresh_panel_is_a_form_with_the_kept_draft() {
        let mut panel =
            Panel::new(page(), Stored { draft: "a medias".into(), ..Stored::default() });
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.draft, "a medias");
        assert!(panel.take().contains(&Effect::PutDraft));
    }

    #[test]
    fn what_was_typed_before_the_start_is_newer_than_the_kept_draft() {
        let panel = Panel::before_a_chat();
        let stored = Stored { draft: "viejo".into(), ..Stored::default() };
        let state = State::new(page(), stored, "nuevo".into(), &panel.env);
        assert_eq!(state.draft, "nuevo");
    }

    #[test]
    fn a_kept_ticket_is_opened_again_with_its_token() {
        let stored = Stored { ticket: Some(kept("CO-1")), ..Stored::default() };
        let mut panel = Panel::new(page(), stored);
        assert_eq!(panel.state.screen, Screen::Conversation);
        assert_eq!(panel.state.number(), "CO-1");
        assert_eq!(panel.posted(), [(HostNotice::Ticket, "CO-1".into())]);
        panel.opened();
        let hello = VisitorCommand::Hello { token: Some(kept("CO-1").token), after: Seq(0) };
        assert_eq!(panel.sent(), [hello]);
        panel.event(VisitorEvent::Welcome { ticket: ticket(active()), status: status(true) });
        panel.event(entries(vec![entry(1, own("hola")), entry(2, agents("buenas"))]));
        assert_eq!(panel.state.timeline.last(), Seq(2));
    }

    #[test]
    fn a_ticket_on_which_everything_was_said_is_not_opened_again() {
        for chat in [VisitorChat::Ended { rated: true }, VisitorChat::Request] {
            let stored = Stored { ticket: Some(kept("CO-1")), ..Stored::default() };
            let mut panel = Panel::new(page(), stored);
            panel.opened();
            let mut ticket = ticket(chat);
            ticket.state.category = Category::Closed;
            panel.event(VisitorEvent::Welcome { ticket, status: status(true) });
            assert_eq!(panel.state.screen, Screen::Form);
            assert_eq!(panel.stored().ticket, None);
            assert_eq!(panel.take().last(), Some(&Effect::Connect));
        }
    }

    #[test]
    fn an_ended_chat_without_a_rating_is_opened_again() {
        let mut panel = Panel::in_a_chat().reload();
        panel.welcome(VisitorChat::Ended { rated: false });
        assert_eq!(panel.state.screen, Screen::Ended);
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
        panel.change(|state, env| state.typed("hola", env));
        begin(&mut panel, Form::Chat, "CO-2");
        assert_eq!(panel.stored().ticket, Some(kept("CO-2")));
        assert_eq!((panel.state.draft.as_str(), panel.stored().draft.as_str()), ("", ""));
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
        panel.change(|state, env| state.typed("a medias", env));
        panel.change(State::start_over);
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.draft, "nunca llegó\na medias");
        assert_eq!(panel.state.number(), "");
        assert!(panel.state.timeline.entries().is_empty());
        let stored = panel.stored();
        assert_eq!((stored.ticket, stored.unsent.len()), (None, 0));
        assert_eq!(stored.draft, "nunca llegó\na medias");
        let done = panel.take();
        assert!(done.contains(&Effect::PutDraft) && done.contains(&Effect::Connect));
        assert!(done.contains(&Effect::Focus(Focus::FirstField)));
    }

    #[test]
    fn ended_rated_and_started_over_the_next_question_is_a_fresh_one() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Ticket { ticket: ticket(VisitorChat::Ended { rated: false }) });
        assert_eq!(panel.state.screen, Screen::Ended);
        panel.change(|state, env| state.rate(Some(4), " bien ", env));
        let rate = VisitorCommand::Rate { score: 4, comment: Some("bien".into()) };
        assert_eq!(panel.sent(), [rate]);
        panel.event(VisitorEvent::Done { what: protocol::visitor::Done::Rating });
        let chat = panel.state.ticket.as_ref().map(|ticket| ticket.chat.clone());
        assert_eq!(chat, Some(VisitorChat::Ended { rated: true }));
        panel.change(State::start_over);
        panel.opened();
        assert!(panel.sent().contains(&VisitorCommand::Hello { token: None, after: Seq(0) }));
        begin(&mut panel, Form::Chat, "CO-2");
        assert_eq!(panel.state.number(), "CO-2");
        assert_eq!(panel.state.screen, Screen::Conversation);
    }

    #[test]
    fn another_tabs_new_ticket_is_opened_here_too() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "de la vieja", env));
        let others =
            Unsent { id: id(60), text: "de la otra".into(), files: vec![], since: panel.env.now };
        let mut stored = panel.stored().unsent;
        stored.push(others);
        panel.take();
        panel.change(|state, env| state.storage_changed(Some(kept("CO-9")), stored, env));
        assert_eq!(panel.state.number(), "CO-9");
        let texts: Vec<_> = panel
            .state
            .outbox
            .items(panel.env.now)
            .map(|(unsent, _)| unsent.text.clone())
            .collect();
        assert_eq!(
            texts,
            ["de la otra"],
            "what was written for the ticket before stays off this one"
        );
        assert_eq!(panel.take().last(), Some(&Effect::Connect));
    }

    #[test]
    fn a_ticket_that_another_tab_left_is_left_here_too() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.storage_changed(None, vec![], env));
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.take().last(), Some(&Effect::Connect));
    }

    #[test]
    fn another_tabs_word_on_the_same_ticket_changes_nothing() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.storage_changed(Some(kept("CO-1")), vec![], env));
        assert_eq!(panel.take(), []);
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.storage_changed(None, vec![], env));
        assert_eq!(panel.take(), []);
    }

    #[test]
    fn text_that_was_never_sent_comes_before_what_is_being_typed() {
        assert_eq!(join("", "b"), "b");
        assert_eq!(join("a", " "), "a");
        assert_eq!(join("a", "b"), "a\nb");
    }
}
