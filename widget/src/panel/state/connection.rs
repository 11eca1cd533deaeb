//! The socket: opened, lost, opened again; and what time alone changes.

use super::{
    effect::Effect,
    model::{Environment, PendingCommand, State},
};
use protocol::{
    Seq,
    delivery::{Pulse, PulseCheck},
    visitor::{TOO_SLOW, VisitorCommand},
};
use std::time::Duration;

/// A lost socket shows after this.
const OFFLINE_AFTER: Duration = Duration::from_millis(2_500);
/// So long after a reload the log's past is in the document, and has been passed over by screen readers.
pub(super) const LIVE_AFTER: Duration = Duration::from_millis(500);
/// Missing entries that did not come are asked for again after this.
const RESUME_EVERY: Duration = Duration::from_secs(5);
/// A socket on which nobody has greeted for this long is given up.
const GREETED_WITHIN: Duration = Duration::from_secs(10);
/// The pause before a socket that did not keep up comes back.
const TOO_SLOW_PAUSE: Duration = Duration::from_millis(200);

impl State {
    /// Opens a socket while there is a reason for one, and closes it when there is none (`behaviours.md`, "Delivery
    /// contract", 9).
    pub fn connect_when_wanted(&mut self, env: &Environment) {
        let is_wanted = self.wants_socket();
        if is_wanted && !self.connection.is_started {
            self.connection.is_started = true;
            self.connection.lost_at = Some(env.now);
            self.connect();
        } else if !is_wanted && self.connection.is_started {
            self.connection.is_started = false;
            self.connection.is_greeted = false;
            self.connection.connect_at = None;
            self.connection.opened_at = None;
            self.connection.lost_at = None;
            self.connection.is_offline = false;
            self.outbox.on_disconnect();
            self.add_effect(Effect::Disconnect);
        }
    }

    /// The panel is open on a ticket, a chat runs, or something that was written has not arrived. A panel of its own
    /// has nobody else who tells it of a flip.
    fn wants_socket(&self) -> bool {
        let is_resuming = self.is_resumed && self.ticket.is_none();
        let is_wanted = self.is_open || self.is_running() || is_resuming || self.is_delivering();
        !self.page.embed || (self.kept.is_some() && is_wanted)
    }

    /// Something that was written or attached has not arrived.
    fn is_delivering(&self) -> bool {
        !self.outbox.is_empty() || self.has_waiting_files()
    }

    fn connect(&mut self) {
        self.connection.connect_at = None;
        self.connection.opened_at = None;
        self.add_effect(Effect::Connect);
    }

    /// Opens another socket, where there is a reason for one: the same one cannot speak of another ticket.
    pub(super) fn reopen(&mut self, env: &Environment) {
        if self.connection.is_started && self.wants_socket() {
            self.connection.is_greeted = false;
            self.outbox.on_disconnect();
            self.connect();
        } else {
            self.connect_when_wanted(env);
        }
    }

    /// The browser would not open a socket.
    pub fn connect_failed(&mut self, env: &Environment) {
        let pause = self.connection.reconnect.pause(env.chance);
        self.connection.connect_at = Some(env.now + pause);
    }

    /// The socket is open: says hello.
    pub fn socket_opened(&mut self, env: &Environment) {
        self.connection.pulse = Pulse::new(env.now);
        self.connection.opened_at = Some(env.now);
        let token = self.kept.as_ref().map(|kept| kept.token.clone());
        self.send(VisitorCommand::Hello { token, after: self.timeline.last() });
    }

    /// The socket is gone, with a close code.
    pub fn socket_closed(&mut self, code: u16, env: &Environment) {
        self.connection.is_greeted = false;
        self.connection.opened_at = None;
        self.outbox.on_disconnect();
        self.connection.lost_at.get_or_insert(env.now);
        if let PendingCommand::Sent(_) = self.pending {
            self.pending = PendingCommand::None;
            self.notify(self.page.t("not_sent"));
        }
        let pause = if code == TOO_SLOW {
            TOO_SLOW_PAUSE
        } else {
            self.connection.reconnect.pause(env.chance)
        };
        self.connection.connect_at = Some(env.now + pause);
        self.add_effect(Effect::TickAfter(pause));
    }

