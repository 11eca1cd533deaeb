//! What is being typed. It outlives every change of the panel, and a text typed while another is on its way stays.

use super::{
    effect::Effect,
    model::{Environment, State},
};
use crate::{page::Typed, view_model::Screen};
use protocol::{Field, visitor::VisitorCommand};
use std::time::Duration;

/// A typing notice goes out at most this often.
const TYPING_EVERY: Duration = Duration::from_secs(3);

impl State {
    /// Something was typed into a field, which holds this now.
    pub fn typed(&mut self, field: Field, text: &str, env: &Environment) {
        self.has_typed |= self.screen == Screen::Form;
        let was_over = self.composer_length().1;
        self.set_draft(field, text);
        self.say_length(was_over);
        self.show_subject();
        self.check_again(Some(field));
        if field == Field::Email {
            self.address_typed(text);
        }
        let is_talking = self.connection.is_greeted
            && self.screen == Screen::Conversation
            && field == Field::Message
            && !text.is_empty();
        if is_talking && env.now.since(self.typed_at) >= TYPING_EVERY {
            self.typed_at = env.now;
            self.send(VisitorCommand::Typing);
        }
    }

    pub(super) fn set_draft(&mut self, field: Field, text: &str) {
        self.draft.set(field, text);
        self.add_effect(Effect::KeepDraft(field));
    }

    /// Text that comes back stands before what is being typed.
    pub(super) fn put_before_draft(&mut self, text: &str) {
        let draft = join(text, &self.draft.message);
        self.set_draft(Field::Message, &draft);
        self.add_effect(Effect::PutDraft);
    }

    /// A form was taken as it was sent. What was typed since stays, and so does who the visitor is.
    pub(super) fn keep_what_was_typed_since(&mut self, sent: &Typed) {
        for (field, sent) in [(Field::Subject, &sent.subject), (Field::Message, &sent.message)] {
            let rest = typed_since(sent, self.draft.get(field)).to_owned();
            self.set_draft(field, &rest);
        }
    }

    /// The Ayuda form shows the subject where there is one; one that is being deleted there stays, with the caret in
    /// it.
    pub(super) fn show_subject(&mut self) {
        let stays = self.has_subject && !self.status.open;
        self.has_subject = stays || !self.draft.subject.is_empty();
    }
}

fn join(first: &str, then: &str) -> String {
    match (first.trim().is_empty(), then.trim().is_empty()) {
        (true, _) => then.to_owned(),
        (_, true) => first.to_owned(),
        _ => [first, "\n", then].concat(),
    }
}

/// What follows a text that was sent; all of it where the text was changed.
fn typed_since<'a>(sent: &str, now: &'a str) -> &'a str {
    now.strip_prefix(sent).unwrap_or(now).trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::{
        draft::Draft,
        fixture::{Panel, page, status},
        model::Stored,
    };
    use protocol::visitor::VisitorEvent;

    fn draft() -> Draft {
        Draft {
            name: "Ana".into(),
            email: "ana@a.mx".into(),
            subject: "Factura".into(),
            queue: "soporte".into(),
            message: "a medias".into(),
            comment: "muy bien".into(),
        }
    }

    fn type_all(panel: &mut Panel) {
        for field in Draft::FIELDS {
            panel.change(|state, env| state.typed(field, draft().get(field), env));
        }
    }

    #[test]
    fn every_field_comes_back_after_a_reload() {
        let mut panel = Panel::before_a_chat();
        type_all(&mut panel);
        let mut panel = panel.reload();
        assert_eq!(panel.state.draft, draft());
        assert!(panel.take().contains(&Effect::PutDraft));
    }

    #[test]
    fn what_was_typed_before_the_start_is_newer_than_the_kept_draft_and_is_kept() {
        let panel = Panel::before_a_chat();
        let stored = Stored { draft: draft(), ..Stored::default() };
        let newer = Draft { message: "nuevo".into(), ..Draft::default() };
        let mut state = State::new(page(), stored, &newer, &panel.env);
        assert_eq!(state.draft, Draft { message: "nuevo".into(), ..draft() });
        assert!(state.take_effects().contains(&Effect::KeepDraft(Field::Message)));
    }

    #[test]
    fn a_flip_keeps_every_field_in_both_directions_and_shows_the_subject() {
        let mut panel = Panel::before_a_chat();
        type_all(&mut panel);
        for open in [false, true] {
            panel.take();
            panel.event(VisitorEvent::Status { status: status(open) });
            assert_eq!(panel.state.screen, Screen::Form);
            assert_eq!(panel.state.draft, draft());
            assert_eq!(panel.stored().draft, draft());
            assert!(panel.state.view_model().shows("open has-subject"));
            assert_eq!(panel.take(), [], "the field that is being typed in is not touched");
        }
    }

    #[test]
    fn the_ayuda_form_asks_for_no_subject_where_none_was_typed() {
        let mut panel = Panel::before_a_chat();
        for text in ["F", ""] {
            panel.change(|state, env| state.typed(Field::Subject, text, env));
        }
        panel.event(VisitorEvent::Status { status: status(false) });
        assert!(!panel.state.view_model().shows("open has-subject"));
        // One that is being deleted does not take the field away from under the caret.
        for text in ["F", ""] {
            panel.change(|state, env| state.typed(Field::Subject, text, env));
        }
        assert!(panel.state.view_model().shows("open has-subject"));
    }

    #[test]
    fn typing_is_said_at_most_every_three_seconds_and_only_in_a_conversation() {
        let mut panel = Panel::in_a_chat();
        let say = |panel: &mut Panel, text: &str| {
            panel.change(|state, env| state.typed(Field::Message, text, env));
            panel.sent()
        };
        assert_eq!(say(&mut panel, "h"), [VisitorCommand::Typing]);
        panel.almost_wait(TYPING_EVERY);
        assert_eq!(say(&mut panel, "ho"), []);
        panel.wait(Duration::from_millis(1));
        assert_eq!(say(&mut panel, ""), [], "an empty composer is not being typed in");
        assert_eq!(say(&mut panel, "hol"), [VisitorCommand::Typing]);
        assert_eq!(say(&mut Panel::before_a_chat(), "h"), []);
    }

    #[test]
    fn text_that_was_never_sent_comes_before_what_is_being_typed() {
        assert_eq!(join("", "b"), "b");
        assert_eq!(join("a", " "), "a");
        assert_eq!(join("a", "b"), "a\nb");
    }

    #[test]
    fn what_follows_a_sent_text_is_told_from_it() {
        assert_eq!(typed_since("hola", "hola"), "");
        assert_eq!(typed_since(" hola ", " hola \nuna cosa más"), "una cosa más");
        assert_eq!(typed_since("hola", "¡hola!"), "¡hola!", "changed: all of it");
        assert_eq!(typed_since("", "hola"), "hola");
    }
}
