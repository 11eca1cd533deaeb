use crate::desk_fixture::{Fixture, agent};
use axum::http::StatusCode;
use protocol::agent::AgentState;

#[tokio::test]
async fn the_state_changes() {
    let fixture = Fixture::new().await;
    for (wanted, state) in [("available", AgentState::Available), ("away", AgentState::Away)] {
        let (status, _) =
            fixture.call("state", Some(&fixture.agent), &format!("state={wanted}")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(fixture.desk.me(&fixture.agent).await.unwrap().state, state);
    }
}

#[tokio::test]
async fn nobody_calls_without_a_session() {
    let fixture = Fixture::new().await;
    let (status, body) = fixture.call("state", None, "state=away").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body, r#"{"code":"sign_in_required"}"#);
}

#[tokio::test]
async fn a_chat_is_taken_once_and_ends_with_a_reason() {
    let fixture = Fixture::new().await;
    let ticket = fixture.chat("uno", &fixture.agent, "Melissa Ortega", "Hola").await;
    let chat = fixture.desk.work(&fixture.agent).await.unwrap()[0].chat.unwrap();
    let form = format!("chat={chat}");
    let colleague = agent(&fixture.desk, "raul@example.com", "uno").await;
    let (status, body) = fixture.call("chats/accept", Some(&fixture.agent), &form).await;
    assert_eq!((status, body), (StatusCode::OK, format!("\"{ticket}\"")));
    let (status, body) = fixture.call("chats/accept", Some(&colleague), &form).await;
    assert_eq!((status, body.as_str()), (StatusCode::CONFLICT, r#"{"code":"already_taken"}"#));

    let (_, reasons) =
        fixture.call("chats/reasons", Some(&fixture.agent), &format!("ticket={ticket}")).await;
    let reasons: Vec<String> = serde_json::from_str(&reasons).unwrap();
    assert!(!reasons.is_empty());
    let (status, _) =
        fixture.call("chats/end", Some(&fixture.agent), &format!("ticket={ticket}&reason=")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, body) = fixture
        .call("chats/end", Some(&fixture.agent), &format!("ticket={ticket}&reason={}", reasons[0]))
        .await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

#[tokio::test]
async fn another_sites_chat_is_not_there() {
    let fixture = Fixture::new().await;
    let other = agent(&fixture.desk, "otro@example.com", "dos").await;
    fixture.chat("dos", &other, "Melissa Ortega", "Hola").await;
    let chat = fixture.desk.work(&other).await.unwrap()[0].chat.unwrap();
    let (status, _) =
        fixture.call("chats/accept", Some(&fixture.agent), &format!("chat={chat}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
