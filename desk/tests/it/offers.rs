//! A waiting chat rings at one agent at a time, and comes back when its agent is lost.

use crate::world::{World, on_both, reason, refused, wait_for_event, wait_for_offer};
use desk::{live::Event, people::*};
use protocol::{
    Code, Seq,
    agent::{AgentChat, AgentState, WorkKind, WorkView},
    entry::{BecameRequest, VisitorBody},
    settings::AwayReason,
    status::Reason,
    visitor::VisitorChat,
};
use std::time::Duration;

on_both! {
    a_new_chat_rings_at_one_agent_and_declined_at_the_next,
    nobody_left_it_waits_and_starts_over_when_somebody_comes,
    the_least_loaded_agent_is_offered_first_and_capacity_holds,
    an_agent_who_goes_away_is_offered_nothing_and_what_rang_moves_on,
    taken_from_the_list_it_rings_no_longer_elsewhere,
    a_dropped_agents_chats_go_back_to_the_head_of_the_queue,
    a_console_that_comes_back_in_time_keeps_its_chats,
    places_in_line_move_up,
    what_rings_for_ring_time_is_missed_and_rings_at_the_next,
    what_rang_before_a_restart_is_missed_after_it,
    a_sole_agent_is_rung_again_after_thirty_seconds,
    a_chat_that_ends_starts_waiting_chats_over_when_its_agent_gets_below_capacity,
    a_requeued_chat_is_first_then_the_more_urgent_then_the_older,
    a_chat_whose_last_agent_is_gone_becomes_a_request_and_says_only_that,
    an_agent_at_whom_a_chat_rings_is_not_its_owner,
    an_agent_who_serves_the_queue_no_longer_is_rung_no_longer,
    room_at_one_site_is_used_at_another,
    a_chat_has_one_open_offer_of_a_kind_whoever_writes_it,
    while_somebody_is_only_in_rona_who_waits_waits_and_nobody_new_comes,
    a_reason_to_be_away_is_one_of_the_owners_and_goes_with_the_state,
    whoever_comes_after_five_hundred_that_ring_rings_too,
}

async fn a_new_chat_rings_at_one_agent_and_declined_at_the_next(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    world.clock.advance(Duration::from_secs(1));
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    let (started, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    assert!(world.desk.offers(&pedro).await.unwrap().is_empty(), "one at a time");
    let offer = world.desk.find_offer(&lucia, chat).await.unwrap().unwrap();
    assert_eq!((offer.ticket, &offer.number), (visitor.ticket, &started.number));
    assert_eq!((offer.message.as_str(), offer.queue.as_str()), ("hola", "Soporte"));
    assert_eq!(offer.page.as_ref().unwrap().as_str(), "https://shop.example/precios");
    assert_eq!(offer.contact.name.as_deref(), Some("Rosa"));
    // Somebody else cannot decline it.
    world.desk.decline(&pedro, chat).await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 1);
    world.desk.decline(&lucia, chat).await.unwrap();
    wait_for_event(&mut at_lucia, |event| matches!(event, Event::OfferGone { .. }).then_some(()))
        .await;
    assert_eq!(wait_for_offer(&mut at_pedro).await, chat);
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    assert_eq!(world.desk.accept(&pedro, chat).await.unwrap(), visitor.ticket);
    wait_for_event(&mut at_pedro, |event| matches!(event, Event::OfferGone { .. }).then_some(()))
        .await;
    assert!(world.desk.find_offer(&pedro, chat).await.unwrap().is_none());
}

async fn nobody_left_it_waits_and_starts_over_when_somebody_comes(world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut line).await;
    world.desk.decline(&lucia, chat).await.unwrap();
    let item = world.desk.find_worklist_item(&lucia, visitor.ticket).await.unwrap().unwrap();
    assert_eq!(item.kind, WorkKind::WaitingChat, "it waits in the list");
    world.desk.set_agent_state(lucia.id, AgentState::Away).await.unwrap();
    world.desk.set_agent_state(lucia.id, AgentState::Available).await.unwrap();
    assert_eq!(wait_for_offer(&mut line).await, chat);
    world.desk.decline(&lucia, chat).await.unwrap();
    drop(console);
    let _again = world.desk.console_connected(lucia.id);
    assert_eq!(wait_for_offer(&mut line).await, chat);
}

