//! How often it may be tried to sign in, on one node and on several.

use crate::world::{Engine, PASSWORD, World, on_both, until};
use desk::{
    Desk,
    people::{AttemptError, ClientNetwork, SignInAttempt},
};
use protocol::Code;
use std::time::Duration;

on_both! {
    five_failed_attempts_of_a_client_are_all_for_a_quarter_of_an_hour,
    an_attempt_that_succeeds_does_not_count,
}

const WINDOW: Duration = Duration::from_mins(15);
const ANA: &str = "ana@example.com";

async fn attempt(desk: &Desk, client: &str, email: &str) -> Result<SignInAttempt, u64> {
    let client = (client != "here").then(|| ClientNetwork(client.into()));
    match desk.attempt_sign_in(client, Some(email)).await {
        Ok(attempt) => Ok(attempt),
        Err(AttemptError::TooMany { limit, wait }) => {
            assert!(wait > Duration::ZERO && wait <= WINDOW, "{wait:?}");
            Err(limit)
        }
        Err(AttemptError::Desk(error)) => panic!("{error:?}"),
    }
}

async fn fails(desk: &Desk, client: &str, email: &str) -> bool {
    attempt(desk, client, email).await.is_ok()
}

async fn five_failed_attempts_of_a_client_are_all_for_a_quarter_of_an_hour(world: World) {
    for n in 0..5 {
        assert!(fails(&world.desk, "203.0.113.7", &format!("{n}@example.com")).await);
    }
    assert_eq!(attempt(&world.desk, "203.0.113.7", ANA).await.err(), Some(5));
    assert!(fails(&world.desk, "203.0.113.8", ANA).await);
    world.clock.advance(WINDOW);
    assert!(fails(&world.desk, "203.0.113.7", ANA).await);
}

async fn an_attempt_that_succeeds_does_not_count(world: World) {
    for _ in 0..20 {
        attempt(&world.desk, "203.0.113.7", ANA).await.unwrap().does_not_count().await;
    }
    assert_eq!(world.count("select count(*) from sign_ins").await, 0);
    for _ in 0..5 {
        assert!(fails(&world.desk, "203.0.113.7", ANA).await);
    }
    assert!(!fails(&world.desk, "203.0.113.7", ANA).await);
}

async fn two_nodes() -> Option<(World, Desk)> {
    if !Engine::Postgres.is_here() {
        return None;
    }
    let world = World::new(Engine::Postgres).await;
    let other = world.second_process().await;
    Some((world, other))
}

#[tokio::test]
async fn several_nodes_give_no_more_attempts_than_one() {
    let Some((world, other)) = two_nodes().await else { return };
    let nodes = [&world.desk, &other];
    for n in 0..5 {
        assert!(fails(nodes[n % 2], "203.0.113.7", &format!("{n}@example.com")).await);
    }
    for node in nodes {
        assert_eq!(attempt(node, "203.0.113.7", ANA).await.err(), Some(5));
    }
    // Of one account behind a proxy that nobody declared.
    for n in 0..5 {
        assert!(fails(nodes[n % 2], "here", "eva@example.com").await);
    }
    for node in nodes {
        assert_eq!(attempt(node, "here", "eva@example.com").await.err(), Some(5));
        assert!(fails(node, "here", "luz@example.com").await);
    }
    // Of one account by everybody.
    for n in 0..20 {
        assert!(fails(nodes[n % 2], &format!("198.51.100.{n}"), "paz@example.com").await);
    }
    for node in nodes {
        assert_eq!(attempt(node, "192.0.2.1", "paz@example.com").await.err(), Some(20));
    }
    world.clock.advance(WINDOW);
    for node in nodes {
        assert!(fails(node, "203.0.113.7", ANA).await);
    }
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_on_several_nodes_are_no_more_than_many_in_a_row() {
    let Some((world, other)) = two_nodes().await else { return };
    let attempts: Vec<_> = (0..20)
        .map(|n| {
            let desk = if n % 2 == 0 { world.desk.clone() } else { other.clone() };
            tokio::spawn(async move { fails(&desk, "203.0.113.7", ANA).await })
        })
        .collect();
    let mut let_in = 0;
    for attempt in attempts {
        let_in += u32::from(attempt.await.unwrap());
    }
    assert!(let_in <= 5, "{let_in}");
    other.close().await;
}

#[tokio::test]
async fn what_counts_no_more_is_not_kept() {
    let Some((world, other)) = two_nodes().await else { return };
    assert!(fails(&world.desk, "203.0.113.7", ANA).await);
    world.clock.advance(WINDOW);
    let running = world.run().await;
    until("it is swept", async || world.count("select count(*) from sign_ins").await == 0).await;
    running.stop().await;
    other.close().await;
}

#[tokio::test]
async fn neither_a_client_nor_an_address_is_stored_as_it_is() {
    let Some((world, other)) = two_nodes().await else { return };
    assert!(fails(&world.desk, "203.0.113.7", ANA).await);
    let readable = "select count(*) from sign_ins where client like '%203%' or account like '%@%'";
    assert_eq!(world.count("select count(*) from sign_ins").await, 1);
    assert_eq!(world.count(readable).await, 0);
    other.close().await;
}

#[tokio::test]
async fn while_nothing_can_be_stored_signing_in_goes_on_and_each_node_counts_for_itself() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    world.agent("lucia").await;
    // An error of the disk.
    for part in [
        "create function fail() returns trigger language plpgsql as
         $$ begin raise exception 'no disk' using errcode = '58030'; end $$",
        "create trigger fail before insert on sign_ins for each row execute function fail()",
    ] {
        world.force(part).await;
    }
    let attempt_here = async || attempt(&world.desk, "203.0.113.7", "lucia@example.com").await;
    attempt_here().await.unwrap().does_not_count().await;
    assert!(world.desk.ready().await.is_err(), "it is read-only");
    let token = world.desk.sign_in("lucia@example.com", PASSWORD).await.unwrap();
    assert!(world.desk.find_session(&token.0).await.unwrap().is_some());
    for _ in 0..5 {
        attempt_here().await.unwrap();
        let wrong = world.desk.sign_in("lucia@example.com", "no es esta").await;
        assert_eq!(wrong.err().unwrap().refusal().code, Code::SignInFailed);
    }
    assert_eq!(attempt_here().await.err(), Some(5));
}
