//! What an agent's list shows.

use crate::world::{ROSA, World, on_both};
use protocol::agent::WorkKind;
use std::time::Duration;

on_both! {
    chats_come_before_requests_and_the_oldest_first,
    a_list_of_two_hundred_is_one_of_two_hundred,
}

async fn chats_come_before_requests_and_the_oldest_first(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut expected = Vec::new();
    let second = Duration::from_secs(1);
    for _ in 0..2 {
        let started = world.desk.open_request(&site, world.new_request(ROSA)).await.unwrap();
        expected.push((WorkKind::Request, started.number));
        world.clock.advance(second);
    }
    for _ in 0..2 {
        let (started, _) = world.start(&site).await;
        expected.push((WorkKind::WaitingChat, started.number));
        world.clock.advance(second);
    }
    for _ in 0..2 {
        let visitor = world.chat_with(&site, &agent).await;
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        expected.push((WorkKind::MyChat, ticket.number));
        world.clock.advance(second);
    }
    expected.sort_by_key(|(kind, _)| *kind);
    let items = world.desk.worklist(&agent).await.unwrap();
    let found: Vec<_> = items.iter().map(|item| (item.kind, item.number.clone())).collect();
    assert_eq!(found, expected);
    for item in items {
        assert_eq!(world.desk.find_worklist_item(&agent, item.ticket).await.unwrap(), Some(item));
    }
}

async fn a_list_of_two_hundred_is_one_of_two_hundred(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let tasks: Vec<_> = (0..220)
        .map(|_| {
            let (desk, site, new) = (world.desk.clone(), site.clone(), world.new_chat());
            tokio::spawn(async move { desk.start_chat(&site, new).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(world.desk.worklist(&agent).await.unwrap().len(), 220);
}
