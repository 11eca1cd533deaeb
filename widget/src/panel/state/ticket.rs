//! The ticket that this browser has open: begun by a form, opened again, and left.

use super::{
    effect::{Effect, Focus, HostNotice},
    model::{Elsewhere, Environment, Kept, PendingCommand, State},
};
use crate::{page::Form, view_model::Screen};
use protocol::{
    Field, Seq,
    delivery::{Delivery, Outbox, Timeline, Unsent},
    entry::{Category, TicketState},
    form::Started,
    visitor::{VisitorChat, VisitorTicket},
};

impl State {
    /// Goes on with the ticket that a form made. `text` is the message that went with the form, where it is known;
    /// `unsent` is what storage holds of the ticket's unacknowledged messages.
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
            removed: None,
        };
        self.told_page.clone_from(&self.host_page);
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
            let mut texts = String::new();
            for unsent in &undelivered {
                texts.push_str(&unsent.text);
                texts.push('\n');
            }
            self.put_before_draft(texts.trim_end_matches('\n'));
            for unsent in undelivered {
                self.add_effect(Effect::ForgetUnsent(unsent.id));
            }
        }
        self.forget_ticket();
    }

    pub(super) fn undelivered(&self, env: &Environment) -> Vec<Unsent> {
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
        self.has_typed = false;
        self.told_page = None;
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
        self.alert.clear();
        self.at_end = true;
        self.received = None;
        self.kept_reading = None;
        self.new_from = None;
        self.is_giving_contact = false;
        self.transcript_waits = false;
        self.menu_open = false;
        self.transcript_dialog_open = false;
        self.end_dialog_open = false;
        self.set_draft(Field::Comment, "");
        self.add_effect(Effect::ClearRating);
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
        entry::{EndedBy, VisitorBody},
        visitor::{VisitorCommand, VisitorEvent},
    };

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
}