async fn the_least_loaded_agent_is_offered_first_and_capacity_holds(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 2").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    for n in 0..4 {
        world.clock.advance(Duration::from_secs(1));
        world.start(&site).await;
        if n % 2 == 0 {
            wait_for_offer(&mut at_lucia).await
        } else {
            wait_for_offer(&mut at_pedro).await
        };
    }
    // Offers come in the order in which their chats began.
    world.clock.advance(Duration::from_secs(1));
    let (_, fifth) = world.start(&site).await;
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 2);
    assert_eq!(world.desk.offers(&pedro).await.unwrap().len(), 2);
    let ticket = world.desk.visitor_ticket(fifth).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 5 });
    let offers = world.desk.offers(&pedro).await.unwrap();
    let mine = world.desk.accept(&pedro, offers[0].chat).await.unwrap();
    assert_eq!(world.desk.offers(&pedro).await.unwrap().len(), 1, "an accepted chat still counts");
    let reasons = world.desk.closing_reasons(&pedro, mine).await.unwrap();
    world.desk.end_chat(&pedro, mine, &reasons[0]).await.unwrap();
    wait_for_offer(&mut at_pedro).await;
    assert_eq!(world.desk.offers(&pedro).await.unwrap()[1].ticket, fifth.ticket);
}

async fn an_agent_who_goes_away_is_offered_nothing_and_what_rang_moves_on(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.desk.set_agent_state(lucia.id, AgentState::Away).await.unwrap();
    assert_eq!(wait_for_offer(&mut at_pedro).await, chat);
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
}

async fn taken_from_the_list_it_rings_no_longer_elsewhere(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    let (pedro, _two) = world.at_console("pedro").await;
    world.desk.accept(&pedro, chat).await.unwrap();
    let gone = wait_for_event(&mut at_lucia, |event| match event {
        Event::OfferGone { chat, .. } => Some(*chat),
        _ => None,
    });
    assert_eq!(gone.await, chat);
    assert_eq!(refused(world.desk.accept(&lucia, chat).await), Code::AlreadyTaken);
    assert!(world.desk.find_worklist_item(&lucia, visitor.ticket).await.unwrap().is_none());
}

async fn a_dropped_agents_chats_go_back_to_the_head_of_the_queue(world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let (pedro, _two) = world.at_console("pedro").await;
    let visitor = world.chat_with(&site, &lucia).await;
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    drop(console);
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(world.kinds(&pedro, visitor.ticket).await.len(), 3, "not yet");
    world.pass(Duration::from_secs(1)).await;
    wait_for_offer(&mut at_pedro).await;
    assert_eq!(world.kinds(&pedro, visitor.ticket).await[3..], ["requeued"]);
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::Requeued);
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 1 });
    assert!(
        world
            .desk
            .worklist(&lucia, WorkView::Open, None)
            .await
            .unwrap()
            .items
            .iter()
            .all(|item| item.kind != WorkKind::MyChat)
    );
}

async fn a_chat_whose_last_agent_is_gone_becomes_a_request_and_says_only_that(world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    let shown = world.desk.visitor_entries(visitor, Seq::START).await.unwrap().1;
    drop(console);
    world.pass(Duration::from_mins(1)).await;
    world.pass(Duration::from_mins(1)).await;
    let (entries, _) = world.desk.visitor_entries(visitor, shown).await.unwrap();
    let told: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.body)
        .filter(|body| *body != VisitorBody::Hidden)
        .collect();
    assert_eq!(told, [VisitorBody::BecameRequest { why: BecameRequest::NoAgents }]);
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Request);
}

async fn a_console_that_comes_back_in_time_keeps_its_chats(world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    drop(console);
    world.pass(Duration::from_secs(50)).await;
    let _again = world.desk.console_connected(lucia.id);
    world.pass(Duration::from_mins(2)).await;
    assert_eq!(world.kinds(&lucia, visitor.ticket).await.len(), 3);
}

async fn places_in_line_move_up(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut visitors = Vec::new();
    for place in 1..=3 {
        world.clock.advance(Duration::from_secs(1));
        let (_, visitor) = world.start(&site).await;
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        assert_eq!(ticket.chat, VisitorChat::Waiting { position: place });
        visitors.push(visitor);
    }
    let _panel = world.desk.panel_connected(visitors[2].ticket);
    let mut line = world.desk.hub().visitor(visitors[2].ticket);
    world.desk.end_chat_as_visitor(visitors[0]).await.unwrap();
    wait_for_event(&mut line, |event| matches!(event, Event::Ticket { .. }).then_some(())).await;
    let ticket = world.desk.visitor_ticket(visitors[2]).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 2 });
    let chat =
        world.desk.find_worklist_item(&lucia, visitors[1].ticket).await.unwrap().unwrap().chat;
    world.desk.accept(&lucia, chat.unwrap()).await.unwrap();
    loop {
        wait_for_event(&mut line, |event| matches!(event, Event::Ticket { .. }).then_some(()))
            .await;
        let ticket = world.desk.visitor_ticket(visitors[2]).await.unwrap();
        if ticket.chat == (VisitorChat::Waiting { position: 1 }) {
            break;
        }
    }
}

