//! One server a database, and the next one as soon as that is dead.

use crate::{
    engines::Engine,
    server::{PATIENCE, Server},
};
use std::process::Stdio;
use tokio::time::timeout;

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_killed_on_sqlite() {
    refused_until_killed(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_killed_on_postgres() {
    if Engine::Postgres.is_here() {
        refused_until_killed(Engine::Postgres).await;
    }
}

async fn refused_until_killed(engine: Engine) {
    let mut server = Server::new(engine).await;
    server.start().await;
    let second = server.command().stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let second = timeout(PATIENCE, second).await.expect("it ends").expect("the binary starts");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    let (what, instead) = match engine {
        Engine::Sqlite => (server.data_dir.display().to_string(), "--data-dir"),
        Engine::Postgres => ("PostgreSQL database ayuda_test_".into(), "--database-url"),
    };
    assert!(said.contains("another `ayuda serve`"), "{said}");
    assert!(said.contains(&what) && said.contains(instead), "{said}");
    server.kill().await;
    server.start().await;
}
