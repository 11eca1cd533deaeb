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
    let say = |n, text: &str| VisitorCommand::Say { id: id(n), text: text.into(), files: vec![] };
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
    panel.event(VisitorEvent::Ticket { ticket: ticket(protocol::visitor::VisitorChat::Request) });
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
