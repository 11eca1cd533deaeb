//! The way to PostgreSQL: how many connections it takes, and what is said where there is none.

use crate::world::{Engine, World, on_both, options};
use desk::{Desk, OpenError};
use sqlx::{Connection, PgConnection};
use std::{error::Error, path::Path};
use tokio::net::TcpListener;

on_both! {
    a_desk_knows_how_many_nodes_its_server_has_room_for,
}

async fn a_desk_knows_how_many_nodes_its_server_has_room_for(mut world: World) {
    let Some(url) = world.options.database_url.clone() else {
        assert_eq!(world.desk.room().await.unwrap(), None);
        return;
    };
    world.options.database_connections = "20".parse().unwrap();
    world.restart().await;
    let mut psql = PgConnection::connect(&url).await.unwrap();
    let most: i64 = sqlx::query_scalar("select current_setting('max_connections')::bigint")
        .fetch_one(&mut psql)
        .await
        .unwrap();
    let room = world.desk.room().await.unwrap().unwrap();
    assert_eq!(room.of_a_node, 21, "and one to listen");
    assert!(i64::from(room.connections) < most, "some are the operator's");
    assert_eq!(room.nodes(), room.connections / 21);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_has_no_more_connections_than_it_may() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    let url = world.options.database_url.clone().unwrap();
    world.options.database_connections = "8".parse().unwrap();
    world.restart().await;
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let desk = world.desk.clone();
            tokio::spawn(async move { desk.ready().await.unwrap() })
        })
        .collect();
    for asked in asking {
        asked.await.unwrap();
    }
    let mut psql = PgConnection::connect(&url).await.unwrap();
    // They are kept for those who ask next.
    let used: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and application_name = 'ayuda'",
    )
    .fetch_one(&mut psql)
    .await
    .unwrap();
    assert!((1..=8).contains(&used), "{used}");
}

async fn refusal(url: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let opened = Desk::open(options(Path::new(folder.path()), Some(url.to_owned()))).await;
    let Err(error @ OpenError::Postgres { .. }) = opened else { panic!("{:?}", opened.err()) };
    format!("{error}: {}", error.source().unwrap())
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_the_reason() {
    // A port that nobody listens on while it is held.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = held.local_addr().unwrap().port();
    let said = refusal(&format!("postgres://ana:secreto@127.0.0.1:{port}/mesa")).await;
    assert!(
        said.contains(&format!("database mesa at 127.0.0.1:{port} cannot be reached")),
        "{said}"
    );
    assert!(said.contains("refused") && !said.contains("secreto"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().display();
    let said = refusal(&format!("postgres://ana@localhost/mesa?host={socket}")).await;
    assert!(said.contains(&format!("database mesa at {socket} cannot be reached")), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_named_too() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let said = refusal(&format!("postgres://ana@127.0.0.1:{port}/mesa")).await;
    assert!(
        said.contains(&format!("127.0.0.1:{port}")) && said.contains("does not answer"),
        "{said}"
    );
}
