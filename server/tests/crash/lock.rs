//! One server a SQLite database, one keeper a PostgreSQL database, and the next one as soon as that is dead.

use crate::{
    engines::Engine,
    server::{PATIENCE, Server},
};
use std::{net::SocketAddr, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_killed_on_sqlite() {
    let mut server = Server::new(Engine::Sqlite).await;
    server.start().await;
    let second = server.command().stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let second = timeout(PATIENCE, second).await.expect("it ends").expect("the binary starts");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    let folder = server.data_dir.display().to_string();
    assert!(said.contains("another `ayuda serve`"), "{said}");
    assert!(said.contains(&folder) && said.contains("--data-dir"), "{said}");
    server.kill().await;
    server.start().await;
}

const LISTENING: &str = "select node_id from keeper where listens";

/// The keeper's id, as the server at this address tells it.
async fn keeper(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\nhost: localhost\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let line = answer.lines().find_map(|line| line.strip_prefix("ayuda_keeper_lease_seconds{"))?;
    let (id, _) = line.strip_prefix("node=\"")?.split_once('"')?;
    Some(id.to_owned())
}

#[tokio::test]
async fn a_keeper_that_is_killed_is_followed_long_before_its_lease_is_over_on_postgres() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut server = Server::new(Engine::Postgres).await;
    // Longer than anybody here waits.
    server.environment.push(("AYUDA_NODE_LEASE", "5m".into()));
    let until = async |address, so: &dyn Fn(&str) -> bool| {
        let found = async {
            loop {
                match keeper(address).await {
                    Some(id) if so(&id) => return id,
                    _ => sleep(Duration::from_millis(20)).await,
                }
            }
        };
        timeout(PATIENCE, found).await.expect("it keeps the desk")
    };
    server.start().await;
    let address = server.door().borrow().clone().expect("it runs").address;
    // By its own connection it is found to be gone.
    let first = until(address, &|id| server.ask_postgres(LISTENING) == id).await;
    server.kill().await;
    server.start().await;
    let address = server.door().borrow().clone().expect("it runs").address;
    until(address, &|id| id != first).await;
}
