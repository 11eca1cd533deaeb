//! Every command of both sockets with everything that is wrong with a frame.

use super::{answers::names_nothing, errors::Errors, place::Place};
use crate::{
    access::walk::Wrong,
    world::{Engine, socket::Socket},
};
use protocol::{Code, Refusal, Seq, visitor::VisitorCommand};
use serde_json::{Value, json};
use server::{AGENT_COMMANDS, VISITOR_COMMANDS};
use tokio_tungstenite::tungstenite::Message;

/// In place of a field's value.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("a\0b"),
        json!("\u{200b}"),
        json!("00000000-0000-0000-0000-00000000000g"),
        json!("a".repeat(30_000)),
        json!([]),
        json!(["a\0b"]),
        json!({}),
        json!({"id": "a"}),
    ];
    values.push(json!((0..50).collect::<Vec<_>>()));
    values
}

/// A frame, and what its refusal says where it has to be refused.
struct Frame {
    text: String,
    refused: Option<Refusal>,
}

#[tokio::test]
async fn bad_frames_are_refused_and_the_socket_stays_on_sqlite() {
    walk(Engine::Sqlite).await;
}

#[tokio::test]
async fn bad_frames_are_refused_and_the_socket_stays_on_postgres() {
    if Engine::Postgres.is_here() {
        walk(Engine::Postgres).await;
    }
}

async fn walk(engine: Engine) {
    let place = Place::new(engine).await;
    let errors = Errors::watch();
    let mut wrong = Wrong::default();
    for command in VISITOR_COMMANDS {
        let mut socket =
            Socket::talking(&place.world, "tienda", &place.started.token, Seq::START).await;
        for frame in frames(command.name, &panels(&place, command.name)) {
            try_frame(&mut socket, &format!("panel: {}", command.name), frame, &errors, &mut wrong)
                .await;
        }
    }
    for command in AGENT_COMMANDS {
        let mut socket = Socket::console(&place.world, &place.session).await;
        // One that cannot be read may come before the first that can.
        for hello in [r#"{"watch":{"ticket":1,"after":0}}"#, "\"hello\""] {
            socket.raw(Message::text(hello)).await;
        }
        for frame in frames(command.name, &consoles(&place, command.name)) {
            try_frame(
                &mut socket,
                &format!("console: {}", command.name),
                frame,
                &errors,
                &mut wrong,
            )
            .await;
        }
    }
    wrong.tell();
}

/// The ping after it is answered, and it is refused before that where it has to be.
async fn try_frame(
    socket: &mut Socket,
    name: &str,
    frame: Frame,
    errors: &Errors,
    wrong: &mut Wrong,
) {
    socket.raw(Message::text(frame.text.clone())).await;
    socket.say(&VisitorCommand::Ping).await;
    let what = || format!("{name}: {:.200}", frame.text);
    let answers = socket.frames_until(|frame| frame == "pong").await;
    let refusals: Vec<Refusal> = answers
        .iter()
        .filter_map(|frame| serde_json::from_value(frame.get("refused")?["refusal"].clone()).ok())
        .collect();
    if let Some(refusal) = frame.refused {
        wrong.unless(refusals.contains(&refusal), || {
            format!("{}: {answers:?}, not {refusal:?}", what())
        });
    }
    let words = desk::locales::strings("es", &["error", "field", "request"]);
    for refusal in &refusals {
        let is_fault = protocol::problem::status(refusal.code) >= 500;
        wrong.unless(!is_fault, || format!("{}: {refusal:?}", what()));
        let said = words.refusal(refusal);
        wrong.unless(!names_nothing(&said), || format!("{}: {said}", what()));
    }
    let lines = errors.take();
    wrong.unless(lines.is_empty(), || format!("{}: {lines:?}", what()));
}

/// Everything that can be wrong with a command of this content.
fn frames(name: &str, content: &Value) -> Vec<Frame> {
    let frame = |text: String, refused: Option<Refusal>| Frame { text, refused };
    let Some(fields) = content.as_object() else {
        let with = |content: Value| json!({ name: content }).to_string();
        let wrong = Some(Refusal::new(Code::BodyInvalid));
        return vec![
            frame(with(json!({"a": 1})), wrong),
            frame(with(json!("x")), wrong),
            frame(with(json!([])), wrong),
        ];
    };
    let text = |fields: &serde_json::Map<String, Value>| json!({ name: fields }).to_string();
    let mut frames = vec![];
    for (field, value) in fields {
        let mut without = fields.clone();
        without.remove(field);
        frames.push(frame(text(&without), None));
        for value in values() {
            let mut other = fields.clone();
            other.insert(field.clone(), value);
            frames.push(frame(text(&other), None));
        }
        let twice = text(fields).replacen('{', "{\0", 2).replacen("{\0", "{", 1);
        let twice = twice.replace("{\0", &format!("{{{}:{value},", json!(field)));
        frames.push(frame(twice, Some(Refusal::named(field, Code::FieldRepeated))));
        if field.ends_with("id") || field == "ticket" {
            let mut other = fields.clone();
            other.insert(field.clone(), json!("x"));
            frames.push(frame(text(&other), Some(Refusal::named(field, Code::Invalid))));
        }
    }
    let mut more = fields.clone();
    more.insert("admin".into(), json!({"a": [1]}));
    frames.push(frame(text(&more), Some(Refusal::named("admin", Code::FieldUnknown))));
    frames
}

/// What a panel's command holds.
fn panels(place: &Place, name: &str) -> Value {
    match name {
        "hello" => json!({ "token": place.started.token, "after": 0 }),
        "say" => json!({ "id": place.world.clock.new_entry_id(), "text": "Hola", "files": [] }),
        "seen" => json!({ "upto": 1 }),
        "resume" => json!({ "after": 0 }),
        "transcript" | "contact" => json!({ "email": "ana@example.com" }),
        "page" => json!({ "page": "https://tienda.example/es/" }),
        "rate" => json!({ "score": 5, "comment": "Bien" }),
        "typing" | "end" | "leave_request" | "ping" => json!(null),
        other => panic!("{other}: say here what it holds, so that wrong frames are tried"),
    }
}

/// What a console's command holds.
fn consoles(place: &Place, name: &str) -> Value {
    let ticket = place.ticket;
    match name {
        "watch" => json!({ "ticket": ticket, "after": 0 }),
        "unwatch" | "typing" => json!({ "ticket": ticket }),
        "say" => {
            json!({ "ticket": ticket, "id": place.world.clock.new_entry_id(), "text": "Hola", "files": [] })
        }
        "comment" => {
            json!({ "ticket": ticket, "id": place.world.clock.new_entry_id(), "text": "Hola", "mentions": [] })
        }
        "draft" => json!({ "draft": { "ticket": ticket, "text": "Hola", "at": 1 } }),
        "seen" => json!({ "ticket": ticket, "upto": 1 }),
        "list" => json!({ "view": "open" }),
        "hello" | "more" | "ping" => json!(null),
        other => panic!("{other}: say here what it holds, so that wrong frames are tried"),
    }
}
