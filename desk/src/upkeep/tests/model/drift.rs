//! What is counted in memory stays what the rows say, where it is hardest.

use super::{cut_off::cut_off, rules::counts_equal_rows};
use crate::{
    live::counts,
    world::{World, on_both},
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
