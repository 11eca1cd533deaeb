//! What sockets hear.

use crate::world::{World, on_both, soon, wait_for_event};
use desk::live::Event;
use protocol::{
    Seq,
    agent::AgentState,
    entry::{AgentBody, VisitorBody},
};

on_both! {
    a_message_is_heard_by_who_watches_in_the_order_of_the_sequence,
    typing_is_heard_by_the_other_side_only,
    a_panel_that_comes_and_goes_is_told,
    a_desk_that_closes_ends_its_subscriptions,
}

async fn a_message_is_heard_by_who_watches_in_the_order_of_the_sequence(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let mut panel = world.desk.hub().visitor(visitor.ticket);
    let mut console = world.desk.hub().agent(agent.id);
    world.desk.hub().watch(&console, visitor.ticket);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (desk, id) = (world.desk.clone(), world.new_id());
            tokio::spawn(
                async move { desk.post_visitor_message(visitor, id, "x", &[]).await.unwrap() },
            )
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for line in [&mut panel, &mut console] {
        for place in 4..54 {
            let seq = wait_for_event(line, |event| match event {
                Event::Entry { visitor, agent, .. } => {
                    assert_eq!(visitor.seq, agent.seq);
                    assert!(matches!(agent.body, AgentBody::Visitor { .. }));
                    assert!(matches!(visitor.body, VisitorBody::Visitor { .. }));
                    Some(agent.seq)
                }
                _ => None,
            });
            assert_eq!(seq.await, Seq(place));
        }
    }
}

async fn typing_is_heard_by_the_other_side_only(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let mut panel = world.desk.hub().visitor(visitor.ticket);
    let mut console = world.desk.hub().agent(agent.id);
    world.desk.hub().watch(&console, visitor.ticket);
    world.desk.visitor_is_typing(visitor);
    world.desk.agent_is_typing(&agent, visitor.ticket).await.unwrap();
    let typing = |event: &Event| match event {
        Event::Typing { agent, .. } => Some(agent.clone()),
        _ => None,
    };
    assert_eq!(wait_for_event(&mut console, typing).await, None);
    assert_eq!(wait_for_event(&mut panel, typing).await, Some((agent.id, agent.name.clone())));
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    wait_for_event(&mut console, |event| {
        assert!(!matches!(event, Event::Typing { .. }), "not one's own");
        matches!(event, Event::AgentState { .. }).then_some(())
    })
    .await;
}

async fn a_panel_that_comes_and_goes_is_told(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let mut console = world.desk.hub().agent(agent.id);
    world.desk.hub().watch(&console, visitor.ticket);
    let present = |event: &Event| match event {
        Event::VisitorPresent { present, .. } => Some(*present),
        _ => None,
    };
    let (one, two) =
        (world.desk.panel_connected(visitor.ticket), world.desk.panel_connected(visitor.ticket));
    assert!(wait_for_event(&mut console, present).await);
    drop(one);
    assert!(world.desk.conversation(&agent, visitor.ticket).await.unwrap().visitor_present);
    drop(two);
    assert!(!wait_for_event(&mut console, present).await, "told once, when the last tab goes");
}

async fn a_desk_that_closes_ends_its_subscriptions(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let mut panel = world.desk.hub().visitor(visitor.ticket);
    world.desk.close().await;
    soon("the end", async { while panel.next().await.is_ok() {} }).await;
}
