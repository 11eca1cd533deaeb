//! What the host page says.

use super::{
    draft::Draft,
    effect::Effect,
    model::{Environment, State},
};
use crate::view_model::Screen;
use protocol::{
    Field, Timestamp,
    identity::SignedIdentity,
    limits,
    status::Availability,
    text::{ChatText, EmailAddress, PersonName, Subject},
    visitor::VisitorCommand,
};

/// A message of the host page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostMessage {
    /// The panel is on screen, on this page.
    Open { page: Option<String> },
    /// The panel is not on screen any more.
    Close,
    /// A chat ran on the page before this one.
    Resume,
    /// The button's answer, for a form that has no socket.
    Status { status: Availability },
    /// The host page is another now, without having been loaded.
    Page { page: Option<String> },
    /// Who the visitor is, and what they ask.
    Visitor { visitor: Person, extra: Question },
    /// Another person may come now; `at`: when the page said so.
    Logout { at: Option<Timestamp> },
}

/// What a host page knows of its visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub name: Option<String>,
    pub email: Option<String>,
    pub id: String,
    pub expires: String,
    pub signature: String,
    /// When the page said so.
    pub at: Option<Timestamp>,
}

impl Person {
    /// The part that the site's signature is about.
    fn signed(&self) -> SignedIdentity {
        let email = self.email.clone().unwrap_or_default();
        let Self { id, expires, signature, .. } = self.clone();
        SignedIdentity { id, email, expires, signature }
    }
}

/// What a host page knows of its visitor's question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub subject: Option<String>,
    pub message: Option<String>,
}

impl State {
    /// The host page said something.
    pub fn on_host_message(&mut self, message: HostMessage, env: &Environment) {
        match message {
            HostMessage::Open { page } => {
                self.is_open = true;
                self.host_page = page.or(self.host_page.take());
                self.tell_page();
                self.connect_when_wanted(env);
                self.look(env);
                self.ask_for_own();
            }
            HostMessage::Close => {
                self.is_open = false;
                self.menu_open = false;
                self.look(env);
                self.connect_when_wanted(env);
            }
            HostMessage::Resume => {
                self.is_resumed = true;
                if self.kept.is_none() {
                    self.tell_chat(false);
                }
                self.connect_when_wanted(env);
            }
            HostMessage::Status { status } => {
                if !self.connection.is_greeted {
                    self.set_status(status, env);
                }
            }
            HostMessage::Page { page } => {
                self.host_page = page.or(self.host_page.take());
                self.tell_page();
            }
            HostMessage::Logout { at } => self.log_out(at, env),
            HostMessage::Visitor { visitor, extra } => {
                if !self.is_of_before(&visitor, env) {
                    self.identify(visitor.signed(), visitor.at, env);
                    self.give(&given(visitor, extra));
                }
            }
        }
    }

    /// Tells the server which page the visitor is on, while a chat runs.
    pub(super) fn tell_page(&mut self) {
        if self.connection.is_greeted
            && self.is_running()
            && self.told_page != self.host_page
            && let Some(page) = self.host_page.clone()
        {
            self.told_page = Some(page.clone());
            self.send(VisitorCommand::Page { page });
        }
    }

    /// Another person comes: nothing of whoever was here is left, in storage and in other tabs either. `at`: when the
    /// page said so, which may be long before this panel was there to hear of it.
    pub(super) fn log_out(&mut self, at: Option<Timestamp>, env: &Environment) {
        self.person = Some(at.unwrap_or(env.now).0.to_string());
        self.empty(env);
        self.add_effect(Effect::ForgetPerson);
    }

    /// Whether a page that was left open speaks of somebody who has logged out since, in whichever tab. A mark that is
    /// to come was made by a clock that was wrong, and tells nothing.
    fn is_of_before(&self, visitor: &Person, env: &Environment) -> bool {
        let left_at = self.person.as_ref().and_then(|mark| mark.parse().ok()).map(Timestamp);
        let is_since = |left_at| left_at <= env.now && visitor.at.is_some_and(|at| at < left_at);
        left_at.is_some_and(is_since) && self.identified() != Some(&visitor.id)
    }