async fn what_rings_for_ring_time_is_missed_and_rings_at_the_next(world: World) {
    let site = world.site_with("a", "[limits]\nring_time = \"10s\"").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    let offer = world.desk.find_offer(&lucia, chat).await.unwrap().unwrap();
    assert_eq!(offer.rings_until, world.desk.now() + Duration::from_secs(10));
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.pass(Duration::from_millis(9_999)).await;
    assert!(world.desk.find_offer(&lucia, chat).await.unwrap().is_some());
    world.pass(Duration::from_millis(1)).await;
    wait_for_event(&mut at_lucia, |event| matches!(event, Event::OfferGone { .. }).then_some(()))
        .await;
    assert_eq!(wait_for_offer(&mut at_pedro).await, chat);
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    let me = world.desk.profile(&lucia).await.unwrap();
    assert_eq!((me.state, me.since), (AgentState::Rona, world.desk.now()));
    let missed = me.missed.unwrap().into_inner();
    assert_eq!((missed.number, missed.ring_ms), (offer.number.clone(), 10_000));
    assert_eq!(missed.contact.name.as_deref(), Some("Rosa"));
    let missed =
        "select count(*) from offers where outcome = 'missed' and settled_at = rings_until";
    assert_eq!(world.count(missed).await, 1);
    // Too late for one, not for the other.
    world.desk.decline(&lucia, chat).await.unwrap();
    assert_eq!(world.desk.offers(&pedro).await.unwrap().len(), 1);
}

async fn what_rang_before_a_restart_is_missed_after_it(mut world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    drop(console);
    world.restart().await;
    let _console = world.desk.console_connected(lucia.id);
    world.pass(Duration::from_secs(19)).await;
    assert_eq!(world.desk.offers(&lucia).await.unwrap()[0].chat, chat, "the same ring goes on");
    world.pass(Duration::from_secs(1)).await;
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    assert_eq!(world.desk.profile(&lucia).await.unwrap().state, AgentState::Rona);
    // However long it waits: only she leaves that state.
    world.pass(Duration::from_secs(40)).await;
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    world.desk.set_agent_state(lucia.id, AgentState::Available).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap()[0].chat, chat);
    assert_eq!(world.desk.profile(&lucia).await.unwrap().missed, None);
}

/// In RONA: the button says Ayuda, whoever waits already waits out `wait_limit`, and what else rang there moves on.
async fn while_somebody_is_only_in_rona_who_waits_waits_and_nobody_new_comes(world: World) {
    let more = "[limits]\nring_time = \"10s\"\nwait_limit = \"1m\"";
    let site = world.site_with("a", more).await;
    let (lucia, _console) = world.at_console("lucia").await;
    let (_, first) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    world.pass(Duration::from_secs(5)).await;
    let (_, second) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 2);
    world.pass(Duration::from_secs(5)).await;
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty(), "the other one moves on");
    assert_eq!(world.desk.profile(&lucia).await.unwrap().state, AgentState::Rona);
    let answer = world.desk.availability(site.id);
    assert_eq!((answer.open, answer.reason), (false, Reason::NoAgents));
    for visitor in [first, second] {
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        assert!(matches!(ticket.chat, VisitorChat::Waiting { .. }), "{:?}", ticket.chat);
    }
    // Nobody else could take them: both would be requests if she went away now.
    assert_eq!(world.desk.preview_away(&lucia), 2);
    world.pass(Duration::from_secs(50)).await;
    let chat = async |visitor| world.desk.visitor_ticket(visitor).await.unwrap().chat;
    assert_eq!(chat(first).await, VisitorChat::Request, "after wait_limit");
    assert!(matches!(chat(second).await, VisitorChat::Waiting { .. }));
    let (pedro, _pedros) = world.at_console("pedro").await;
    assert_eq!(world.desk.preview_away(&lucia), 0);
    assert_eq!(world.desk.preview_away(&pedro), 0, "who is in RONA may come back");
    world.desk.go_away(&lucia, None).await.unwrap();
    assert_eq!(world.desk.preview_away(&pedro), 1);
    world.desk.go_away(&pedro, None).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(chat(second).await, VisitorChat::Request);
}