    pub(super) fn greeted(&mut self, env: &Environment) {
        self.connection.is_greeted = true;
        if self.connection.is_offline && self.notice.is_empty() {
            self.notify_done(self.page.t("reconnected"), env);
        }
        self.upload_what_waits();
        self.connection.reconnect.on_connect();
        self.connection.pulse = Pulse::new(env.now);
        self.connection.opened_at = None;
        self.connection.lost_at = None;
        self.connection.is_offline = false;
    }

    /// Time has passed.
    pub fn tick(&mut self, env: &Environment) {
        if self.notice_until.is_some_and(|until| until <= env.now) {
            self.notify(String::new());
        }
        self.note_contact(env);
        self.connect_when_wanted(env);
        if !self.connection.is_started {
            return;
        }
        if self.connection.connect_at.is_some_and(|at| at <= env.now) {
            self.connect();
        }
        if self.connection.opened_at.is_some_and(|at| env.now.since(at) >= GREETED_WITHIN) {
            self.reopen(env);
        }
        if self.connection.is_greeted {
            match self.connection.pulse.check(env.now) {
                PulseCheck::Fine => {}
                PulseCheck::Ping => self.send(VisitorCommand::Ping),
                PulseCheck::Dead => self.reopen(env),
            }
            if self.timeline.is_behind()
                && env.now.since(self.connection.resumed_at) >= RESUME_EVERY
                && let Some(after) = self.timeline.ask_again()
            {
                self.resume(after, env);
            }
        }
        let lost_at = self.connection.lost_at;
        self.connection.is_offline |= lost_at.is_some_and(|at| env.now.since(at) >= OFFLINE_AFTER);
        if self.typing_until <= env.now {
            self.typing_agent = None;
        }
        self.log_is_live |= self.loaded_at.is_some_and(|at| env.now.since(at) >= LIVE_AFTER);
        self.follow(env);
        self.flush(env);
    }

    /// The browser says that there is no network.
    pub fn network_lost(&mut self, env: &Environment) {
        if self.connection.is_started {
            self.connection.lost_at.get_or_insert(env.now);
            self.connection.is_offline = true;
        }
    }

    /// The browser says that the network is back. A socket from before may be dead without knowing it.
    pub fn network_back(&mut self, env: &Environment) {
        if self.connection.is_offline {
            self.reopen(env);
        }
        self.hurry(env);
    }

    /// Something is to be sent: that the socket was lost, and waits for its next try, is said at once.
    pub(super) fn say_if_lost(&mut self, env: &Environment) {
        if self.connection.connect_at.is_some() {
            self.network_lost(env);
        }
    }

    /// The page is seen again: no reason to wait any longer.
    pub fn hurry(&mut self, env: &Environment) {
        if self.connection.connect_at.is_some() {
            self.connection.connect_at = Some(env.now);
        }
        self.tick(env);
        self.look(env);
    }

    /// Asks for the entries after this.
    pub(super) fn resume(&mut self, after: Seq, env: &Environment) {
        self.connection.resumed_at = env.now;
        self.send(VisitorCommand::Resume { after });
    }

