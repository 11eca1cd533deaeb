//! One process does a database's work; any number of others may look and change things beside it.

use crate::world::{Engine, World, on_both, until, wait_for_event};
use desk::{Desk, Keeper, KeeperError, live::Event};
use protocol::agent::WorkKind;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Duration;
use tokio::sync::watch;

on_both! {
    one_process_at_a_time_has_the_lock,
    a_process_beside_the_server_takes_no_chat,
}

async fn one_process_at_a_time_has_the_lock(world: World) {
    let keeper = Keeper::take(&world.options).await.unwrap();
    let refused = Keeper::take(&world.options).await.unwrap_err().to_string();
    let (what, instead) = match &world.options.database_url {
        Some(url) => (url.split(['/', '?']).nth(3).unwrap().to_owned(), "--database-url"),
        None => (world.options.data_dir.display().to_string(), "--data-dir"),
    };
    assert!(refused.contains(&what) && refused.contains(instead), "{refused}");
    // Neither a desk nor its work is needed to give it back.
    drop(keeper);
    Keeper::take(&world.options).await.unwrap();
}

#[tokio::test]
async fn a_database_elsewhere_has_its_own_lock_and_a_folder_has_one_whatever_its_name() {
    let world = World::new(Engine::Sqlite).await;
    let _keeper = Keeper::take(&world.options).await.unwrap();
    let link = world.folder().join("link");
    std::os::unix::fs::symlink(&world.options.data_dir, &link).unwrap();
    let mut options = world.options.clone();
    options.data_dir = link;
    assert!(matches!(Keeper::take(&options).await, Err(KeeperError::Taken { .. })));
    options.data_dir = world.folder().join("other");
    let elsewhere = Keeper::take(&options).await.unwrap();
    let database = options.data_dir.join("ayuda.db");
    options.data_dir = world.folder().join("third");
    options.database_url = Some(format!("sqlite:{}", database.display()));
    let refused = Keeper::take(&options).await.unwrap_err().to_string();
    assert!(refused.contains(&*database.to_string_lossy()), "{refused}");
    drop(elsewhere);
    Keeper::take(&options).await.unwrap();
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
    let kind =
        async |ticket| world.desk.find_worklist_item(&lucia, ticket).await.unwrap().unwrap().kind;
    assert_eq!(kind(talking.ticket).await, WorkKind::MyChat);
    assert_eq!(kind(ringing.ticket).await, WorkKind::WaitingChat);
    let offers = world.desk.offers(&lucia).await.unwrap();
    assert_eq!(offers.iter().map(|offer| offer.chat).collect::<Vec<_>>(), [rings]);
}

/// The connection that holds the lock, and the lock's number.
const HOLDER: &str = "
    select pid, (classid::bigint << 32) | objid::bigint from pg_locks
    where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())";

async fn holder(connection: &mut PgConnection) -> Option<(i32, i64)> {
    sqlx::query_as(HOLDER).fetch_optional(connection).await.unwrap()
}

async fn cut(connection: &mut PgConnection, pid: i32) {
    let cut = format!("select pg_terminate_backend({pid})");
    sqlx::query(AssertSqlSafe(cut)).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_lock_whose_connection_is_cut_is_taken_again() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let url = world.options.database_url.clone().unwrap();
    let mut psql = PgConnection::connect(&url).await.unwrap();
    let running = world.run().await;
    let (first, _) = holder(&mut psql).await.unwrap();
    cut(&mut psql, first).await;
    until("the lock is held again", async || {
        holder(&mut psql).await.is_some_and(|(pid, _)| pid != first)
    })
    .await;
    assert!(matches!(Keeper::take(&world.options).await, Err(KeeperError::Taken { .. })));
    running.stop().await;
}

#[tokio::test]
async fn work_ends_with_the_reason_when_somebody_else_has_the_lock() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let url = world.options.database_url.clone().unwrap();
    let mut psql = PgConnection::connect(&url).await.unwrap();
    let mut keeper = Keeper::take(&world.options).await.unwrap();
    let (pid, lock) = holder(&mut psql).await.unwrap();
    // Whoever waits for it has it the moment that it is free.
    let mut other = PgConnection::connect(&url).await.unwrap();
    let waiting = tokio::spawn(async move {
        sqlx::query("select pg_advisory_lock($1)").bind(lock).execute(&mut other).await.unwrap();
        other
    });
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted and pid in (select pid from pg_stat_activity where datname = current_database())";
    until("somebody waits", async || world.count(waits).await == 1).await;
    let desk: Desk = world.desk.clone();
    let (_stop, stopped) = watch::channel(false);
    let work = tokio::spawn(async move { Box::pin(desk.run(&mut keeper, stopped)).await });
    cut(&mut psql, pid).await;
    let why = work.await.unwrap().unwrap_err();
    assert!(matches!(why, KeeperError::TakenOver { .. }), "{why}");
    waiting.await.unwrap().close().await.unwrap();
}
