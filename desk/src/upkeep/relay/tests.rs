//! What is known in memory after commits of other processes.

use crate::{
    live::counts,
    world::{World, reason, until, wait_for_offer},
};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chats_of_all_processes_are_counted_exactly() {
    let Some(world) = World::on_postgres().await else { return };
    let site = world.site_with("a", "[limits]\ncapacity = 4").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (one, two) = world.nodes().await;
    let _elsewhere = two.desk.console_connected(agent.id);
    let mut line = one.desk.hub().agent(agent.id);
    for desk in [&one.desk, &two.desk].into_iter().cycle().take(12) {
        world.clock.advance(Duration::from_secs(1));
        desk.start_chat(&site, world.new_chat()).await.unwrap();
    }
    for (n, desk) in (0..6).zip([&two.desk, &one.desk].into_iter().cycle()) {
        let chat = wait_for_offer(&mut line).await;
        let ticket = desk.accept(&agent, chat).await.unwrap();
        if n % 2 == 0 {
            desk.end_chat(&agent, ticket, &reason("Resuelto")).await.unwrap();
        }
    }
    for desk in [&one.desk, &two.desk] {
        until("the rows are counted", async || {
            let (in_memory, by_rows) = counts::compared(desk).await.unwrap();
            assert!(!by_rows.waiting.is_empty() && !by_rows.active.is_empty());
            in_memory == by_rows
        })
        .await;
    }
}
