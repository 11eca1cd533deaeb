//! The floor: what is left of the product when everything that makes it one is taken away.
//!
//! It accepts sockets, takes messages, groups them into one SQLite commit (`synchronous=FULL`), acknowledges each and
//! forwards it to the agent's socket; and it serves bare pages.

use anyhow::Result;
use axum::{
    Form, Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use rusqlite::{Connection, types::Value};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{broadcast, mpsc, oneshot};
use uuid::Uuid;

/// Rows a statement inserts at the most; SQLite takes 32 766 parameters.
const ROWS: usize = 256;

/// A message for the writer.
struct Store {
    id: Uuid,
    ticket: String,
    text: String,
    /// Whether a new ticket is stored with it.
    starts: bool,
    done: oneshot::Sender<i64>,
}

/// A frame of a visitor's socket.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum VisitorFrame {
    Hello { token: Option<String> },
    Say { id: Uuid, text: String },
}

struct Floor {
    writer: mpsc::Sender<Store>,
    agents: broadcast::Sender<Utf8Bytes>,
}

pub async fn serve(port: u16, data: PathBuf) -> Result<()> {
    let (writer, work) = mpsc::channel(4096);
    let database = open(&data)?;
    std::thread::spawn(move || write(database, work));
    let floor = Arc::new(Floor { writer, agents: broadcast::channel(65_536).0 });
    let router = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/socket", get(visitor))
        .route("/agent", get(agent))
        .route("/chats", post(start))
        .route(
            "/floor/status",
            get(|| async { axum::Json(serde_json::json!({ "label": "Chat" })) }),
        )
        .route("/floor/loader.js", get(|| async { script(include_str!("floor/loader.js")) }))
        .route("/floor/{page}", get(page))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

fn open(data: &Path) -> Result<Connection> {
    let database = Connection::open(data.join("floor.db"))?;
    database.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full;
         create table tickets (id text primary key, n integer not null) strict;
         create table entries (id blob primary key, ticket text not null, body text not null) strict;",
    )?;
    Ok(database)
}

/// Everything that waits becomes one commit; then each is answered.
fn write(mut database: Connection, mut work: mpsc::Receiver<Store>) {
    let mut group = Vec::new();
    let mut n = 0;
    while work.blocking_recv_many(&mut group, 1024) > 0 {
        commit(&mut database, &group, n).expect("the floor writes");
        for store in group.drain(..) {
            n += 1;
            // Who asked may be gone.
            let _ = store.done.send(n);
        }
    }
}

fn commit(database: &mut Connection, group: &[Store], n: i64) -> rusqlite::Result<()> {
    let transaction =
        database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (at, store) in group.iter().enumerate().filter(|(_, store)| store.starts) {
        let number = n + i64::try_from(at).unwrap_or(i64::MAX);
        transaction
            .prepare_cached("insert into tickets (id, n) values (?, ?)")?
            .execute((&store.ticket, number))?;
    }
    for rows in group.chunks(ROWS) {
        let values = vec!["(?, ?, ?)"; rows.len()].join(", ");
        let insert = format!("insert into entries (id, ticket, body) values {values}");
        let parameters = rows.iter().flat_map(|store| {
            let id = store.id.as_bytes().as_slice();
            [
                Value::from(id.to_vec()),
                Value::from(store.ticket.clone()),
                Value::from(store.text.clone()),
            ]
        });
        transaction.prepare_cached(&insert)?.execute(rusqlite::params_from_iter(parameters))?;
    }
    transaction.commit()
}

impl Floor {
    async fn store(&self, id: Uuid, ticket: &str, text: String, starts: bool) -> Option<i64> {
        let (done, stored) = oneshot::channel();
        let store = Store { id, ticket: ticket.into(), text: text.clone(), starts, done };
        self.writer.send(store).await.ok()?;
        let n = stored.await.ok()?;
        let entry = serde_json::json!({ "id": id, "seq": n, "text": text });
        let frame = serde_json::json!({ "entry": { "ticket": ticket, "entry": entry } });
        // Nobody may be listening.
        let _ = self.agents.send(frame.to_string().into());
        Some(n)
    }
}

async fn start(
    State(floor): State<Arc<Floor>>,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let field = |name| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
    let Ok(id) = field("id").parse() else { return StatusCode::BAD_REQUEST.into_response() };
    match floor.store(id, field("id"), field("message").to_owned(), true).await {
        Some(_) => (StatusCode::CREATED, format!(r#"{{"token":"{id}"}}"#)).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn visitor(State(floor): State<Arc<Floor>>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade =
        upgrade.protocols(["ayuda.visitor.1"]).read_buffer_size(4096).write_buffer_size(0);
    upgrade.on_upgrade(async move |mut socket| {
        let mut ticket = String::new();
        while let Some(frame) = receive(&mut socket).await {
            let answer = match serde_json::from_str(&frame) {
                Ok(VisitorFrame::Hello { token }) => {
                    ticket = token.unwrap_or_default();
                    serde_json::json!({ "welcome": {} })
                }
                Ok(VisitorFrame::Say { id, text }) => {
                    let Some(seq) = floor.store(id, &ticket, text, false).await else { return };
                    serde_json::json!({ "ack": { "id": id, "seq": seq } })
                }
                Err(_) => return,
            };
            if socket.send(Message::text(answer.to_string())).await.is_err() {
                return;
            }
        }
    })
}

async fn agent(State(floor): State<Arc<Floor>>, upgrade: WebSocketUpgrade) -> Response {
    let mut entries = floor.agents.subscribe();
    upgrade.protocols(["bench"]).on_upgrade(async move |mut socket| {
        while let Ok(frame) = entries.recv().await {
            if socket.send(Message::Text(frame)).await.is_err() {
                return;
            }
        }
    })
}

async fn receive(socket: &mut WebSocket) -> Option<Utf8Bytes> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return Some(text),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn page(axum::extract::Path(page): axum::extract::Path<String>) -> Response {
    let html = match page.as_str() {
        "host" => include_str!("floor/host.html"),
        "bare" => include_str!("floor/bare.html"),
        "panel" => include_str!("floor/panel.html"),
        "visitor" => include_str!("floor/visitor.html"),
        "agent" => include_str!("floor/agent.html"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    Html(html).into_response()
}

fn script(text: &'static str) -> impl IntoResponse {
    ([("content-type", "text/javascript")], text)
}
