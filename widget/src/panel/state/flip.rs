//! The button flips while a form is open: its fields stay, and a line says what happened to whoever looks at it.

use super::model::{Environment, State};
use crate::{markup::Id, view_model::Screen};
use protocol::{
    Field,
    status::{Availability, Reason},
};

impl State {
    /// The button's answer is this now.
    pub(super) fn set_status(&mut self, status: Availability, env: &Environment) {
        let has_flipped = status.open != self.status.open;
        self.status = status;
        if has_flipped && self.screen == Screen::Form {
            self.flip = self.flip_words();
            // A field that is being typed in does not go, also when nothing stands in it yet.
            self.has_subject |= env.focused == Some(Id::Subject);
            if self.status.open {
                // Files go after the chat has begun.
                self.refusals.retain(|it| it.known_field() != Some(Field::Files));
            }
            self.check_again(None);
        }
    }

    /// A panel that comes on screen later says how things are by its form.
    fn flip_words(&self) -> String {
        if !self.is_open {
            return String::new();
        }
        let words = self.page.t(words(self.status));
        if self.status.open || self.draft.message.trim().is_empty() {
            return words;
        }
        [&words, " ", &self.page.t("flipped_text")].concat()
    }
}

/// The key of the sentence for a form that became another.
fn words(status: Availability) -> &'static str {
    match status.reason {
        _ if status.open => "flipped_open",
        Reason::Holiday => "flipped_holiday",
        Reason::Override => "flipped_override",
        Reason::NoAgents => "flipped_nobody",
        Reason::OutsideHours | Reason::Open => "flipped_closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{header::Subtitle, panel::state::fixture::Panel};
    use protocol::{Field, visitor::VisitorEvent};

    fn flip(panel: &mut Panel, reason: Reason) {
        let status = Availability { open: reason == Reason::Open, reason, changes_at: None };
        panel.event(VisitorEvent::Status { status });
    }

    #[test]
    fn the_header_blames_the_hours_only_where_they_are_the_reason() {
        let mut panel = Panel::before_a_chat();
        for (reason, words) in [
            (Reason::OutsideHours, "panel.closed"),
            (Reason::Override, "panel.unavailable"),
            (Reason::NoAgents, "panel.nobody"),
        ] {
            flip(&mut panel, reason);
            let page = &panel.state.page;
            let Subtitle::Text(subtitle) = panel.state.view_model().header().subtitle(page) else {
                panic!("nobody knows when it changes")
            };
            assert_eq!(subtitle, words);
        }
    }

    #[test]
    fn a_flip_under_a_form_says_its_reason() {
        let mut panel = Panel::before_a_chat();
        for (reason, words) in [
            (Reason::OutsideHours, "panel.flipped_closed"),
            (Reason::Open, "panel.flipped_open"),
            (Reason::NoAgents, "panel.flipped_nobody"),
            (Reason::Open, "panel.flipped_open"),
            (Reason::Holiday, "panel.flipped_holiday"),
            (Reason::Open, "panel.flipped_open"),
            (Reason::Override, "panel.flipped_override"),
        ] {
            flip(&mut panel, reason);
            assert_eq!(panel.state.flip, words);
        }
        flip(&mut panel, Reason::OutsideHours);
        assert_eq!(panel.state.flip, "panel.flipped_override", "closed as before: no flip");
    }

    #[test]
    fn the_text_is_spoken_of_where_there_is_some_and_a_closed_panel_says_nothing() {
        let mut panel = Panel::before_a_chat();
        panel.change(|state, env| state.typed(Field::Message, "a medias", env));
        flip(&mut panel, Reason::NoAgents);
        assert_eq!(panel.state.flip, "panel.flipped_nobody panel.flipped_text");
        flip(&mut panel, Reason::Open);
        assert_eq!(panel.state.flip, "panel.flipped_open");
        panel.state.is_open = false;
        flip(&mut panel, Reason::NoAgents);
        assert_eq!(panel.state.flip, "");
    }

    #[test]
    fn in_a_conversation_a_flip_is_not_said() {
        let mut panel = Panel::in_a_chat();
        flip(&mut panel, Reason::OutsideHours);
        assert_eq!(panel.state.flip, "");
    }

    #[test]
    fn an_empty_subject_stays_while_the_caret_is_in_it() {
        for (focused, stays) in [(Some(Id::Subject), true), (Some(Id::Message), false)] {
            let mut panel = Panel::before_a_chat();
            panel.env.focused = focused;
            flip(&mut panel, Reason::NoAgents);
            assert_eq!(panel.state.view_model().shows("open has-subject"), stays);
        }
    }
}