    /// Storage says whose browser this is, where it can. A logout in another tab is one here.
    pub fn person_is(&mut self, person: Option<String>, env: &Environment) {
        if person.is_some() && self.person != person {
            self.person = person;
            self.empty(env);
            self.add_effect(Effect::ForgetTab);
        }
    }

    /// Fills the form's fields with what the host page knows, in place of what it said before. What the visitor typed
    /// stays.
    fn give(&mut self, given: &Draft) {
        for field in Draft::FIELDS {
            // A message is for the next form, not for the conversation that is open.
            let is_for_now = field != Field::Message || self.kept.is_none();
            if is_for_now && self.draft.get(field) == self.given.get(field) {
                self.draft.set(field, given.get(field));
            }
        }
        self.given.clone_from(given);
        self.show_subject();
        self.add_effect(Effect::PutDraft);
    }

    /// Nothing is left of whoever was here.
    fn empty(&mut self, env: &Environment) {
        self.forget_ticket();
        self.forget_identity();
        self.draft = Draft::default();
        self.given = Draft::default();
        self.has_subject = false;
        self.flip.clear();
        self.refusals.clear();
        self.submitting = None;
        self.screen = Screen::Form;
        self.tell_chat(false);
        for effect in [Effect::PutDraft, Effect::ClearChosenFiles, Effect::RenewForm] {
            self.add_effect(effect);
        }
        self.look(env);
        self.reopen(env);
    }
}

