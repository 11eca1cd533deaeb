//! Who the host page says that the visitor is, under the site's signature, and that person's tickets: listed, and
//! opened without a mailed link. The server proves it anew with each question; here it is kept in memory alone, but for
//! the id, by which the next page knows that it is another person's.

use super::{
    effect::{Effect, Focus},
    model::{Environment, Kept, State},
    own_tickets::{Own, OwnAsked},
};
use crate::{markup::Id, view_model::Screen};
use protocol::{
    TicketNumber, Timestamp,
    identity::{OwnTickets, SignedIdentity},
};

impl State {
    /// The id of whoever was identified last, for storage.
    pub fn identified(&self) -> Option<&str> {
        self.own.id.as_deref()
    }

    /// What proves the person to the server; none where the page signed nothing.
    pub fn signed_identity(&self) -> Option<&SignedIdentity> {
        Some(&self.own.signed).filter(|signed| !signed.signature.is_empty())
    }

    /// The host page says who the visitor is. Nothing of somebody with another id stays.
    pub(super) fn identify(
        &mut self,
        signed: SignedIdentity,
        at: Option<Timestamp>,
        env: &Environment,
    ) {
        if signed == self.own.signed {
            return;
        }
        if !signed.id.is_empty() && self.own.id.as_ref() != Some(&signed.id) {
            if self.own.id.is_some() {
                self.log_out(at, env);
            }
            self.own.id = Some(signed.id.clone());
            self.add_effect(Effect::KeepIdentity);
        }
        self.own.signed = signed;
        if self.signed_identity().is_none() {
            self.forget_own_tickets();
        }
        self.ask_for_own();
    }

    /// Nothing is left of the person, and what is still answered is for nobody.
    pub(super) fn forget_identity(&mut self) {
        self.own = Own { turn: self.own.turn + 1, ..Own::default() };
    }

    fn forget_own_tickets(&mut self) {
        self.own = Own { id: self.own.id.take(), turn: self.own.turn + 1, ..Own::default() };
        if self.screen == Screen::Tickets {
            self.screen = Screen::Form;
        }
    }

    /// Asks for the newest tickets, where somebody looks and is signed.
    pub(super) fn ask_for_own(&mut self) {
        if self.is_open && self.signed_identity().is_some() {
            self.add_effect(Effect::AskForOwn(OwnAsked { turn: self.own.turn, after: None }));
        }
    }

    /// *Mostrar más*.
    pub fn more_own(&mut self) {
        let asked = OwnAsked { turn: self.own.turn, after: self.own.after };
        self.add_effect(Effect::AskForOwn(asked));
    }

    /// A page of tickets; none when nobody answered.
    pub fn own_came(&mut self, asked: &OwnAsked, page: Option<OwnTickets>) {
        if asked.turn != self.own.turn {
            return;
        }
        let Some(page) = page else {
            if asked.after.is_some() {
                self.notify(self.page.t("own_failed"));
            }
            return;
        };
        if asked.after.is_none() {
            self.own.tickets.clear();
        } else if asked.after != self.own.after {
            return; // asked for twice
        }
        self.own.tickets.extend(page.tickets);
        self.own.after = page.after;
        let has_some = !self.own.tickets.is_empty();
        let is_untouched =
            !self.has_typed && self.draft.message.is_empty() && self.submitting.is_none();
        if self.screen == Screen::Form && has_some && is_untouched && !self.own.was_shown {
            self.own.was_shown = true;
            self.screen = Screen::Tickets;
        } else if self.screen == Screen::Tickets && !has_some {
            self.screen = Screen::Form;
        }
    }

    /// *Tus conversaciones*: from the form to the list, as it is by now.
    pub fn show_own(&mut self) {
        self.screen = Screen::Tickets;
        self.ask_for_own();
        self.focus(Focus::Element(Id::OwnTitle));
    }

    /// A ticket of the list is chosen.
    pub fn open_own(&mut self, number: TicketNumber) {
        self.notify(String::new());
        let asked = OwnAsked { turn: self.own.turn, after: None };
        self.add_effect(Effect::OpenOwn(asked, number));
    }

