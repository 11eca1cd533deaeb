//! Several nodes on one PostgreSQL: what one has of consoles the others know. Leases go by the database's clock: tests
//! age the rows.

use crate::world::{START, World, until, wait_for_offer};
use desk::{Desk, sites::Site};
use protocol::agent::WorkKind;
use std::{sync::Arc, time::Duration};

/// A world with a site and a second desk on its database; none where there is no PostgreSQL.
async fn two(lease: Duration) -> Option<(World, Arc<Site>, Desk)> {
    let mut world = World::on_postgres().await?;
    world.options.node_lease = lease;
    world.restart().await;
    let site = world.site("a").await;
    let other = world.second_process().await;
    Some((world, site, other))
}

/// For tests that wait until a node is gone, or for its signs; in one, this machine may stand still for so long.
const SHORT: Duration = Duration::from_secs(3);
/// A sign each few seconds, and nobody is gone because this machine stood still.
const LASTING: Duration = Duration::from_secs(15);
/// A sign each hundred seconds: nobody here waits for one, and nobody is gone.
const LONG: Duration = Duration::from_mins(5);

/// What one of them says from now on, the other hears.
async fn both_hear(one: &Desk, other: &Desk) {
    until("both hear", async || one.relay_lag().and(other.relay_lag()).is_some()).await;
}

async fn is_open(what: &str, desk: &Desk, site: &Site, open: bool) {
    until(what, async || desk.availability(site.id).open == open).await;
}

/// Two whole signs of a node: what was in the rows before, it has read.
async fn signs(world: &World, desk: &Desk) {
    let node = desk.node();
    let seen = format!("select coalesce(max(seen_at), 0) from nodes where id = '{node}'");
    for _ in 0..2 {
        let before = world.count(&seen).await;
        until("a sign", async || world.count(&seen).await > before).await;
    }
}

