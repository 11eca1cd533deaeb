//! A clock that somebody sets back: what is waited for comes when its span is over.

use crate::world::{ROSA, World, on_both, until, wait_for_offer};
use desk::tickets::Visitor;
use protocol::{agent::AgentState, text::EmailAddress, visitor::VisitorChat};
use std::time::Duration;

on_both! {
    a_dropped_console_is_held_for_its_grace_after_the_clock_was_set_back,
    what_rings_is_missed_after_ring_time_although_the_clock_was_set_back,
    who_waits_gets_a_request_after_wait_limit_although_the_clock_was_set_back,
    a_chat_that_everybody_declined_starts_over_although_the_clock_was_set_back,
    unseen_replies_are_mailed_in_time_although_the_clock_was_set_back,
    mails_of_before_the_clock_was_set_back_hold_no_other_back,
    deadlines_of_before_a_restart_are_no_further_than_their_span_after_the_clock_was_set_back,
    nobody_has_missed_what_rang_out_while_no_process_served,
}

const JUMP: Duration = Duration::from_hours(5);

async fn chat_of(world: &World, visitor: Visitor) -> VisitorChat {
    world.desk.visitor_ticket(visitor).await.unwrap().chat
}

async fn a_dropped_console_is_held_for_its_grace_after_the_clock_was_set_back(world: World) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    drop(console);
    world.clock.set_back(JUMP);
    world.pass(site.limits.drop_grace.saturating_sub(Duration::from_secs(1))).await;
    assert!(matches!(chat_of(&world, visitor).await, VisitorChat::Active { .. }));
    world.pass(Duration::from_secs(1)).await;
    assert!(!matches!(chat_of(&world, visitor).await, VisitorChat::Active { .. }));
}

async fn what_rings_is_missed_after_ring_time_although_the_clock_was_set_back(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    world.clock.advance(Duration::from_secs(1));
    let (pedro, _two) = world.at_console("pedro").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.start(&site).await;
    let chat = wait_for_offer(&mut at_lucia).await;
    world.clock.set_back(JUMP);
    world.pass(site.limits.ring_time.saturating_sub(Duration::from_secs(1))).await;
    assert_eq!(world.desk.offers(&lucia).await.unwrap().len(), 1);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(wait_for_offer(&mut at_pedro).await, chat);
}

async fn who_waits_gets_a_request_after_wait_limit_although_the_clock_was_set_back(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(agent.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut line).await;
    world.desk.decline(&agent, chat).await.unwrap();
    world.clock.set_back(JUMP);
    world.pass(site.limits.wait_limit).await;
    assert_eq!(chat_of(&world, visitor).await, VisitorChat::Request);
}

async fn a_chat_that_everybody_declined_starts_over_although_the_clock_was_set_back(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(agent.id);
    world.start(&site).await;
    let chat = wait_for_offer(&mut line).await;
    world.desk.decline(&agent, chat).await.unwrap();
    world.desk.tick().await.unwrap();
    world.clock.set_back(JUMP);
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(wait_for_offer(&mut line).await, chat);
}

async fn unseen_replies_are_mailed_in_time_although_the_clock_was_set_back(world: World) {
    const MAILS: &str = "select count(*) from mails where kind = 'replies'";
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut new = world.new_chat();
    new.email = Some(EmailAddress::parse(ROSA).unwrap());
    let started = world.desk.start_chat(&site, new).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    world.accept(&agent, visitor).await;
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, world.new_id(), "Uno", &[])
        .await
        .unwrap();
    drop(world.desk.panel_connected(visitor.ticket));
    world.desk.tick().await.unwrap();
    world.clock.set_back(JUMP);
    world.pass(site.limits.mail_after.saturating_sub(Duration::from_secs(1))).await;
    assert_eq!(world.count(MAILS).await, 0);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.count(MAILS).await, 1);
    world.clock.set_back(JUMP);
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, world.new_id(), "Dos", &[])
        .await
        .unwrap();
    world.pass(site.limits.mail_after).await;
    world.pass(site.limits.mail_after).await;
    assert_eq!(world.count(MAILS).await, 2);
}

async fn mails_of_before_the_clock_was_set_back_hold_no_other_back(world: World) {
    const MAILS: &str = "select count(*) from mails where kind = 'request_received'";
    let site = world.site("a").await;
    for _ in 0..4 {
        world.ask(&site, ROSA).await;
    }
    assert_eq!(world.count(MAILS).await, 3, "three an hour");
    world.clock.set_back(JUMP);
    world.clock.advance(Duration::from_hours(1));
    world.ask(&site, ROSA).await;
    assert_eq!(world.count(MAILS).await, 4);
}

async fn deadlines_of_before_a_restart_are_no_further_than_their_span_after_the_clock_was_set_back(
    mut world: World,
) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(agent.id);
    let (_, visitor) = world.start(&site).await;
    wait_for_offer(&mut line).await;
    world.ask(&site, ROSA).await;
    world.force("update mails set due_at = due_at + 1000").await;
    world.restart_by_a_clock_set_back(JUMP).await;
    let running = world.run().await;
    let due = "select count(*) from mails where outcome is null";
    until("the mail goes out", async || world.count(due).await == 0).await;
    let far = format!(
        "select count(*) from chats where wait_until > {}",
        (world.clock.now() + site.limits.wait_limit).0
    );
    until("the deadline is near", async || world.count(&far).await == 0).await;
    world.clock.advance(site.limits.ring_time);
    until("it rings no longer", async || {
        world.count("select count(*) from offers where outcome is null").await == 0
    })
    .await;
    world.clock.advance(site.limits.wait_limit);
    until("who waits has a request", async || {
        chat_of(&world, visitor).await == VisitorChat::Request
    })
    .await;
    running.stop().await;
}

async fn nobody_has_missed_what_rang_out_while_no_process_served(mut world: World) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(agent.id);
    world.start(&site).await;
    wait_for_offer(&mut line).await;
    drop(console);
    world.desk.close().await;
    world.clock.advance(2 * site.limits.ring_time);
    world.desk = world.second_process().await;
    let _console = world.desk.console_connected(agent.id);
    let running = world.run().await;
    let now = world.clock.now();
    let anew = format!(
        "select count(*) from offers where outcome is null and rings_until = {}",
        (now + site.limits.ring_time).0
    );
    until("it rings anew", async || world.count(&anew).await == 1).await;
    assert_eq!(world.desk.find_agent(agent.id).unwrap().state, AgentState::Available);
    // Whatever becomes of the keeper meanwhile.
    world.clock.advance(site.limits.ring_time);
    until("this one is missed", async || {
        world.desk.find_agent(agent.id).unwrap().state == AgentState::Rona
    })
    .await;
    running.stop().await;
}