async fn a_reason_to_be_away_is_one_of_the_owners_and_goes_with_the_state(world: World) {
    world.site_with("a", "away_reasons = [\"Café\", \"Médico\"]").await;
    world.site("b").await;
    let lucia = world.agent_of("lucia", &["a", "b"]).await;
    let reason = |text| AwayReason::parse(text).unwrap();
    let me = world.desk.profile(&lucia).await.unwrap();
    assert_eq!(me.away_reasons, ["Café", "Médico", "Break", "Lunch", "Meeting"].map(spanish));
    let other = world.desk.go_away(&lucia, Some(&reason("Siesta"))).await;
    assert_eq!(refused(other), Code::Invalid);
    world.desk.go_away(&lucia, Some(&reason("Café"))).await.unwrap();
    let me = world.desk.profile(&lucia).await.unwrap();
    assert_eq!((me.state, me.reason.as_deref()), (AgentState::Away, Some("Café")));
    world.pass(Duration::from_secs(9)).await;
    world.desk.go_away(&lucia, Some(&reason("Médico"))).await.unwrap();
    let me = world.desk.profile(&lucia).await.unwrap();
    assert_eq!((me.since, me.reason.as_deref()), (world.desk.now(), Some("Médico")));
    world.desk.set_agent_state(lucia.id, AgentState::Available).await.unwrap();
    assert_eq!(world.desk.profile(&lucia).await.unwrap().reason, None);
    let rona = world.desk.set_agent_state(lucia.id, AgentState::Rona).await;
    assert_eq!(refused(rona), Code::Invalid, "nobody chooses it");
}

/// The reasons that a Spanish site begins with.
fn spanish(reason: &str) -> &str {
    match reason {
        "Break" => "Pausa",
        "Lunch" => "Comida",
        "Meeting" => "Reunión",
        other => other,
    }
}

async fn a_sole_agent_is_rung_again_after_thirty_seconds(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (lucia, _console) = world.at_console("lucia").await;
    world.start(&site).await;
    for _ in 0..3 {
        world.desk.tick().await.unwrap();
        let chat = world.desk.offers(&lucia).await.unwrap()[0].chat;
        world.desk.decline(&lucia, chat).await.unwrap();
        world.pass(Duration::from_secs(29)).await;
        // Also that the offer itself took the agent's only place does not count as a place that came free.
        assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(world.count("select count(*) from offers where outcome = 'declined'").await, 3);
}

async fn a_chat_that_ends_starts_waiting_chats_over_when_its_agent_gets_below_capacity(
    world: World,
) {
    for (key, capacity, rings) in [("a", 1, 1), ("b", 2, 0)] {
        let site = world.site_with(key, &format!("[limits]\ncapacity = {capacity}")).await;
        let lucia = world.agent_of(&format!("lucia-{key}"), &[key]).await;
        let _console = world.desk.console_connected(lucia.id);
        let (_, declined) = world.start(&site).await;
        world.desk.tick().await.unwrap();
        let chat = world.desk.offers(&lucia).await.unwrap()[0].chat;
        world.desk.decline(&lucia, chat).await.unwrap();
        world.clock.advance(Duration::from_secs(1));
        let talks = world.chat_with(&site, &lucia).await;
        world.desk.tick().await.unwrap();
        assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
        world.desk.end_chat_as_visitor(talks).await.unwrap();
        world.desk.tick().await.unwrap();
        let offers = world.desk.offers(&lucia).await.unwrap();
        assert_eq!(offers.len(), rings, "with {capacity}");
        assert!(offers.iter().all(|offer| offer.ticket == declined.ticket));
    }
}

async fn a_requeued_chat_is_first_then_the_more_urgent_then_the_older(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (lucia, lucias) = world.at_console("lucia").await;
    let (pedro, _pedros) = world.at_console("pedro").await;
    let lost = world.chat_with(&site, &lucia).await;
    let mut with_pedro = world.chat_with(&site, &pedro).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(1));
        waiting.push(world.start(&site).await.1);
    }
    let [older, newer, urgent] = waiting[..] else { panic!("three") };
    // No verb says so yet: how urgent a ticket is stands in its chat's row.
    let id = world.id_as_sql(urgent.ticket.0);
    world.force(&format!("update chats set priority = 1 where ticket_id = {id}")).await;
    drop(lucias);
    world.pass(Duration::from_mins(1)).await;
    let line = [lost, urgent, older, newer];
    for (place, visitor) in (1..).zip(line) {
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        assert_eq!(ticket.chat, VisitorChat::Waiting { position: place });
    }
    for visitor in line {
        world.desk.end_chat_as_visitor(with_pedro).await.unwrap();
        world.desk.tick().await.unwrap();
        let offers = world.desk.offers(&pedro).await.unwrap();
        assert_eq!((offers.len(), offers[0].ticket), (1, visitor.ticket));
        world.desk.accept(&pedro, offers[0].chat).await.unwrap();
        with_pedro = visitor;
    }
}

