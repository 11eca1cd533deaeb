//! One process does a database's work; any number of others may look and change things beside it, and on PostgreSQL
//! serve it too.

use crate::world::{
    Engine, World, on_both, relay::Relay, soon, until, wait_for_event, wait_for_offer,
};
use desk::{Desk, Lock, LockError, live::Event, people::Agent, tickets::Visitor};
use protocol::{TicketId, agent::WorkKind, text::EmailAddress};
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use std::{collections::BTreeSet, str::FromStr, time::Duration};

on_both! {
    a_process_beside_the_server_takes_no_chat,
}

#[tokio::test]
async fn one_process_at_a_time_serves_a_sqlite_database() {
    let world = World::new(Engine::Sqlite).await;
    let lock = Lock::take(&world.options).unwrap();
    let refused = Lock::take(&world.options).unwrap_err().to_string();
    let folder = world.options.data_dir.display().to_string();
    assert!(refused.contains(&folder) && refused.contains("--data-dir"), "{refused}");
    // Neither a desk nor its work is needed to give it back.
    drop(lock);
    Lock::take(&world.options).unwrap();
}

#[tokio::test]
async fn a_database_elsewhere_has_its_own_lock_and_a_folder_has_one_whatever_its_name() {
    let world = World::new(Engine::Sqlite).await;
    let _lock = Lock::take(&world.options).unwrap();
    let link = world.folder().join("link");
    std::os::unix::fs::symlink(&world.options.data_dir, &link).unwrap();
    let mut options = world.options.clone();
    options.data_dir = link;
    assert!(matches!(Lock::take(&options), Err(LockError::Taken { .. })));
    options.data_dir = world.folder().join("other");
    let elsewhere = Lock::take(&options).unwrap();
    let database = options.data_dir.join("ayuda.db");
    options.data_dir = world.folder().join("third");
    options.database_url = Some(format!("sqlite:{}", database.display()));
    let refused = Lock::take(&options).unwrap_err().to_string();
    assert!(refused.contains(&*database.to_string_lossy()), "{refused}");
    drop(elsewhere);
    Lock::take(&options).unwrap();
}

async fn a_process_beside_the_server_takes_no_chat(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 2\nring_time = \"1h\"").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let talking = world.chat_with(&site, &lucia).await;
    let (_, ringing) = world.start(&site).await;
    let rings = wait_for_event(&mut at_lucia, |event| match event {
        Event::Offer { chat, ticket, .. } if *ticket == ringing.ticket => Some(*chat),
        _ => None,
    })
    .await;
    let command = world.second_process().await;
    // To a desk that was opened a while ago everybody whom it does not see has left.
    world.clock.advance(Duration::from_mins(2));
    for _ in 0..3 {
        command.apply_site("key = \"b\"\nname = \"B\"\nprefix = \"B\"").await.unwrap();
        command.has_agents().await.unwrap();
        world.agent("pedro").await;
    }
    command.close().await;
    assert_eq!(kind(&world, &lucia, talking.ticket).await, WorkKind::MyChat);
    assert_eq!(kind(&world, &lucia, ringing.ticket).await, WorkKind::WaitingChat);
    let offers = world.desk.offers(&lucia).await.unwrap();
    assert_eq!(offers.iter().map(|offer| offer.chat).collect::<Vec<_>>(), [rings]);
}

async fn kind(world: &World, agent: &Agent, ticket: TicketId) -> WorkKind {
    world.desk.find_worklist_item(agent, ticket).await.unwrap().unwrap().kind
}

/// Whether this desk has the lease.
async fn keeps(desk: &Desk) -> bool {
    let nodes = desk.nodes().await.unwrap();
    nodes.iter().any(|node| node.id == desk.node() && node.keeps_for.is_some())
}

