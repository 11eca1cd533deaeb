//! What the visitor has seen.

use super::{
    effect::{Effect, HostNotice},
    log_items,
    model::{Environment, State},
    read_upto::Reading,
};
use protocol::visitor::VisitorCommand;

impl State {
    /// The log was scrolled.
    pub fn scrolled(&mut self, at_end: bool, env: &Environment) {
        self.at_end = at_end;
        self.look(env);
    }

    /// *Ir al final*.
    pub fn scroll_to_newest(&mut self, env: &Environment) {
        self.add_effect(Effect::ScrollToEnd);
        self.scrolled(true, env);
    }

    /// Whether the visitor can see the panel.
    pub(super) fn is_on_screen(&self, env: &Environment) -> bool {
        self.is_open && env.is_visible
    }

    /// How far the visitor is on the ticket that is open.
    pub fn reading(&self) -> Option<Reading> {
        let number = self.kept.as_ref()?.number.clone();
        Some(Reading { number, seen: self.seen, received: self.received? })
    }

    /// Goes on where a panel before this one was.
    pub(super) fn take_up(&mut self, reading: Option<Reading>) {
        if let Some(Reading { number, seen, received }) = reading
            && number.0 == self.number()
        {
            self.seen = seen;
            self.received = Some(received);
        }
    }

    fn keep_reading(&mut self) {
        let reading = self.reading();
        if reading.is_some() && reading != self.kept_reading {
            self.kept_reading = reading;
            self.add_effect(Effect::KeepReading);
        }
    }