async fn an_agent_at_whom_a_chat_rings_is_not_its_owner(world: World) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 1);
    assert_eq!(world.count("select count(*) from chats where agent_id is not null").await, 0);
    let reasons = world.desk.closing_reasons(&lucia, visitor.ticket).await.unwrap();
    let ends = world.desk.end_chat(&lucia, visitor.ticket, &reasons[0]).await;
    assert_eq!(refused(ends), Code::Forbidden);
    let closes = world.desk.close_ticket(&lucia, visitor.ticket, &reason("x")).await;
    assert_eq!(refused(closes), Code::Forbidden);
    let id = world.new_id();
    let writes = world.desk.post_agent_message(&lucia, visitor.ticket, id, "hola", &[]).await;
    assert_eq!(refused(writes), Code::Forbidden);
    let head = world.desk.conversation(&lucia, visitor.ticket).await.unwrap();
    assert!(matches!(head.chat, AgentChat::Waiting { .. }), "{:?}", head.chat);
    world.accept(&lucia, visitor).await;
    world.desk.post_agent_message(&lucia, visitor.ticket, id, "hola", &[]).await.unwrap();
    world.desk.end_chat(&lucia, visitor.ticket, &reasons[0]).await.unwrap();
}

async fn an_agent_who_serves_the_queue_no_longer_is_rung_no_longer(world: World) {
    let site = world.site_with("a", "[[queues]]\nname = \"Ventas\"").await;
    let (lucia, _one) = world.at_console("lucia").await;
    world.clock.advance(Duration::from_secs(1));
    let (pedro, _two) = world.at_console("pedro").await;
    world.start(&site).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap()[0].queue, "Ventas");
    let moved = NewAgent {
        email: lucia.email.clone(),
        name: lucia.name.clone(),
        role: Role::Agent,
        sites: vec![],
        queues: vec!["Soporte".into()],
        password: None,
    };
    world.desk.create_agent(moved).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    assert_eq!(world.desk.offers(&pedro).await.unwrap().len(), 1);
    assert_eq!(world.count("select count(*) from offers where outcome = 'withdrawn'").await, 1);
}

async fn room_at_one_site_is_used_at_another(world: World) {
    let one = world.site_with("a", "[limits]\ncapacity = 1").await;
    let two = world.site_with("b", "[limits]\ncapacity = 1").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let first = world.chat_with(&one, &lucia).await;
    let (_, second) = world.start(&two).await;
    world.desk.tick().await.unwrap();
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    world.desk.end_chat_as_visitor(first).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap()[0].ticket, second.ticket);
}

async fn a_chat_has_one_open_offer_of_a_kind_whoever_writes_it(world: World) {
    let site = world.site("a").await;
    let (_lucia, _console) = world.at_console("lucia").await;
    world.start(&site).await;
    world.desk.tick().await.unwrap();
    let again = async |kind: &str, outcome: &str| {
        let id = world.id_as_sql(world.new_id().0);
        let copy = format!(
            "insert into offers (id, kind, chat_id, site_id, to_agent, round, offered_at, rings_until, outcome)
             select {id}, '{kind}', chat_id, site_id, to_agent, round, offered_at, rings_until, {outcome}
             from offers where kind = 'chat' and outcome is null"
        );
        world.try_force(&copy).await
    };
    let refused = again("chat", "null").await.unwrap_err();
    assert!(refused.as_database_error().unwrap().is_unique_violation(), "{refused}");
    again("transfer", "null").await.unwrap();
    again("chat", "'missed'").await.unwrap();
    let open = "select count(*) from offers where kind = 'chat' and outcome is null";
    assert_eq!(world.count(open).await, 1);
}

async fn whoever_comes_after_five_hundred_that_ring_rings_too(world: World) {
    let more = "[limits]\ncapacity = 1000\nqueue_limit = 1000";
    let site = world.site_with("a", more).await;
    let (lucia, _console) = world.at_console("lucia").await;
    for _ in 0..520 {
        world.desk.start_chat(&site, world.new_chat()).await.unwrap();
    }
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 520);
}
