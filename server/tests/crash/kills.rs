//! SIGKILL at random, fifty times and more, while visitors write.

use crate::{
    engines::Engine,
    mail,
    server::{PATIENCE, Server, next_door},
    visitor::{Crowd, Phase},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{sleep, timeout};

const KILLS: usize = 55;
const VISITORS: usize = 8;
const IN_FLIGHT: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_any_number_of_kills_exactly_once_on_sqlite() {
    ride_out(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_any_number_of_kills_exactly_once_on_postgres() {
    if Engine::Postgres.is_here() {
        ride_out(Engine::Postgres).await;
    }
}

async fn ride_out(engine: Engine) {
    let mut server = Server::new(engine).await;
    server.start().await;
    server.keep_a_console();
    let crowd = Crowd::new();
    let visitors: Vec<_> =
        (0..VISITORS).map(|n| crowd.visitor(n, IN_FLIGHT).spawn(&server)).collect();
    for kill in 0..KILLS {
        // Under load: after some progress, and a random while later, so that it meets whatever the server does.
        crowd.acknowledged(rand::random_range(1..300)).await;
        sleep(Duration::from_micros(rand::random_range(0..20_000))).await;
        server.kill().await;
        if kill % 8 == 7 {
            // And in the middle of the start.
            server.spawn();
            sleep(Duration::from_millis(rand::random_range(0..150))).await;
            server.kill().await;
        }
        server.start().await;
    }
    crowd.enter(Phase::Finish);
    let mut asked_by = BTreeMap::new();
    let mut messages = 0;
    let door = next_door(&mut server.door()).await.expect("it runs");
    for visitor in visitors {
        let visitor = timeout(PATIENCE, visitor).await;
        let visitor = visitor.expect("everything is acknowledged in the end").expect("no panic");
        assert_eq!(visitor.lost(&door).await, [], "acknowledged and lost");
        messages += visitor.acknowledged();
        if let Some(started) = visitor.started().filter(|_| visitor.is_request()) {
            asked_by.insert(visitor.email(), started.number.0.clone());
        }
    }
    assert_eq!(asked_by.len(), VISITORS / 2, "half of them sent the form");
    mail::check(&server.data_dir.join("mail"), &asked_by).await;
    println!("{engine:?}: {KILLS} kills, {messages} messages, each there once");
}