async fn age(world: &World, table: &str, column: &str, node: &Desk, seconds: i32) {
    let id = if table == "nodes" { "id" } else { "node_id" };
    let node = node.node();
    world
        .force(&format!(
            "update {table} set {column} = {column} - {seconds} * 1000 where {id} = '{node}'"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_button_counts_consoles_of_all_nodes() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let (lucia, pedro) = (world.agent("lucia").await, world.agent("pedro").await);
    let (one, two) = (world.run().await, world.run_beside(&other));
    both_hear(&world.desk, &other).await;
    let present = async |what: &str, agents| {
        until(what, async || world.desk.agents_present(site.id) == agents).await;
    };
    assert!(!world.desk.availability(site.id).open);
    let there = other.console_connected(lucia.id);
    is_open("the other node's console", &world.desk, &site, true).await;
    assert_eq!(world.desk.agents_present(site.id), 1);
    let here = world.desk.console_connected(lucia.id);
    assert_eq!(world.desk.agents_present(site.id), 1, "one agent, two consoles");
    drop(there);
    // Whoever hears of this one has heard of that.
    let next = other.console_connected(pedro.id);
    present("another one came there", 2).await;
    drop(next);
    present("and went", 1).await;
    assert!(world.desk.availability(site.id).open);
    is_open("the first node's console", &other, &site, true).await;
    drop(here);
    assert!(!world.desk.availability(site.id).open);
    is_open("the last one went", &other, &site, false).await;
    one.stop().await;
    two.stop().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_comes_or_goes_is_heard_of_long_before_the_next_sign() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let lucia = world.agent("lucia").await;
    let (one, two) = (world.run().await, world.run_beside(&other));
    both_hear(&world.desk, &other).await;
    let there = other.console_connected(lucia.id);
    is_open("it came", &world.desk, &site, true).await;
    drop(there);
    is_open("it went", &world.desk, &site, false).await;
    let _here = world.desk.console_connected(lucia.id);
    is_open("it came", &other, &site, true).await;
    two.stop().await;
    one.stop().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_opened_knows_at_once_who_is_at_the_others() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let lucia = world.agent("lucia").await;
    let running = world.run_beside(&other);
    let _there = other.console_connected(lucia.id);
    until("its row", async || world.count("select count(*) from consoles").await == 1).await;
    let third = world.second_process().await;
    assert!(third.availability(site.id).open);
    running.stop().await;
    third.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_a_sign_for_a_lease_has_no_consoles_until_it_thaws() {
    let Some((world, site, other)) = two(SHORT).await else { return };
    let lucia = world.agent("lucia").await;
    let (one, frozen) = (world.run().await, world.run_beside(&other));
    let _there = other.console_connected(lucia.id);
    is_open("its console", &world.desk, &site, true).await;
    drop(frozen);
    age(&world, "nodes", "seen_at", &other, 60).await;
    is_open("it is gone", &world.desk, &site, false).await;
    let thawed = world.run_beside(&other);
    is_open("it is back", &world.desk, &site, true).await;
    drop(thawed);
    // It was away for so long that nobody knows it any more.
    let node = other.node();
    world.force(&format!("delete from nodes where id = '{node}'")).await;
    is_open("it is gone", &world.desk, &site, false).await;
    let thawed = world.run_beside(&other);
    is_open("it is back", &world.desk, &site, true).await;
    one.stop().await;
    thawed.stop().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_does_not_flip_the_button_while_its_consoles_move() {
    let Some((world, site, other)) = two(LASTING).await else { return };
    let lucia = world.agent("lucia").await;
    let (one, two) = (world.run().await, world.run_beside(&other));
    let there = other.console_connected(lucia.id);
    is_open("its console", &world.desk, &site, true).await;
    // It hears of the new agent by itself.
    is_open("its own console", &other, &site, true).await;
    let mut button = world.desk.watch_availability(site.id);
    let mut at_the_other = other.watch_availability(site.id);
    button.mark_unchanged();
    at_the_other.mark_unchanged();
    // Its sockets end when it is told to stop.
    let sockets_end = async {
        until("it says so", async || world.has_stopped(&other).await).await;
        // However slow this machine is: it has only just stopped.
        age(&world, "nodes", "stopped_at", &other, -600).await;
        drop(there);
        assert!(other.availability(site.id).open, "whoever asks it is told the same");
    };
    tokio::join!(world.stop_beside(&other, two), sockets_end);
    signs(&world, &world.desk).await;
    assert!(!button.has_changed().unwrap() && !at_the_other.has_changed().unwrap());
    let here = world.desk.console_connected(lucia.id);
    drop(here);
    assert!(!button.has_changed().unwrap(), "the other one is on its way still");
    age(&world, "nodes", "stopped_at", &other, 620).await;
    is_open("nobody came", &world.desk, &site, false).await;
    one.stop().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_rings_at_an_agent_of_another_node() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let lucia = world.agent("lucia").await;
    let beside = world.run_beside(&other);
    let _there = other.console_connected(lucia.id);
    let one = world.run().await;
    is_open("its console", &world.desk, &site, true).await;
    let (_, visitor) = world.start(&site).await;
    until("it rings", async || !world.desk.offers(&lucia).await.unwrap().is_empty()).await;
    assert_eq!(world.desk.offers(&lucia).await.unwrap()[0].ticket, visitor.ticket);
    one.stop().await;
    beside.stop().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_goes_back_to_the_queue_after_the_last_socket_went_on_any_node() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let (lucia, here) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    // Somebody is there for those who wait.
    let (_, _console) = world.at_console("pedro").await;
    let beside = world.run_beside(&other);
    let there = other.console_connected(lucia.id);
    let rows = |gone: &str| format!("select count(*) from consoles where gone_at is {gone}");
    until("its row", async || world.count(&rows("null")).await == 1).await;
    drop(here);
    drop(there);
    until("its row", async || world.count(&rows("not null")).await == 1).await;
    drop(beside);
    let kind = async || {
        let item = world.desk.find_worklist_item(&lucia, visitor.ticket).await.unwrap();
        item.unwrap().kind
    };
    // To this node's memory she has been gone for longer than `drop_grace`, a minute.
    world.pass(Duration::from_secs(70)).await;
    age(&world, "consoles", "gone_at", &other, 40).await;
    world.desk.tick().await.unwrap();
    assert_eq!(kind().await, WorkKind::MyChat, "not at the other");
    age(&world, "consoles", "gone_at", &other, 25).await;
    world.desk.tick().await.unwrap();
    assert_eq!(kind().await, WorkKind::WaitingChat);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_frozen_keeper_remembers_takes_nothing_from_an_agent_who_is_elsewhere() {
    let Some((world, site, other)) = two(LONG).await else { return };
    let (lucia, here) = world.at_console("lucia").await;
    let mut line = world.desk.hub().agent(lucia.id);
    let talking = world.chat_with(&site, &lucia).await;
    let (_, ringing) = world.start(&site).await;
    let chat = loop {
        let chat = wait_for_offer(&mut line).await;
        let offers = world.desk.offers(&lucia).await.unwrap();
        if offers.iter().any(|offer| offer.chat == chat && offer.ticket == ringing.ticket) {
            break chat;
        }
    };
    // It freezes here; she goes on at another node.
    drop(here);
    let beside = world.run_beside(&other);
    let _there = other.console_connected(lucia.id);
    until("its row", async || world.count("select count(*) from consoles").await == 1).await;
    drop(beside);
    world.clock.advance(Duration::from_secs(19));
    world.force("update offers set rings_until = rings_until + 3600000").await;
    world.clock.advance(Duration::from_secs(100));
    world.desk.tick().await.unwrap();
    let item = world.desk.find_worklist_item(&lucia, talking.ticket).await.unwrap();
    assert_eq!(item.unwrap().kind, WorkKind::MyChat);
    let offers = world.desk.offers(&lucia).await.unwrap();
    assert_eq!(offers.iter().map(|offer| offer.chat).collect::<Vec<_>>(), [chat]);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_told_with_their_names_and_forgotten_after_an_hour() {
    let Some((world, _, other)) = two(SHORT).await else { return };
    let (one, two) = (world.run().await, world.run_beside(&other));
    until("both", async || world.desk.nodes().await.unwrap().len() == 2).await;
    let nodes = world.desk.nodes().await.unwrap();
    assert!(nodes.iter().all(|node| !node.name.is_empty() && !node.has_stopped));
    assert!(nodes.iter().all(|node| node.version == env!("CARGO_PKG_VERSION")));
    // They are swept at the start, and again by the clock.
    let swept = format!(
        "select count(*) from jobs where kind = 'sweep_nodes' and claimed_until is null and attempts = 0 and due_at > {}",
        START.0
    );
    until("the first sweep is over", async || world.count(&swept).await == 1).await;
    drop(two);
    age(&world, "nodes", "seen_at", &other, 3_601).await;
    world.force("update jobs set due_at = 0 where kind = 'sweep_nodes'").await;
    until("one", async || world.desk.nodes().await.unwrap().len() == 1).await;
    one.stop().await;
    other.close().await;
}