    /// Counts what is on screen as seen, and the rest as unread.
    pub(super) fn look(&mut self, env: &Environment) {
        let last = self.timeline.last();
        if self.is_on_screen(env) && self.at_end {
            self.seen = last;
            if self.connection.is_greeted && self.seen > self.seen_sent {
                self.seen_sent = last;
                self.send(VisitorCommand::Seen { upto: last });
            }
        }
        self.keep_reading();
        let unread = log_items::unread(self.timeline.entries(), self.seen);
        if !self.is_on_screen(env) {
            self.new_from = log_items::first_unread(self.timeline.entries(), self.seen);
        }
        self.unread = unread;
        // A page may know a number from a panel before this one, which has nothing to say before the ticket's past is
        // here.
        let is_known = self.kept.is_none() || self.loaded_at.is_some();
        if is_known && self.told_unread != Some(unread) {
            self.told_unread = Some(unread);
            self.post_to_host(HostNotice::Unread, &unread.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::{Panel, agents, entry, own};
    use protocol::{Seq, visitor::VisitorEvent};

    fn arrives(panel: &mut Panel, seq: i64) {
        panel.event(VisitorEvent::Entry { entry: entry(seq, agents("mira")) });
    }

    #[test]
    fn what_is_on_screen_is_seen_and_said_so_once() {
        let mut panel = Panel::in_a_chat();
        arrives(&mut panel, 2);
        assert_eq!(panel.sent(), [VisitorCommand::Seen { upto: Seq(2) }]);
        panel.change(|state, env| state.scrolled(true, env));
        assert_eq!(panel.sent(), []);
        assert_eq!(panel.state.unread, 0);
    }

    #[test]
    fn unread_are_the_agents_messages_that_came_while_nobody_looked() {
        let mut panel = Panel::in_a_chat();
        panel.env.is_visible = false;
        arrives(&mut panel, 2);
        panel.event(VisitorEvent::Entry { entry: entry(3, own("desde otra pestaña")) });
        arrives(&mut panel, 4);
        assert_eq!(panel.state.unread, 2);
        let unread: Vec<_> = panel
            .posted()
            .into_iter()
            .filter(|(notice, _)| *notice == HostNotice::Unread)
            .map(|(_, value)| value)
            .collect();
        assert_eq!(unread, ["1", "2"]);
        panel.env.is_visible = true;
        panel.change(State::hurry);
        assert_eq!(panel.state.unread, 0);
        let done = panel.take();
        assert!(done.contains(&Effect::PostToHost(HostNotice::Unread, "0".into())));
        assert!(done.contains(&Effect::Send(VisitorCommand::Seen { upto: Seq(4) })));
    }

    #[test]
    fn a_mark_stands_before_what_came_while_nobody_looked_until_that_is_over() {
        let mut panel = Panel::in_a_chat();
        arrives(&mut panel, 2);
        assert_eq!(panel.state.new_from, None);
        panel.env.is_visible = false;
        arrives(&mut panel, 3);
        arrives(&mut panel, 4);
        panel.env.is_visible = true;
        panel.change(State::hurry);
        assert_eq!((panel.state.unread, panel.state.new_from), (0, Some(Seq(3))));
        panel.env.is_visible = false;
        panel.change(State::hurry);
        assert_eq!(panel.state.new_from, None, "they were read");
    }

    #[test]
    fn what_a_reload_brings_back_is_not_read_out_and_neither_is_what_comes_behind_a_closed_panel() {
        let mut panel = Panel::in_a_chat().reload();
        panel.welcome(crate::panel::state::fixture::active());
        panel.event(crate::panel::state::fixture::entries(vec![entry(1, own("hola"))]));
        assert!(!panel.state.log_is_heard());
        panel.wait(std::time::Duration::from_millis(500));
        assert!(panel.state.log_is_heard());
        panel.state.is_open = false;
        assert!(!panel.state.log_is_heard());
    }

    #[test]
    fn what_was_read_is_not_unread_after_a_reload() {
        let mut panel = Panel::in_a_chat();
        arrives(&mut panel, 2);
        panel.env.is_visible = false;
        arrives(&mut panel, 3);
        let mut panel = panel.reload();
        panel.env.is_visible = false;
        panel.welcome(crate::panel::state::fixture::active());
        panel.take();
        let all = vec![entry(1, own("hola")), entry(2, agents("a")), entry(3, agents("b"))];
        panel.event(crate::panel::state::fixture::entries(all));
        assert_eq!((panel.state.unread, panel.state.new_from), (1, Some(Seq(3))));
        let posted = panel.posted();
        assert!(posted.contains(&(HostNotice::Unread, "1".into())));
        assert!(!posted.iter().any(|(notice, _)| *notice == HostNotice::Message), "known already");
        arrives(&mut panel, 4);
        assert!(panel.posted().contains(&(HostNotice::Message, "agent".into())));
    }

    #[test]
    fn a_page_that_knows_a_number_from_a_panel_before_hears_of_none_too_once_it_is_known() {
        let mut panel = Panel::in_a_chat();
        arrives(&mut panel, 2);
        let mut panel = panel.reload();
        panel.welcome(crate::panel::state::fixture::active());
        let unread = |panel: &mut Panel| {
            let posted = panel.posted().into_iter();
            posted.filter(|(notice, _)| *notice == HostNotice::Unread).collect::<Vec<_>>()
        };
        assert_eq!(unread(&mut panel), [], "nobody knows yet");
        let all = vec![entry(1, own("hola")), entry(2, agents("mira"))];
        panel.event(crate::panel::state::fixture::entries(all));
        assert_eq!(unread(&mut panel), [(HostNotice::Unread, "0".into())]);
        panel.change(State::hurry);
        assert_eq!(unread(&mut panel), [], "once");
    }

    #[test]
    fn what_comes_below_the_fold_is_unread_until_it_is_scrolled_to() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.scrolled(false, env));
        arrives(&mut panel, 2);
        assert_eq!(panel.state.unread, 1);
        panel.take();
        panel.change(State::scroll_to_newest);
        assert_eq!(panel.state.unread, 0);
        let done = panel.take();
        assert!(done.contains(&Effect::ScrollToEnd));
        assert!(done.contains(&Effect::Send(VisitorCommand::Seen { upto: Seq(2) })));
    }

    #[test]
    fn what_was_seen_while_the_socket_was_gone_is_said_when_it_is_back() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.scrolled(false, env));
        arrives(&mut panel, 2);
        panel.closed(1006);
        panel.take();
        panel.change(|state, env| state.scrolled(true, env));
        assert_eq!(panel.sent(), []);
        panel.welcome(crate::panel::state::fixture::active());
        panel.change(State::hurry);
        assert!(panel.sent().contains(&VisitorCommand::Seen { upto: Seq(2) }));
    }
}