    /// The chosen ticket; none when it could not be opened.
    pub fn own_opened(&mut self, asked: &OwnAsked, kept: Option<Kept>, env: &Environment) {
        if asked.turn != self.own.turn || self.screen != Screen::Tickets {
            return;
        }
        let Some(kept) = kept else { return self.notify(self.page.t("own_failed")) };
        self.open_ticket(kept, Vec::new(), env);
        self.add_effect(Effect::KeepTicket);
        // It was chosen, and stays open also where everything was said.
        self.loaded_at = Some(env.now);
        self.reopen(env);
        self.focus(Focus::Element(Id::Title));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::PanelPage;
    use crate::panel::state::{
        HostMessage, Person, Question,
        fixture::{Panel, entries, entry, kept, own, status, ticket},
        model::Stored,
    };
    use protocol::{
        Field, TicketId,
        identity::OwnTicket,
        visitor::{VisitorChat, VisitorEvent},
    };

    fn framed(stored: Stored) -> Panel {
        let page = PanelPage { embed: true, ..crate::panel::state::fixture::page() };
        let mut panel = Panel::new(page, stored);
        host(&mut panel, HostMessage::Open { page: None });
        panel.take();
        panel
    }

    fn host(panel: &mut Panel, message: HostMessage) {
        panel.change(|state, env| state.on_host_message(message, env));
    }

    fn identify(panel: &mut Panel, id: &str, signature: &str) {
        let visitor = Person {
            email: Some("ana@a.mx".into()),
            id: id.into(),
            expires: "1795450000".into(),
            signature: signature.into(),
            ..Person::default()
        };
        host(panel, HostMessage::Visitor { visitor, extra: Question::default() });
    }

    /// The question that is asked next.
    fn asked(panel: &mut Panel) -> Option<OwnAsked> {
        panel.take().into_iter().find_map(|effect| match effect {
            Effect::AskForOwn(asked) | Effect::OpenOwn(asked, _) => Some(asked),
            _ => None,
        })
    }

    fn page_of(numbers: &[&str], after: Option<TicketId>) -> OwnTickets {
        let ticket = |number: &&str| OwnTicket {
            number: TicketNumber((*number).into()),
            about: "Pago".into(),
            is_closed: false,
            is_unread: false,
        };
        OwnTickets { tickets: numbers.iter().map(ticket).collect(), after }
    }

    fn comes(panel: &mut Panel, asked: &OwnAsked, page: Option<OwnTickets>) {
        panel.change(|state, _| state.own_came(asked, page));
    }

    fn with_list(numbers: &[&str]) -> Panel {
        let mut panel = framed(Stored::default());
        identify(&mut panel, "42", "firma");
        let asked = asked(&mut panel).expect("it asks");
        comes(&mut panel, &asked, Some(page_of(numbers, None)));
        panel
    }

    fn numbers(panel: &Panel) -> Vec<&str> {
        panel.state.own.tickets.iter().map(|ticket| &*ticket.number.0).collect()
    }

    #[test]
    fn who_is_signed_gets_the_list_in_place_of_an_empty_form() {
        let mut panel = with_list(&["CO-2", "CO-1"]);
        assert_eq!((panel.state.screen, numbers(&panel)), (Screen::Tickets, vec!["CO-2", "CO-1"]));
        assert_eq!(panel.identity(), Some("42"));
        panel.change(State::start_over);
        assert_eq!(panel.state.screen, Screen::Form);
        host(&mut panel, HostMessage::Open { page: None });
        let asked = asked(&mut panel).expect("it asks again");
        comes(&mut panel, &asked, Some(page_of(&["CO-3"], None)));
        assert_eq!((panel.state.screen, numbers(&panel)), (Screen::Form, vec!["CO-3"]));
        panel.change(|state, _| state.show_own());
        assert_eq!(panel.state.screen, Screen::Tickets);
    }

    #[test]
    fn nobody_is_asked_for_the_tickets_of_who_is_not_signed_or_does_not_look() {
        let mut panel = framed(Stored::default());
        identify(&mut panel, "42", "");
        assert_eq!(asked(&mut panel), None);
        host(&mut panel, HostMessage::Close);
        identify(&mut panel, "42", "firma");
        assert_eq!(asked(&mut panel), None);
        host(&mut panel, HostMessage::Open { page: None });
        assert!(asked(&mut panel).is_some());
    }

    #[test]
    fn a_list_covers_nothing_that_is_typed_and_none_is_no_list() {
        let mut panel = framed(Stored::default());
        panel.change(|state, env| state.typed(Field::Message, "hola", env));
        identify(&mut panel, "42", "firma");
        let first = asked(&mut panel).expect("it asks");
        comes(&mut panel, &first, Some(page_of(&["CO-1"], None)));
        assert_eq!(panel.state.screen, Screen::Form);
        // Somebody who has begun with another field, and has emptied it again, is in the form as well.
        for texts in [&["Ana"][..], &["Ana", ""]] {
            let mut panel = framed(Stored::default());
            identify(&mut panel, "42", "firma");
            let first = asked(&mut panel).expect("it asks");
            for text in texts {
                panel.change(|state, env| state.typed(Field::Name, text, env));
            }
            comes(&mut panel, &first, Some(page_of(&["CO-1"], None)));
            assert_eq!((panel.state.screen, numbers(&panel)), (Screen::Form, vec!["CO-1"]));
        }
        let mut panel = framed(Stored::default());
        panel.change(|state, _| state.files_chosen(&[("a.png".into(), 1)]));
        identify(&mut panel, "42", "firma");
        let first = asked(&mut panel).expect("it asks");
        comes(&mut panel, &first, Some(page_of(&["CO-1"], None)));
        assert_eq!(panel.state.screen, Screen::Form, "files are something, too");
        // What the next person finds is untouched.
        host(&mut panel, HostMessage::Logout { at: None });
        identify(&mut panel, "43", "firma");
        let first = asked(&mut panel).expect("it asks");
        comes(&mut panel, &first, Some(page_of(&["CO-1"], None)));
        assert_eq!(panel.state.screen, Screen::Tickets);
        let mut panel = with_list(&[]);
        assert_eq!(panel.state.screen, Screen::Form);
        panel.change(|state, _| state.show_own());
        let again = asked(&mut panel).expect("it asks");
        comes(&mut panel, &again, Some(page_of(&[], None)));
        assert_eq!(panel.state.screen, Screen::Form);
    }

    #[test]
    fn a_list_goes_on_and_a_page_is_added_once() {
        let after = Some(TicketId(uuid::Uuid::from_u128(1)));
        let mut panel = framed(Stored::default());
        identify(&mut panel, "42", "firma");
        let first = asked(&mut panel).expect("it asks");
        comes(&mut panel, &first, Some(page_of(&["CO-2"], after)));
        panel.change(|state, _| state.more_own());
        let more = asked(&mut panel).expect("it asks");
        comes(&mut panel, &more, None);
        assert_eq!(panel.state.notice, "panel.own_failed");
        for _ in 0..2 {
            comes(&mut panel, &more, Some(page_of(&["CO-1"], None)));
        }
        assert_eq!((numbers(&panel), panel.state.own.after), (vec!["CO-2", "CO-1"], None));
    }

    #[test]
    fn a_chosen_ticket_is_opened_and_kept_and_stays_also_where_everything_was_said() {
        let mut panel = with_list(&["CO-2", "CO-1"]);
        panel.change(|state, _| state.open_own(TicketNumber("CO-1".into())));
        let chosen = asked(&mut panel).expect("it asks");
        panel.change(|state, env| state.own_opened(&chosen, None, env));
        assert_eq!(panel.state.notice, "panel.own_failed");
        assert_eq!(panel.state.screen, Screen::Tickets);
        panel.change(|state, env| state.own_opened(&chosen, Some(kept("CO-1")), env));
        assert_eq!(panel.stored().ticket, Some(kept("CO-1")));
        assert!(panel.take().contains(&Effect::Connect));
        panel.opened();
        let over = ticket(VisitorChat::Ended { rated: true, attended: true });
        panel.event(VisitorEvent::Welcome { ticket: over, status: status(true) });
        panel.event(entries(vec![entry(1, own("hola"))]));
        assert_eq!((panel.state.screen, panel.state.number()), (Screen::Conversation, "CO-1"));
    }

    #[test]
    fn a_logout_leaves_no_list_and_hears_no_answer_of_before() {
        let mut panel = with_list(&["CO-1"]);
        panel.change(|state, _| state.open_own(TicketNumber("CO-1".into())));
        let chosen = asked(&mut panel).expect("it asks");
        panel.change(|state, _| state.more_own());
        let more = asked(&mut panel).expect("it asks");
        host(&mut panel, HostMessage::Logout { at: None });
        assert_eq!((panel.state.screen, numbers(&panel)), (Screen::Form, vec![]));
        assert_eq!((panel.identity(), panel.state.signed_identity()), (None, None));
        panel.change(|state, env| state.own_opened(&chosen, Some(kept("CO-1")), env));
        comes(&mut panel, &more, Some(page_of(&["CO-1"], None)));
        assert_eq!((panel.state.number(), numbers(&panel)), ("", vec![]));
    }

    #[test]
    fn another_id_replaces_the_person_with_ticket_and_draft_also_one_of_an_earlier_page() {
        for id in ["42", "43"] {
            let stored = Stored {
                ticket: Some(kept("CO-1")),
                identity: Some("42".into()),
                ..Stored::default()
            };
            let mut panel = framed(stored);
            panel.change(|state, env| state.typed(Field::Message, "a medias", env));
            identify(&mut panel, id, "firma");
            let stays = id == "42";
            assert_eq!(panel.stored().ticket.is_some(), stays, "{id}");
            assert_eq!(panel.state.draft.message.is_empty(), !stays, "{id}");
            assert_eq!(panel.take().contains(&Effect::ForgetPerson), !stays, "{id}");
            assert_eq!(panel.identity(), Some(id));
        }
        // Somebody without a name who says one is who they were.
        let mut panel = framed(Stored { ticket: Some(kept("CO-1")), ..Stored::default() });
        identify(&mut panel, "42", "firma");
        assert_eq!(panel.stored().ticket, Some(kept("CO-1")));
    }

    #[test]
    fn a_page_that_signs_no_more_takes_the_list_away() {
        let mut panel = with_list(&["CO-1"]);
        identify(&mut panel, "42", "");
        assert_eq!((panel.state.screen, numbers(&panel)), (Screen::Form, vec![]));
    }
}
