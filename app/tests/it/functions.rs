//! What the console asks the server to do.

use crate::world::{World, agent, on_both};
use axum::http::StatusCode;
use protocol::agent::{AgentState, WorkView};

on_both! {
    the_state_changes,
    nobody_calls_without_a_session,
    a_chat_is_taken_once_and_ends_with_a_reason,
    another_sites_chat_is_not_there,
}

async fn the_state_changes(world: World) {
    for (wanted, state) in [("available", AgentState::Available), ("away", AgentState::Away)] {
        let (status, _) = world.call("state", Some(&world.agent), &format!("state={wanted}")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(world.desk.profile(&world.agent).await.unwrap().state, state);
    }
}

async fn nobody_calls_without_a_session(world: World) {
    let (status, body) = world.call("state", None, "state=away").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body, r#"{"code":"sign_in_required"}"#);
}

async fn a_chat_is_taken_once_and_ends_with_a_reason(world: World) {
    let ticket = world.chat("uno", &world.agent, "Melissa Ortega", "Hola").await;
    let chat = world.desk.worklist(&world.agent, WorkView::Open, None).await.unwrap().items[0]
        .chat
        .unwrap();
    let form = format!("chat={chat}");
    let colleague = agent(&world.desk, "raul@example.com", "uno").await;
    let (status, body) = world.call("chats/accept", Some(&world.agent), &form).await;
    assert_eq!((status, body), (StatusCode::OK, format!("\"{ticket}\"")));
    let (status, body) = world.call("chats/accept", Some(&colleague), &form).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::CONFLICT, r#"{"code":"already_taken","who":"Lucía Medina"}"#)
    );

    let (_, reasons) =
        world.call("chats/reasons", Some(&world.agent), &format!("ticket={ticket}")).await;
    let reasons: Vec<String> = serde_json::from_str(&reasons).unwrap();
    assert!(!reasons.is_empty());
    let (status, _) =
        world.call("chats/end", Some(&world.agent), &format!("ticket={ticket}&reason=")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, body) = world
        .call("chats/end", Some(&world.agent), &format!("ticket={ticket}&reason={}", reasons[0]))
        .await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

async fn another_sites_chat_is_not_there(world: World) {
    let other = agent(&world.desk, "otro@example.com", "dos").await;
    world.chat("dos", &other, "Melissa Ortega", "Hola").await;
    let chat =
        world.desk.worklist(&other, WorkView::Open, None).await.unwrap().items[0].chat.unwrap();
    let (status, _) = world.call("chats/accept", Some(&world.agent), &format!("chat={chat}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
