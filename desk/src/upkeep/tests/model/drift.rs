//! What is counted in memory stays what the rows say, where it is hardest.

use super::{cut_off::cut_off, rules::counts_equal_rows};
use crate::{
    live::counts,
    world::{Cut, Engine, World, on_both},
};

on_both! {
    rows_counted_while_chats_come_and_go_are_counted_right,
    a_caller_who_stops_polling_anywhere_leaves_no_wrong_count,
}

async fn rows_counted_while_chats_come_and_go_are_counted_right(world: World) {
    let site = world.site("a").await;
    let (_agent, _console) = world.at_console("lucia").await;
    for _ in 0..40 {
        let mut leaving = Vec::new();
        for _ in 0..3 {
            leaving.push(world.start(&site).await.1);
        }
        let people: Vec<_> = leaving
            .into_iter()
            .map(|visitor| {
                let desk = world.desk.clone();
                tokio::spawn(async move { desk.end_chat_as_visitor(visitor).await.unwrap() })
            })
            .collect();
        // The last of these meets the last commit.
        while !people.iter().all(tokio::task::JoinHandle::is_finished) {
            counts::load(&world.desk).await.unwrap();
        }
        for person in people {
            person.await.unwrap();
        }
        counts_equal_rows(&world.desk).await;
    }
}

async fn a_caller_who_stops_polling_anywhere_leaves_no_wrong_count(world: World) {
    let site = world.site("a").await;
    let (_agent, _console) = world.at_console("lucia").await;
    let mut was_done = 0;
    for polls in 1..=40 {
        let (_, visitor) = world.start(&site).await;
        world.desk.tick().await.unwrap();
        let ended = cut_off(world.desk.end_chat_as_visitor(visitor), polls).await;
        was_done += u32::from(ended.is_some());
        // Whatever goes on without its caller is done when the next one has its turn.
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        world.desk.tick().await.unwrap();
        counts_equal_rows(&world.desk).await;
    }
    assert!(
        (1..40).contains(&was_done),
        "{was_done} of 40 came to their end: none was cut off late"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_leaves_no_wrong_count() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    let proxy = world.behind_proxy().await;
    let site = world.site("a").await;
    let agent = world.agent("lucia").await;
    for cut in [Cut::Before, Cut::After, Cut::Before, Cut::After] {
        // Open as long as it takes to begin, so that it rings nowhere.
        let console = world.desk.console_connected(agent.id);
        proxy.cut(cut);
        let (_, visitor) = world.start(&site).await;
        drop(console);
        counts_equal_rows(&world.desk).await;
        world.desk.tick().await.unwrap();
        proxy.cut(cut);
        world.accept(&agent, visitor).await;
        counts_equal_rows(&world.desk).await;
        proxy.cut(cut);
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        counts_equal_rows(&world.desk).await;
    }
    assert_eq!(proxy.cuts_made(), 12);
}