/// What the page gave, as the form takes it: nobody typed it, so it is cut or dropped, and never refused.
fn given(visitor: Person, extra: Question) -> Draft {
    let text = |given: Option<String>, limit: usize, is_taken: fn(&str) -> bool| {
        let text: String = given.unwrap_or_default().chars().take(limit).collect();
        if is_taken(&text) { text } else { String::new() }
    };
    Draft {
        name: text(visitor.name, limits::NAME, |text| PersonName::parse(text).is_ok()),
        email: text(visitor.email, usize::MAX, |text| EmailAddress::parse(text).is_ok()),
        queue: String::new(),
        subject: text(extra.subject, limits::SUBJECT, |text| Subject::parse(text).is_ok()),
        message: text(extra.message, limits::CHAT_TEXT, |text| ChatText::parse(text).is_ok()),
        comment: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::{PanelPage, Typed},
        panel::state::{
            FormAnswer,
            effect::HostNotice,
            fixture::{Panel, active, id, kept, page, started, status, ticket},
            model::Stored,
        },
    };
    use protocol::visitor::{VisitorChat, VisitorEvent};

    fn host(panel: &mut Panel, message: HostMessage) {
        panel.change(|state, env| state.on_host_message(message, env));
    }

    #[test]
    fn a_framed_form_has_no_socket_and_hears_of_flips_from_the_page() {
        let mut panel = Panel::new(PanelPage { embed: true, ..page() }, Stored::default());
        panel.take();
        let open = |page: Option<&str>| HostMessage::Open { page: page.map(str::to_owned) };
        host(&mut panel, open(Some("https://a.mx/precios")));
        let nothing_new = Effect::PostToHost(HostNotice::Unread, "0".into());
        assert_eq!(panel.take(), [nothing_new]);
        host(&mut panel, HostMessage::Status { status: status(false) });
        assert!(!panel.state.status.open);
        assert_eq!(panel.state.flip, "panel.flipped_closed");
        host(&mut panel, HostMessage::Close);
        host(&mut panel, open(None));
        assert_eq!(panel.state.host_page.as_deref(), Some("https://a.mx/precios"));
        host(&mut panel, HostMessage::Page { page: Some("https://a.mx/planes".into()) });
        assert_eq!(panel.state.host_page.as_deref(), Some("https://a.mx/planes"));

        let typed = Typed { email: "ana@a.mx".into(), message: "hola".into(), ..Typed::default() };
        let mut sent = None;
        panel.change(|state, _| sent = state.submit(typed));
        let answer = FormAnswer::Started(started("CO-1"));
        panel.change(|state, env| state.form_answered(sent.expect("it was sent"), answer, env));
        assert!(panel.take().contains(&Effect::Connect), "it has a ticket now");
        panel.change(State::start_over);
        assert!(panel.take().contains(&Effect::Disconnect));
    }

    #[test]
    fn the_server_hears_of_each_page_once_while_a_chat_runs() {
        let mut panel = Panel::in_a_chat();
        let page = |n: u32| HostMessage::Page { page: Some(format!("https://a.mx/{n}")) };
        let told = |n: u32| VisitorCommand::Page { page: format!("https://a.mx/{n}") };
        host(&mut panel, page(1));
        host(&mut panel, page(1));
        assert_eq!(panel.sent(), [told(1)]);
        panel.closed(1006);
        host(&mut panel, page(2));
        assert_eq!(panel.sent(), []);
        panel.welcome(active());
        assert!(panel.sent().contains(&told(2)));
        let over = VisitorChat::Ended { rated: false, attended: true };
        panel.event(VisitorEvent::Ticket { ticket: ticket(over) });
        panel.take();
        host(&mut panel, page(3));
        assert_eq!(panel.sent(), []);
    }

    #[test]
    fn a_page_that_the_visitor_came_to_while_the_form_was_on_its_way_is_told() {
        let page = |n: u32| HostMessage::Page { page: Some(format!("https://a.mx/{n}")) };
        let told = |n: u32| VisitorCommand::Page { page: format!("https://a.mx/{n}") };
        for (moves, is_told) in [(false, false), (true, true)] {
            let mut panel = Panel::before_a_chat();
            host(&mut panel, page(1));
            let typed = Typed { name: "Ana".into(), message: "hola".into(), ..Typed::default() };
            let mut sent = None;
            panel.change(|state, _| sent = state.submit(typed));
            if moves {
                host(&mut panel, page(2));
            }
            let answer = FormAnswer::Started(started("CO-1"));
            panel.change(|state, env| state.form_answered(sent.expect("it was sent"), answer, env));
            panel.welcome(VisitorChat::Waiting { position: 1 });
            let sent = panel.sent();
            assert_eq!(sent.contains(&told(2)), is_told);
            assert!(!sent.contains(&told(1)), "it went with the form");
        }
    }

    #[test]
    fn the_page_is_told_on_every_ticket() {
        let mut panel = Panel::in_a_chat();
        let page = "https://a.mx/1".to_owned();
        host(&mut panel, HostMessage::Page { page: Some(page.clone()) });
        assert_eq!(panel.sent(), [VisitorCommand::Page { page: page.clone() }]);
        panel.change(|state, env| state.storage_changed(Some(kept("CO-9")), env));
        panel.take();
        panel.welcome(active());
        assert!(panel.sent().contains(&VisitorCommand::Page { page }));
    }

    #[test]
    fn a_closed_panel_has_no_open_menu() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, _| state.toggle_menu());
        host(&mut panel, HostMessage::Close);
        assert!(!panel.state.menu_open);
    }

    fn visitor(name: &str, email: &str) -> Person {
        Person { name: Some(name.into()), email: Some(email.into()), ..Person::default() }
    }

    fn knows(panel: &mut Panel, visitor: Person, extra: Question) {
        host(panel, HostMessage::Visitor { visitor, extra });
    }

    #[test]
    fn what_the_host_knows_of_its_visitor_fills_what_nothing_was_typed_into() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed(Field::Email, "mia@a.mx", env));
        let extra = Question { subject: Some("Pago".into()), message: Some("¿Cuánto?".into()) };
        knows(&mut panel, visitor("Ana", "ana@a.mx"), extra.clone());
        let draft = Draft {
            name: "Ana".into(),
            email: "mia@a.mx".into(),
            subject: "Pago".into(),
            queue: String::new(),
            message: "¿Cuánto?".into(),
            comment: String::new(),
        };
        assert_eq!(panel.state.draft, draft);
        assert!(panel.take().contains(&Effect::PutDraft));
        assert_eq!(panel.stored().draft.name, "", "only what was typed is kept");
        panel.change(|state, env| state.typed(Field::Message, "", env));
        knows(&mut panel, visitor("Ana", "ana@a.mx"), extra);
        assert_eq!(panel.state.draft.message, "", "what was deleted stays so");
    }

    #[test]
    fn who_is_identified_anew_replaces_all_of_who_was_before_and_nothing_that_was_typed() {
        let mut panel = Panel::before_a_chat();
        knows(&mut panel, visitor("Ana", "ana@a.mx"), Question::default());
        let beto = Person { name: Some("Beto".into()), ..Person::default() };
        knows(&mut panel, beto, Question::default());
        assert_eq!((&*panel.state.draft.name, &*panel.state.draft.email), ("Beto", ""));
        panel.change(|state, env| state.typed(Field::Name, "Beto Paz", env));
        knows(&mut panel, visitor("Carla", "carla@a.mx"), Question::default());
        assert_eq!(
            (&*panel.state.draft.name, &*panel.state.draft.email),
            ("Beto Paz", "carla@a.mx")
        );
    }

    #[test]
    fn what_the_page_gives_is_cut_or_dropped_and_never_refused() {
        let mut panel = Panel::before_a_chat();
        let extra = Question { subject: Some("á".repeat(500)), message: Some("\0".into()) };
        knows(&mut panel, visitor(&"ñ".repeat(500), "nadie"), extra);
        let draft = panel.state.draft.clone();
        assert_eq!(draft.name, "ñ".repeat(limits::NAME));
        assert_eq!(draft.subject, "á".repeat(limits::SUBJECT));
        assert_eq!((&*draft.email, &*draft.message), ("", ""));
        let Draft { name, email, subject, .. } = draft;
        let message = "hola".into();
        let typed = Typed { name, email, subject, message, queue: String::new() };
        let mut sent = None;
        panel.change(|state, _| sent = state.submit(typed));
        assert!(sent.is_some());
    }

    #[test]
    fn the_pages_message_is_for_the_form_and_not_for_a_conversation() {
        let mut panel = Panel::in_a_chat();
        let extra = Question { subject: None, message: Some("¿Cuánto?".into()) };
        knows(&mut panel, Person::default(), extra);
        assert_eq!(panel.state.draft.message, "");
    }

    #[test]
    fn a_logout_leaves_nothing_for_the_next_person() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "secreto", env));
        for field in Draft::FIELDS {
            panel.change(|state, env| state.typed(field, "a medias", env));
        }
        knows(&mut panel, visitor("Ana", "ana@a.mx"), Question::default());
        let person = panel.state.person.clone();
        host(&mut panel, HostMessage::Logout { at: None });
        assert_eq!(panel.state.screen, Screen::Form);
        assert_eq!(panel.state.draft, Draft::default());
        assert_eq!(panel.state.token(), "");
        assert_ne!(panel.state.person, person);
        let stored = panel.stored();
        assert_eq!((stored.ticket, stored.unsent, stored.draft), (None, vec![], Draft::default()));
        assert_eq!(stored.person, panel.state.person);
        let done = panel.take();
        for effect in [
            Effect::PutDraft,
            Effect::ClearChosenFiles,
            Effect::ClearRating,
            Effect::RenewForm,
            Effect::ForgetPerson,
        ] {
            assert!(done.contains(&effect), "{effect:?}");
        }
        // The page's next visitor is nobody's successor.
        let beto = Person { name: Some("Beto".into()), ..Person::default() };
        knows(&mut panel, beto, Question::default());
        assert_eq!((&*panel.state.draft.name, &*panel.state.draft.email), ("Beto", ""));
    }

    #[test]
    fn a_page_that_was_left_open_brings_back_nobody_who_has_logged_out_since() {
        let identified = |id: &str, at| Person { id: id.into(), at, ..visitor("Ana", "ana@a.mx") };
        let at = |panel: &Panel, ms| Some(Timestamp(panel.env.now.0 + ms));
        let mut panel = Panel::before_a_chat();
        let ana = at(&panel, -10_000);
        knows(&mut panel, identified("42", ana), Question::default());
        let left = at(&panel, -5_000);
        host(&mut panel, HostMessage::Logout { at: left });
        // Another tab, whose frame comes only now, and one that has its frame already.
        for mut tab in [panel.reload(), panel] {
            let extra = Question { subject: None, message: Some("lo de Ana".into()) };
            knows(&mut tab, identified("42", ana), extra);
            assert_eq!((tab.identity(), &tab.state.draft), (None, &Draft::default()));
            // Who is identified after the logout is somebody, also at the same instant.
            knows(&mut tab, identified("43", left), Question::default());
            assert_eq!(tab.identity(), Some("43"));
            tab.change(|state, env| state.typed(Field::Message, "de 43", env));
            knows(&mut tab, identified("42", ana), Question::default());
            assert_eq!((tab.identity(), &*tab.state.draft.message), (Some("43"), "de 43"));
        }
    }

    #[test]
    fn an_old_tab_does_not_wipe_who_came_after_without_a_logout_and_their_own_tabs_stay_theirs() {
        let identified = |id: &str, at| Person { id: id.into(), at, ..Person::default() };
        let mut panel = Panel::before_a_chat();
        let at = |ms: i64| Some(Timestamp(1_795_369_200_000 + ms));
        knows(&mut panel, identified("42", at(-10_000)), Question::default());
        knows(&mut panel, identified("43", at(-5_000)), Question::default());
        let mut tab = panel.reload();
        knows(&mut tab, identified("42", at(-10_000)), Question::default());
        assert_eq!(tab.identity(), Some("43"));
        let mut tab = panel.reload();
        knows(
            &mut tab,
            Person { name: Some("Eva".into()), ..identified("43", at(-6_000)) },
            Question::default(),
        );
        assert_eq!(tab.state.draft.name, "Eva", "an earlier page of the same person");
    }

    #[test]
    fn a_mark_of_a_clock_that_was_ahead_keeps_nobody_out() {
        let mut panel = Panel::before_a_chat();
        let ahead = Timestamp(panel.env.now.0 + 86_400_000);
        host(&mut panel, HostMessage::Logout { at: Some(ahead) });
        let now = Some(panel.env.now);
        let ana = Person { id: "42".into(), at: now, ..Person::default() };
        knows(&mut panel, ana, Question::default());
        assert_eq!(panel.identity(), Some("42"));
    }

    #[test]
    fn a_logout_in_another_tab_is_one_here_and_leaves_the_storage_to_that_tab() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "a medias", env));
        panel.change(|state, env| state.person_is(None, env));
        assert_eq!(panel.state.number(), "CO-1", "nobody left");
        panel.take();
        panel.change(|state, env| state.person_is(Some("otra".into()), env));
        assert_eq!((panel.state.number(), &*panel.state.draft.message), ("", ""));
        assert_eq!(panel.state.screen, Screen::Form);
        let done = panel.take();
        assert!(done.contains(&Effect::Connect) && done.contains(&Effect::PutDraft));
        assert!(!done.contains(&Effect::KeepTicket) && !done.contains(&Effect::ForgetPerson));
    }

    #[test]
    fn the_answer_to_a_form_of_before_a_logout_opens_nothing() {
        let mut panel = Panel::before_a_chat();
        let typed = Typed { name: "Ana".into(), message: "hola".into(), ..Typed::default() };
        let mut sent = None;
        panel.change(|state, _| sent = state.submit(typed));
        host(&mut panel, HostMessage::Logout { at: None });
        let answer = FormAnswer::Started(started("CO-1"));
        panel.change(|state, env| state.form_answered(sent.expect("it was sent"), answer, env));
        assert_eq!((panel.state.number(), panel.stored().ticket), ("", None));
        assert_eq!(panel.state.screen, Screen::Form);
    }
}
