//! What another tab does about the browser's ticket: this one follows.

use super::model::{Elsewhere, Environment, Kept, State};

impl State {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::{
        effect::Effect,
        fixture::{Panel, active, entry, id, kept, own, page},
        model::Stored,
    };
    use crate::view_model::Screen;
    use protocol::{
        Field, Seq, limits,
        visitor::{VisitorCommand, VisitorEvent},
    };
    use std::time::Duration;

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
