//! The key that signs ticket links: where it is kept, and that every node has the same.

use crate::world::{Database, Engine, World, on_both, options};
use desk::{Desk, KeySource, Options, SecretKey, sites::Site, tickets::Visitor};
use futures_util::future::join_all;
use protocol::{SiteId, TicketId, TicketToken};
use std::fs;
use uuid::Uuid;

on_both! {
    a_link_opens_after_a_restart,
    a_key_that_is_given_goes_before_the_one_that_is_kept,
}

fn given(letter: &str) -> SecretKey {
    letter.repeat(64).parse().unwrap()
}

async fn a_link_opens_after_a_restart(mut world: World) {
    let site = world.site("a").await;
    let started = world.ask(&site, "ana@example.com").await;
    world.restart().await;
    let (_, k) = started.link.split_once("k=").unwrap();
    assert!(world.desk.find_ticket_link(&started.number, k).await.unwrap().is_some());
    let is_postgres = world.options.database_url.is_some();
    let kept = if is_postgres { KeySource::Database } else { KeySource::File };
    assert_eq!(world.desk.key_source(), kept);
    assert_eq!(world.options.data_dir.join("secret.key").exists(), !is_postgres);
}

async fn a_key_that_is_given_goes_before_the_one_that_is_kept(mut world: World) {
    let site = world.site("a").await;
    let by_kept = world.ask(&site, "ana@example.com").await.token;
    world.options.secret_key = Some(given("a"));
    world.restart().await;
    assert_eq!(world.desk.key_source(), KeySource::Setting);
    let by_given = world.ask(&site, "ana@example.com").await.token;
    assert!(opens(&world.desk, &site, &by_given).await);
    assert!(!opens(&world.desk, &site, &by_kept).await);
    world.options.secret_key = Some(given("b"));
    world.restart().await;
    assert!(!opens(&world.desk, &site, &by_given).await);
    world.options.secret_key = None;
    world.restart().await;
    assert!(!opens(&world.desk, &site, &by_given).await);
    assert!(opens(&world.desk, &site, &by_kept).await, "the one that is kept is as it was");
}

async fn opens(desk: &Desk, site: &Site, token: &TicketToken) -> bool {
    desk.find_visitor(site.id, token).await.unwrap().is_some()
}

/// What another machine opens the same database with.
fn node(world: &World, name: &str) -> Options {
    Options { data_dir: world.folder().join(name), ..world.options.clone() }
}

#[tokio::test]
async fn nodes_on_one_database_open_each_others_links() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let site = world.site("a").await;
    let other = Desk::open(node(&world, "other")).await.unwrap();
    let here = world.ask(&site, "ana@example.com").await;
    let there = other.open_request(&site, world.new_request("eva@example.com")).await.unwrap();
    for (desk, started) in [(&other, here), (&world.desk, there)] {
        assert!(opens(desk, &site, &started.token).await);
        let (_, k) = started.link.split_once("k=").unwrap();
        assert!(desk.find_ticket_link(&started.number, k).await.unwrap().is_some());
    }
    other.close().await;
}

/// The token of a ticket that nobody has made.
fn nobody() -> Visitor {
    Visitor::with_first_link(TicketId(Uuid::nil()), SiteId(Uuid::nil()))
}

#[tokio::test]
async fn nodes_that_start_together_for_the_first_time_have_one_key() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Engine::Postgres).unwrap();
    let nodes = (0..4).map(|n| {
        Desk::open(options(&folder.path().join(n.to_string()), Some(database.url.clone())))
    });
    let mut tokens = Vec::new();
    for desk in join_all(nodes).await {
        let desk = desk.unwrap();
        tokens.push(desk.ticket_token(nobody()).0);
        desk.close().await;
    }
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
}

#[tokio::test]
async fn a_database_without_a_key_takes_over_that_of_the_data_folder() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let small = World::new(Engine::Sqlite).await;
    let before = small.desk.ticket_token(nobody()).0;
    let database = Database::new(Engine::Postgres).unwrap();
    let same_folder = options(&small.options.data_dir, Some(database.url.clone()));
    let desk = Desk::open(same_folder).await.unwrap();
    assert_eq!(desk.ticket_token(nobody()).0, before);
    desk.close().await;
    let elsewhere = options(&small.folder().join("elsewhere"), Some(database.url.clone()));
    let desk = Desk::open(elsewhere).await.unwrap();
    assert_eq!((desk.ticket_token(nobody()).0, desk.key_source()), (before, KeySource::Database));
    desk.close().await;
}

#[tokio::test]
async fn a_copy_of_a_desk_whose_key_is_given_is_restored_with_the_same_key() {
    let mut world = World::new(Engine::Sqlite).await;
    world.options.data_dir = world.folder().join("given");
    world.options.secret_key = Some(given("a"));
    world.restart().await;
    assert!(!world.options.data_dir.join("secret.key").exists());
    let site = world.site("a").await;
    let started = world.ask(&site, "ana@example.com").await;
    let archive = world.folder().join("copia.tar");
    world.desk.backup(&archive).await.unwrap();
    let bytes = fs::read(&archive).unwrap();
    assert!(!bytes.windows(10).any(|part| part == b"secret.key"), "it holds no key");

    let mut options = Options { data_dir: world.folder().join("copy"), ..world.options.clone() };
    options.secret_key = None;
    let refused = desk::restore(&options, &archive).await.unwrap_err();
    let said = std::error::Error::source(&refused).unwrap().to_string();
    assert!(said.contains("--secret-key"), "{said}");
    assert!(!options.data_dir.exists());
    options.secret_key = Some(given("a"));
    desk::restore(&options, &archive).await.unwrap();
    world.options = options;
    world.restart().await;
    assert!(opens(&world.desk, &site, &started.token).await);
}