    /// Sends the messages that are due.
    pub(super) fn flush(&mut self, env: &Environment) {
        for unsent in self.outbox.due(env.now, env.chance) {
            let files = unsent.file_ids();
            self.send(VisitorCommand::Say { id: unsent.id, text: unsent.text, files });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::PanelPage,
        panel::state::{
            HostMessage,
            effect::HostNotice,
            fixture::{Panel, active, agents, entries, entry, id, own, page, status, ticket},
            model::Stored,
        },
    };
    use protocol::{
        TicketNumber, Timestamp,
        delivery::{Delivery, Unsent},
        visitor::{Done, VisitorChat, VisitorEvent},
    };

    #[test]
    fn no_socket_is_opened_before_the_panel_is_on_screen() {
        let stored = Panel::in_a_chat().stored();
        let mut panel = Panel::new(PanelPage { embed: true, ..page() }, stored);
        panel.wait(Duration::from_mins(1));
        assert!(!panel.take().contains(&Effect::Connect));
        let mut panel = Panel::new(page(), Stored::default());
        assert!(panel.take().contains(&Effect::Connect));
        panel.change(State::connect_when_wanted);
        assert_eq!(panel.take(), [], "there is one already");
    }

    #[test]
    fn a_closed_panel_keeps_its_socket_while_a_chat_runs_and_no_longer() {
        let framed = || {
            let mut panel = Panel::in_a_chat();
            panel.state.page.embed = true;
            panel
        };
        let mut panel = framed();
        panel.change(|state, env| state.on_host_message(HostMessage::Close, env));
        panel.wait(Duration::from_secs(1));
        assert!(!panel.take().contains(&Effect::Disconnect));
        for over in [VisitorChat::Request, VisitorChat::Ended { rated: false, attended: true }] {
            let mut panel = framed();
            panel.change(|state, env| state.on_host_message(HostMessage::Close, env));
            panel.event(VisitorEvent::Ticket { ticket: ticket(over) });
            panel.wait(Duration::from_secs(1));
            assert!(panel.take().contains(&Effect::Disconnect));
            panel.wait(Duration::from_mins(2));
            assert!(!panel.take().contains(&Effect::Connect));
            let open = HostMessage::Open { page: None };
            panel.change(|state, env| state.on_host_message(open, env));
            assert!(panel.take().contains(&Effect::Connect));
        }
    }

    #[test]
    fn what_was_written_last_arrives_before_a_closed_panel_lets_go() {
        let mut panel = Panel::in_a_chat();
        panel.state.page.embed = true;
        panel.event(VisitorEvent::Ticket { ticket: ticket(VisitorChat::Request) });
        panel.change(|state, env| state.send_message(id(50), "una cosa más", env));
        panel.change(|state, env| state.on_host_message(HostMessage::Close, env));
        panel.wait(Duration::from_secs(1));
        assert!(!panel.take().contains(&Effect::Disconnect));
        panel.event(VisitorEvent::Ack { id: id(50), seq: Seq(2), at: panel.env.now });
        let mut said = entry(2, own("una cosa más"));
        said.id = id(50);
        panel.event(VisitorEvent::Entry { entry: said });
        panel.wait(Duration::from_secs(1));
        assert!(panel.take().contains(&Effect::Disconnect));
    }

    #[test]
    fn a_page_on_which_a_chat_ran_takes_it_up_before_the_panel_is_opened() {
        let framed = || PanelPage { embed: true, ..page() };
        let stored = Panel::in_a_chat().stored();
        let mut panel = Panel::new(framed(), stored);
        assert!(!panel.take().contains(&Effect::Connect), "only where the page says so");
        panel.change(|state, env| state.on_host_message(HostMessage::Resume, env));
        assert!(panel.take().contains(&Effect::Connect));
        panel.welcome(VisitorChat::Request);
        assert!(panel.posted().contains(&(HostNotice::Chat, String::new())));
        let mut panel = Panel::new(framed(), Stored::default());
        panel.change(|state, env| state.on_host_message(HostMessage::Resume, env));
        let done = panel.take();
        assert!(!done.contains(&Effect::Connect), "nothing was kept");
        assert!(done.contains(&Effect::PostToHost(HostNotice::Chat, String::new())));
    }

    #[test]
    fn a_lost_network_shows_at_once_and_so_does_what_cannot_be_sent() {
        let mut panel = Panel::in_a_chat();
        panel.change(State::network_lost);
        assert!(panel.state.is_offline());
        panel.wait(Duration::from_secs(1));
        assert!(panel.state.is_offline(), "until a server greets");
        panel.change(State::network_back);
        assert!(panel.take().contains(&Effect::Connect));
        panel.welcome(active());
        assert!(!panel.state.is_offline());
        panel.closed(1006);
        assert!(!panel.state.is_offline(), "that may pass before anybody sees it");
        panel.change(|state, env| state.send_message(id(50), "uno", env));
        assert!(panel.state.is_offline());
    }

    #[test]
    fn what_was_written_offline_goes_out_in_order_and_is_forgotten_once_it_is_acknowledged() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.change(|state, env| state.send_message(id(50), "uno", env));
        panel.change(|state, env| state.send_message(id(51), "dos", env));
        assert!(panel.sent().is_empty());
        let texts = |unsent: &[(TicketNumber, Unsent)]| -> Vec<String> {
            unsent.iter().map(|(_, unsent)| unsent.text.clone()).collect()
        };
        assert_eq!(texts(&panel.stored().unsent), ["uno", "dos"]);

        let mut panel = panel.reload();
        panel.welcome(active());
        let say =
            |n, text: &str| VisitorCommand::Say { id: id(n), text: text.into(), files: vec![] };
        let said: Vec<_> = panel
            .sent()
            .into_iter()
            .filter(|sent| matches!(sent, VisitorCommand::Say { .. }))
            .collect();
        assert_eq!(said, [say(50, "uno"), say(51, "dos")]);

        panel.event(VisitorEvent::Ack { id: id(50), seq: Seq(2), at: Timestamp(0) });
        assert_eq!(texts(&panel.stored().unsent), ["dos"]);
        // The entry says as much as the acknowledgement, whichever comes.
        panel.event(entries(vec![entry(1, own("hola"))]));
        let mut second = entry(2, own("uno"));
        second.id = id(50);
        let mut third = entry(3, own("dos"));
        third.id = id(51);
        panel.event(VisitorEvent::Entry { entry: second });
        panel.event(VisitorEvent::Entry { entry: third });
        assert!(panel.stored().unsent.is_empty());
        assert!(panel.state.outbox.is_empty());
    }

