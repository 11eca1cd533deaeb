//! A disk that fails while the server runs (`no_disk.c`, preloaded): nothing is acknowledged that was not stored,
//! reading goes on, and it writes again by itself.

use crate::{
    engines::Engine,
    http::{Client, Reply},
    server::{PATIENCE, RETRY, Server, next_door},
    shim,
};
use protocol::form::Started;
use std::fs;
use tokio::time::{sleep, timeout};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_disk_fails_says_so_gives_back_what_was_typed_and_comes_back_by_itself() {
    let tools = tempfile::tempdir().expect("a folder");
    let switch = tools.path().join("fails");
    let mut server = Server::new(Engine::Sqlite).await;
    server.environment = vec![
        ("LD_PRELOAD", shim::build("crash/no_disk", tools.path())),
        ("NO_DISK_WHEN", switch.clone()),
    ];
    server.start().await;
    let client = Client(next_door(&mut server.door()).await.expect("it runs").address);
    let started = ask(&client, "Antes").await;
    assert_eq!(started.status, 201, "{}", started.text());
    let started: Started = serde_json::from_slice(&started.body).expect("a ticket");
    assert_eq!(ready(&client).await.status, 200);

    fs::write(&switch, "").expect("a file");
    let refused = ask(&client, "No me pierdas").await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    let page = typed(&client, "No me pierdas").await;
    assert_eq!(page.status, 503);
    assert!(page.text().contains("No me pierdas") && page.text().contains("<form"));
    let said = ready(&client).await;
    assert_eq!(said.status, 503);
    assert_eq!(said.text(), "storage: writing failed, the desk is read-only\n");
    let cookie = format!("ayuda_ticket={}", started.token.0);
    let path = format!("/t/{}", started.number);
    let page = client.get(path).page().cookie(&cookie).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Antes"));

    fs::remove_file(&switch).expect("a file");
    let again = async {
        while ready(&client).await.status != 200 {
            sleep(RETRY).await;
        }
    };
    timeout(PATIENCE, again).await.expect("it comes back by itself");
    assert_eq!(ask(&client, "Después").await.status, 201);
}

async fn ready(client: &Client) -> Reply {
    client.get("/readyz").send().await
}

async fn ask(client: &Client, message: &str) -> Reply {
    let fields = [("email", "ana@example.com"), ("message", message)];
    client.post("/w/tienda/requests").json().multipart(&fields, &[]).send().await
}

/// The same from a browser without script.
async fn typed(client: &Client, message: &str) -> Reply {
    let fields = [("email", "ana@example.com"), ("message", message)];
    client.post("/w/tienda/requests").page().multipart(&fields, &[]).send().await
}
