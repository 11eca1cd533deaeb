//! A waiting chat rings at one agent at a time, and comes back when its agent is lost.

use crate::world::{World, hear, hear_offer, on_both, refused};
use desk::live::Event;
use protocol::{
    Code, Seq,
    agent::{AgentState, WorkKind},
    entry::VisitorBody,
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
}

async fn a_new_chat_rings_at_one_agent_and_declined_at_the_next(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    world.clock.advance(Duration::from_secs(1));
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    let (started, visitor) = world.start(&site).await;
    let chat = hear_offer(&mut at_lucia).await;
    assert!(world.desk.offers(&pedro).await.unwrap().is_empty(), "one at a time");
    let offer = world.desk.find_offer(&lucia, chat).await.unwrap().unwrap();
    assert_eq!((offer.ticket, offer.number), (visitor.ticket, started.number));
    assert_eq!((offer.message.as_str(), offer.queue.as_str()), ("hola", "Soporte"));
    assert_eq!(offer.page.unwrap().as_str(), "https://shop.example/precios");
    assert_eq!(offer.contact.name.as_deref(), Some("Rosa"));
    // Somebody else cannot decline it.
    world.desk.decline(&pedro, chat).await.unwrap();
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 1);
    world.desk.decline(&lucia, chat).await.unwrap();
    hear(&mut at_lucia, |event| matches!(event, Event::OfferGone { .. }).then_some(())).await;
    assert_eq!(hear_offer(&mut at_pedro).await, chat);
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
    assert_eq!(world.desk.accept(&pedro, chat).await.unwrap(), visitor.ticket);
    hear(&mut at_pedro, |event| matches!(event, Event::OfferGone { .. }).then_some(())).await;
    assert!(world.desk.find_offer(&pedro, chat).await.unwrap().is_none());
}

async fn nobody_left_it_waits_and_starts_over_when_somebody_comes(world: World) {
    let site = world.site("a").await;
    let (lucia, console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = hear_offer(&mut line).await;
    world.desk.decline(&lucia, chat).await.unwrap();
    let item = world.desk.find_worklist_item(&lucia, visitor.ticket).await.unwrap().unwrap();
    assert_eq!(item.kind, WorkKind::WaitingChat, "it waits in the list");
    world.desk.set_agent_state(lucia.id, AgentState::Away).await.unwrap();
    world.desk.set_agent_state(lucia.id, AgentState::Available).await.unwrap();
    assert_eq!(hear_offer(&mut line).await, chat);
    world.desk.decline(&lucia, chat).await.unwrap();
    drop(console);
    let _again = world.desk.console_connected(lucia.id);
    assert_eq!(hear_offer(&mut line).await, chat);
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
            hear_offer(&mut at_lucia).await
        } else {
            hear_offer(&mut at_pedro).await
        };
    }
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
    hear_offer(&mut at_pedro).await;
    assert_eq!(world.desk.offers(&pedro).await.unwrap()[1].ticket, fifth.ticket);
}

async fn an_agent_who_goes_away_is_offered_nothing_and_what_rang_moves_on(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    world.start(&site).await;
    let chat = hear_offer(&mut at_lucia).await;
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.desk.set_agent_state(lucia.id, AgentState::Away).await.unwrap();
    assert_eq!(hear_offer(&mut at_pedro).await, chat);
    assert!(world.desk.offers(&lucia).await.unwrap().is_empty());
}

async fn taken_from_the_list_it_rings_no_longer_elsewhere(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let (_, visitor) = world.start(&site).await;
    let chat = hear_offer(&mut at_lucia).await;
    let (pedro, _two) = world.at_console("pedro").await;
    world.desk.accept(&pedro, chat).await.unwrap();
    let gone = hear(&mut at_lucia, |event| match event {
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
    hear_offer(&mut at_pedro).await;
    assert_eq!(world.kinds(&pedro, visitor.ticket).await[3..], ["requeued"]);
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::Requeued);
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 1 });
    assert!(
        world.desk.worklist(&lucia).await.unwrap().iter().all(|item| item.kind != WorkKind::MyChat)
    );
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
    hear(&mut line, |event| matches!(event, Event::Ticket { .. }).then_some(())).await;
    let ticket = world.desk.visitor_ticket(visitors[2]).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 2 });
    let chat =
        world.desk.find_worklist_item(&lucia, visitors[1].ticket).await.unwrap().unwrap().chat;
    world.desk.accept(&lucia, chat.unwrap()).await.unwrap();
    loop {
        hear(&mut line, |event| matches!(event, Event::Ticket { .. }).then_some(())).await;
        let ticket = world.desk.visitor_ticket(visitors[2]).await.unwrap();
        if ticket.chat == (VisitorChat::Waiting { position: 1 }) {
            break;
        }
    }
}