    #[test]
    fn an_unanswered_message_goes_again_and_shows_as_unsent_after_a_minute() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, env| state.send_message(id(50), "uno", env));
        assert_eq!(panel.sent().len(), 1);
        panel.wait(Duration::from_secs(2));
        assert!(matches!(panel.sent()[..], [VisitorCommand::Say { .. }]));
        panel.wait(Duration::from_mins(1));
        let deliveries: Vec<_> =
            panel.state.outbox.items(panel.env.now).map(|(_, delivery)| delivery).collect();
        assert_eq!(deliveries, [Delivery::Failed]);
    }

    #[test]
    fn a_gap_is_asked_for_once_and_again_after_five_seconds() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Entry { entry: entry(3, agents("tres")) });
        assert_eq!(panel.state.timeline.last(), Seq(1));
        let ask = VisitorCommand::Resume { after: Seq(1) };
        assert_eq!(panel.sent(), std::slice::from_ref(&ask));
        panel.event(VisitorEvent::Entry { entry: entry(4, agents("cuatro")) });
        panel.wait(Duration::from_secs(4));
        assert!(!panel.sent().contains(&ask), "one question at a time");
        panel.wait(Duration::from_secs(1));
        assert!(panel.sent().contains(&ask));
        panel.event(VisitorEvent::Entries { entries: vec![entry(2, agents("dos"))], last: Seq(4) });
        assert_eq!(panel.state.timeline.last(), Seq(4));
        panel.wait(Duration::from_secs(6));
        assert!(!panel.sent().contains(&ask));
    }

    #[test]
    fn a_lost_socket_comes_back_after_a_growing_pause_from_what_the_panel_has() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        // 1 s, of which the second half is left to chance.
        let pause = Duration::from_millis(750);
        assert_eq!(panel.take(), [Effect::TickAfter(pause)]);
        panel.almost_wait(pause);
        assert_eq!(panel.take(), []);
        panel.wait(Duration::from_millis(1));
        assert_eq!(panel.take(), [Effect::Connect]);
        panel.closed(1006);
        assert_eq!(panel.take(), [Effect::TickAfter(pause * 2)]);
        panel.opened();
        assert!(matches!(panel.sent()[..], [VisitorCommand::Hello { after: Seq(1), .. }]));
    }

    #[test]
    fn a_socket_that_did_not_keep_up_comes_back_at_once() {
        let mut panel = Panel::in_a_chat();
        panel.closed(TOO_SLOW);
        assert_eq!(panel.take(), [Effect::TickAfter(TOO_SLOW_PAUSE)]);
    }

    #[test]
    fn a_server_that_goes_away_says_when_to_come_back() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::GoingAway { retry_ms: 5_000 });
        panel.closed(1001);
        assert_eq!(panel.take(), [Effect::TickAfter(Duration::from_millis(5_750))]);
    }

    #[test]
    fn a_socket_that_would_not_open_is_tried_again() {
        let mut panel = Panel::new(page(), Stored::default());
        panel.change(State::connect_failed);
        panel.take();
        panel.wait(Duration::from_secs(1));
        assert_eq!(panel.take(), [Effect::Connect]);
    }

    #[test]
    fn people_are_told_of_a_connection_that_is_gone_for_longer_than_a_moment() {
        let mut panel = Panel::in_a_chat();
        panel.closed(1006);
        panel.almost_wait(OFFLINE_AFTER);
        assert!(!panel.state.is_offline());
        panel.wait(Duration::from_millis(1));
        assert!(panel.state.is_offline());
        panel.welcome(active());
        assert!(!panel.state.is_offline());
    }

    #[test]
    fn a_silent_socket_is_asked_and_then_replaced() {
        let mut panel = Panel::in_a_chat();
        let mut replaced_after = None;
        for seconds in 1..=120 {
            panel.wait(Duration::from_secs(1));
            let done = panel.take();
            if seconds < 25 {
                assert_eq!(done, []);
            }
            if done.contains(&Effect::Connect) {
                replaced_after = Some(seconds);
                break;
            }
        }
        assert_eq!(replaced_after, Some(60));
        // An answer to the question is enough to keep it.
        let mut panel = Panel::in_a_chat();
        for _ in 1..=240 {
            panel.wait(Duration::from_secs(1));
            for command in panel.sent() {
                assert_eq!(command, VisitorCommand::Ping);
                panel.event(VisitorEvent::Pong);
            }
        }
        assert!(panel.env.is_connected);
    }

    #[test]
    fn a_socket_on_which_nobody_greets_is_given_up_for_another() {
        let mut panel = Panel::new(page(), Stored::default());
        for _ in 0..2 {
            panel.opened();
            panel.take();
            panel.almost_wait(GREETED_WITHIN);
            assert!(!panel.take().contains(&Effect::Connect));
            panel.wait(Duration::from_millis(1));
            assert!(panel.take().contains(&Effect::Connect));
            panel.wait(GREETED_WITHIN);
            assert!(!panel.take().contains(&Effect::Connect), "that one has not opened yet");
        }
        panel.opened();
        panel.event(VisitorEvent::Status { status: status(true) });
        panel.take();
        panel.wait(GREETED_WITHIN);
        assert!(!panel.take().contains(&Effect::Connect));
    }

    #[test]
    fn a_command_whose_answer_was_lost_says_that_it_was_not_sent() {
        let mut panel = Panel::in_a_chat();
        panel.event(VisitorEvent::Ticket {
            ticket: ticket(protocol::visitor::VisitorChat::Request),
        });
        panel.change(|state, env| state.contact("ana@a.mx", env));
        assert_eq!(panel.state.pending, PendingCommand::Sent(Done::Contact));
        panel.closed(1006);
        assert_eq!(panel.state.pending, PendingCommand::None);
        assert_eq!(panel.state.notice, "panel.not_sent");
    }

    #[test]
    fn nobody_waits_any_longer_once_the_network_is_back() {
        let mut panel = Panel::in_a_chat();
        for _ in 0..6 {
            panel.closed(1006);
        }
        panel.take();
        panel.change(State::hurry);
        assert_eq!(panel.take(), [Effect::Connect]);
    }

    #[test]
    fn the_button_flips_on_a_socket_without_a_ticket() {
        let mut panel = Panel::before_a_chat();
        panel.event(VisitorEvent::Status { status: status(false) });
        assert!(!panel.state.status.open);
    }
}