/// A lease that no test waits for.
const LONG: Duration = Duration::from_mins(5);
/// A holder that has long to go, by the database's clock.
const AN_HOUR: &str = "until = (extract(epoch from clock_timestamp()) * 1000)::bigint + 3600000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_that_serve_one_database_one_keeps_the_desk_and_hands_it_on_when_it_stops() {
    let Some(mut world) = World::on_postgres().await else { return };
    world.options.node_lease = LONG;
    world.restart().await;
    let other = world.second_process().await;
    let (one, two) = (world.run().await, world.run_beside(&other));
    until("one keeps it", async || {
        world.count("select count(*) from nodes").await == 2
            && keeps(&world.desk).await != keeps(&other).await
    })
    .await;
    let (first, second, before, after) = if keeps(&world.desk).await {
        (one, two, &world.desk, &other)
    } else {
        (two, one, &other, &world.desk)
    };
    // Where this machine stands still for as long as it may take to hand it on, its session tells that it is gone.
    until("it listens", async || {
        world.count("select count(*) from keeper where listens").await == 1
    })
    .await;
    world.stop_beside(before, first).await;
    // Its lease had minutes to go.
    until("the other keeps it", async || keeps(after).await).await;
    assert!(!world.has_stopped(after).await);
    second.stop().await;
    assert!(!keeps(after).await);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keeper_whose_process_is_gone_is_followed_before_its_lease_is_over() {
    let Some(world) = World::on_postgres().await else { return };
    let killed = format!(
        "update keeper set node_id = gen_random_uuid(), listens = true, {AN_HOUR} where id = 1"
    );
    world.force(&killed).await;
    let running = world.run().await;
    until("it keeps the desk", async || keeps(&world.desk).await).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keeper_that_may_be_alive_is_left_alone_until_its_lease_is_over() {
    let Some(world) = World::on_postgres().await else { return };
    let holder = world.new_id().0;
    let url = world.options.database_url.clone().unwrap();
    let named = PgConnectOptions::from_str(&url).unwrap();
    let session = named.application_name(&format!("ayuda node {holder}")).connect().await.unwrap();
    let alive = format!("update keeper set node_id = '{holder}', listens = true, {AN_HOUR}");
    world.force(&alive).await;
    let running = world.run().await;
    let signs = async || {
        let node = world.desk.node();
        world
            .count(&format!("select coalesce(max(seen_at), 0) from nodes where id = '{node}'"))
            .await
    };
    until("it has looked", async || signs().await > 0).await;
    // Two signs and more: it has looked several times by then.
    for _ in 0..2 {
        let before = signs().await;
        until("another sign", async || signs().await > before).await;
    }
    assert!(!keeps(&world.desk).await);
    world.force("update keeper set until = 0").await;
    until("it keeps the desk", async || keeps(&world.desk).await).await;
    session.close().await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_ends_when_another_has_the_lease_and_begins_again_when_it_is_free() {
    let Some(mut world) = World::on_postgres().await else { return };
    world.options.node_lease = Duration::from_secs(3);
    world.restart().await;
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let mut at_lucia = world.desk.hub().agent(lucia.id);
    let running = world.run().await;
    until("it keeps the desk", async || keeps(&world.desk).await).await;
    let other = world.new_id().0;
    // No session tells of this one: only its lease does.
    let taken = format!("update keeper set node_id = '{other}', listens = false, {AN_HOUR}");
    world.force(&taken).await;
    // A job that is due is the keeper's: it is not done, however many signs the node gives.
    let still = "select count(*) from keeper where listens";
    let signs = async || world.count("select max(seen_at) from nodes").await;
    for _ in 0..3 {
        let before = signs().await;
        until("another sign", async || signs().await > before).await;
    }
    assert_eq!(world.count(still).await, 0, "it has not renewed what is another's");
    let (_, visitor) = world.start(&site).await;
    world.force("update keeper set until = 0").await;
    let chat = wait_for_offer(&mut at_lucia).await;
    // However long ago it renewed it.
    let its = format!("select count(*) from keeper where node_id = '{}'", world.desk.node());
    assert_eq!(world.count(&its).await, 1, "nothing rang before");
    world.desk.accept(&lucia, chat).await.unwrap();
    assert_eq!(kind(&world, &lucia, visitor.ticket).await, WorkKind::MyChat);
    running.stop().await;
}

/// What one of two desks does until all chats are over: everything that is the keeper's.
async fn keep(desk: Desk) {
    loop {
        desk.tick().await.unwrap();
        tokio::task::yield_now().await;
    }
}

const CHATS: usize = 12;
/// Somewhere two offers of a chat rang at once.
const RANG_TWICE: &str = "
    select count(*) from offers a
    join offers b on b.chat_id = a.chat_id and b.id <> a.id
    where a.offered_at < coalesce(b.settled_at, a.offered_at + 1) and b.offered_at < coalesce(a.settled_at, b.offered_at + 1)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_keepers_at_once_do_no_harm() {
    let Some(mut world) = World::on_postgres().await else { return };
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = world.site_with("a", "[limits]\ncapacity = 4\nring_time = \"20s\"").await;
    let other = world.second_process().await;
    let desks = [world.desk.clone(), other.clone()];
    let mut agents = Vec::new();
    let mut consoles = Vec::new();
    for name in ["ana", "eva", "leo", "sol"] {
        let agent = world.agent(name).await;
        // Both desks see everybody.
        consoles.push(desks.each_ref().map(|desk| desk.console_connected(agent.id)));
        agents.push(agent);
    }
    let keepers = [
        tokio::spawn(keep(world.desk.clone())),
        tokio::spawn(keep(other.clone())),
        tokio::spawn(other.route()),
    ];
    let open = async || desks.iter().all(|desk| desk.availability(site.id).open);
    until("both know the agents", open).await;
    let mut visitors: Vec<Visitor> = Vec::new();
    for n in 0..CHATS {
        let mut new = world.new_chat();
        new.email = Some(EmailAddress::parse(&format!("rosa{n}@example.com")).unwrap());
        let started = desks[n % 2].start_chat(&site, new).await.unwrap();
        visitors.push(world.visitor(&site, &started).await);
    }
    // Each chat is declined once, dropped once, and taken.
    let mut declined = BTreeSet::new();
    let mut left: Vec<Visitor> = visitors.clone();
    soon("all are taken and over", async {
        let mut turn = 0;
        while !left.is_empty() {
            turn += 1;
            let (agent, desk) = (&agents[turn % agents.len()], &desks[turn % 2]);
            for offer in desk.offers(agent).await.unwrap() {
                world.clock.advance(Duration::from_millis(100));
                if declined.insert(offer.chat) {
                    desk.decline(agent, offer.chat).await.unwrap();
                } else if desk.accept(agent, offer.chat).await.is_ok() {
                    let reasons = desk.closing_reasons(agent, offer.ticket).await.unwrap();
                    desk.end_chat(agent, offer.ticket, &reasons[0]).await.unwrap();
                    left.retain(|visitor| visitor.ticket != offer.ticket);
                }
            }
        }
    })
    .await;
    assert_eq!(world.count(RANG_TWICE).await, 0);
    let ended = "select count(*) from chats where state = 'ended' and agent_id is not null";
    assert_eq!(world.count(ended).await, i64::try_from(CHATS).unwrap());
    until("all mails are sent", async || {
        world.count("select count(*) from mails where due_at is not null").await == 0
    })
    .await;
    let mails = world.count("select count(*) from mails where outcome is not null").await;
    assert!(mails >= i64::try_from(CHATS).unwrap(), "{mails}");
    assert_eq!(relay.taken().len(), usize::try_from(mails).unwrap(), "each once");
    for keeper in keepers {
        keeper.abort();
    }
    other.close().await;
}
