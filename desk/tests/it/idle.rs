//! A chat whose customer says nothing is warned, and ended.

use crate::world::{World, on_both, until};
use desk::{people::Agent, sites::Site, tickets::Visitor};
use protocol::{
    Seq,
    entry::{AgentBody, Category, EndedBy, VisitorBody},
    visitor::VisitorChat,
};
use std::{sync::Arc, time::Duration};

on_both! {
    a_customer_who_says_nothing_is_warned_a_minute_before_the_end,
    a_word_of_the_customers_stops_it_and_one_of_the_agents_begins_it_again,
    it_runs_from_the_agents_first_message_and_not_before_one,
    of_a_short_limit_half_is_over_at_the_warning,
    who_was_away_while_the_limit_passed_is_warned_first,
    another_agent_begins_it_anew,
    who_was_warned_keeps_nobody_from_being_warned,
}

const MINUTE: Duration = Duration::from_mins(1);

async fn chat(world: &World, more: &str) -> (Arc<Site>, Agent, Visitor) {
    let site = world.site_with("a", more).await;
    let lucia = world.agent("lucia").await;
    // For as long as the test.
    std::mem::forget(world.desk.console_connected(lucia.id));
    let visitor = world.chat_with(&site, &lucia).await;
    (site, lucia, visitor)
}

async fn says(world: &World, agent: &Agent, visitor: Visitor) {
    let id = world.new_id();
    world.desk.post_agent_message(agent, visitor.ticket, id, "¿Algo más?", &[]).await.unwrap();
    world.desk.tick().await.unwrap();
}

/// What the visitor was told of it: how many warnings, and the end.
async fn told(world: &World, visitor: Visitor) -> (usize, Option<EndedBy>) {
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    let warnings = entries.iter().filter(|entry| entry.body == VisitorBody::IdleWarning).count();
    let end = entries.iter().find_map(|entry| match entry.body {
        VisitorBody::ChatEnded { by } => Some(by),
        _ => None,
    });
    (warnings, end)
}

async fn a_customer_who_says_nothing_is_warned_a_minute_before_the_end(world: World) {
    let (_site, lucia, visitor) = chat(&world, "").await;
    says(&world, &lucia, visitor).await;
    world.pass(Duration::from_millis(239_999)).await;
    assert_eq!(told(&world, visitor).await, (0, None));
    world.pass(Duration::from_millis(1)).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    world.pass(Duration::from_millis(59_999)).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    world.pass(Duration::from_millis(1)).await;
    assert_eq!(told(&world, visitor).await, (1, Some(EndedBy::Inactivity)));
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Ended { rated: false, attended: true });
    assert_eq!(ticket.state.category, Category::Closed);
    let (entries, _) = world.desk.agent_entries(&lucia, visitor.ticket, Seq(4)).await.unwrap();
    let reason = Some("inactividad".to_owned());
    let ended = AgentBody::ChatEnded { by: EndedBy::Inactivity, reason };
    assert!(entries.iter().any(|entry| entry.body == ended), "{entries:?}");
    world.desk.rate(visitor, protocol::Score::ALL[4], None).await.unwrap();
}

async fn a_word_of_the_customers_stops_it_and_one_of_the_agents_begins_it_again(world: World) {
    let (_site, lucia, visitor) = chat(&world, "").await;
    says(&world, &lucia, visitor).await;
    world.pass(4 * MINUTE).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    world.visitor_posts(visitor, "sí, un momento").await;
    world.pass(9 * MINUTE).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    says(&world, &lucia, visitor).await;
    world.pass(4 * MINUTE).await;
    assert_eq!(told(&world, visitor).await, (2, None));
    // Said, and not yet followed when the time is over.
    world.clock.advance(MINUTE);
    world.visitor_posts(visitor, "aquí estoy").await;
    world.desk.tick().await.unwrap();
    assert_eq!(told(&world, visitor).await, (2, None));
}

async fn it_runs_from_the_agents_first_message_and_not_before_one(world: World) {
    let (_site, lucia, visitor) = chat(&world, "").await;
    world.pass(9 * MINUTE).await;
    assert_eq!(told(&world, visitor).await, (0, None), "the agent has said nothing yet");
    says(&world, &lucia, visitor).await;
    world.pass(3 * MINUTE).await;
    says(&world, &lucia, visitor).await;
    world.pass(MINUTE).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    says(&world, &lucia, visitor).await;
    world.pass(MINUTE).await;
    assert_eq!(told(&world, visitor).await, (1, Some(EndedBy::Inactivity)));
}

async fn of_a_short_limit_half_is_over_at_the_warning(world: World) {
    let (_site, lucia, visitor) = chat(&world, "[limits]\nidle_limit = \"30s\"").await;
    says(&world, &lucia, visitor).await;
    world.pass(Duration::from_secs(15)).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    world.pass(Duration::from_secs(15)).await;
    assert_eq!(told(&world, visitor).await, (1, Some(EndedBy::Inactivity)));
}

async fn who_was_away_while_the_limit_passed_is_warned_first(mut world: World) {
    let (_site, lucia, visitor) = chat(&world, "[limits]\ndrop_grace = \"1h\"").await;
    says(&world, &lucia, visitor).await;
    world.clock.advance(20 * MINUTE);
    world.restart().await;
    let _console = world.desk.console_connected(lucia.id);
    world.desk.tick().await.unwrap();
    assert_eq!(told(&world, visitor).await, (1, None));
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(told(&world, visitor).await, (1, None));
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(told(&world, visitor).await, (1, Some(EndedBy::Inactivity)));
}

async fn another_agent_begins_it_anew(world: World) {
    let (_site, lucia, visitor) = chat(&world, "").await;
    says(&world, &lucia, visitor).await;
    world.pass(4 * MINUTE).await;
    let (pedro, _pedros) = world.at_console("pedro").await;
    let to = desk::console::HandoverTarget::Agent(pedro.id);
    world.desk.ask_transfer(&lucia, visitor.ticket, to, None).await.unwrap();
    world.desk.tick().await.unwrap();
    let offer = world.desk.offers(&pedro).await.unwrap().remove(0);
    world.desk.accept_offer(&pedro, offer.chat, offer.offer.unwrap()).await.unwrap();
    world.pass(9 * MINUTE).await;
    assert_eq!(told(&world, visitor).await, (1, None), "Pedro has said nothing yet");
    says(&world, &pedro, visitor).await;
    world.pass(5 * MINUTE).await;
    world.pass(MINUTE).await;
    assert_eq!(told(&world, visitor).await, (2, Some(EndedBy::Inactivity)));
}

async fn who_was_warned_keeps_nobody_from_being_warned(world: World) {
    /// More than are looked at at a time.
    const CHATS: i64 = 201;
    let (site, lucia, first) = chat(&world, "").await;
    let mut visitors = vec![first];
    for _ in 1..CHATS {
        visitors.push(world.chat_with(&site, &lucia).await);
    }
    for visitor in &visitors {
        let id = world.new_id();
        world.desk.post_agent_message(&lucia, visitor.ticket, id, "¿Sí?", &[]).await.unwrap();
    }
    let begun = "select count(*) from chats where idle_from is not null";
    until("they are idle", async || {
        world.desk.tick().await.unwrap();
        world.count(begun).await == CHATS
    })
    .await;
    world.pass(4 * MINUTE).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.count("select count(*) from chats where warned_at is not null").await, CHATS);
}
