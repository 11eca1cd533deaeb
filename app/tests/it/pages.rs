use crate::desk_fixture::{Fixture, NONCE, agent};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

#[tokio::test]
async fn the_list_is_there_before_any_script() {
    let fixture = Fixture::new().await;
    let ticket =
        fixture.chat("uno", &fixture.agent, "Melissa Ortega", "No puedo conciliar mi cuenta").await;
    let (status, html) = fixture.page("/console").await;
    assert_eq!(status, StatusCode::OK);
    for expected in [
        "Mi bandeja",
        "Melissa Ortega",
        "No puedo conciliar mi cuenta",
        "Soporte general",
        "UNO-1001",
        &format!("/console/tickets/{ticket}"),
        "<span class=\"quiet\">Estado: Disponible</span>",
        "<span class=\"quiet\">Perfil</span>",
        "Cerrar sesión",
        "action=\"/console/sign-out\"",
    ] {
        assert!(html.contains(expected), "{expected} is missing");
    }
    assert!(!html.contains(">console."), "a text is missing from the catalogue");
}

#[tokio::test]
async fn a_conversation_is_there_before_any_script() {
    let fixture = Fixture::new().await;
    let ticket = fixture.chat("uno", &fixture.agent, "Melissa Ortega", "Hola").await;
    let path = format!("/console/tickets/{ticket}");
    let (status, html) = fixture.page(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("role=\"log\" aria-label=\"Conversación\""));
    assert!(html.contains("/precios"));
    assert!(html.contains("Aceptar chat"));
    let chat = fixture.desk.work(&fixture.agent).await.unwrap()[0].chat.unwrap();
    fixture.desk.accept(&fixture.agent, chat).await.unwrap();
    let (_, html) = fixture.page(&path).await;
    for expected in [
        "aria-label=\"Mensaje\"",
        "0 / 1000",
        "Adjuntar",
        "Enviar",
        "Finalizar",
        "Motivo de cierre",
        "Enviar cierre",
    ] {
        assert!(html.contains(expected), "{expected} is missing");
    }
}

#[tokio::test]
async fn what_a_visitor_writes_is_text() {
    let fixture = Fixture::new().await;
    let evil = "</script><script>alert(1)</script></textarea><img src=x onerror=alert(2)> javascript:alert(3)";
    let ticket = fixture.chat("uno", &fixture.agent, "<b>Eva\"' onx=</b>", evil).await;
    for path in ["/console".to_owned(), format!("/console/tickets/{ticket}")] {
        let (_, html) = fixture.page(&path).await;
        assert!(html.contains("&lt;b&gt;Eva"));
        for forbidden in ["<script>alert", "<img", "<b>Eva", "href=\"javascript"] {
            assert!(!html.contains(forbidden), "{forbidden} is on {path}");
        }
        // The state handed over holds it too, and stays within its element.
        let state = html.split("id=\"start\"").nth(1).unwrap();
        let state = &state[state.find('>').unwrap() + 1..state.find("</script>").unwrap()];
        assert!(serde_json::from_str::<app::start::Start>(state).is_ok());
        assert!(!state.contains('<'));
    }
}

#[tokio::test]
async fn every_script_carries_the_nonce() {
    let fixture = Fixture::new().await;
    let (_, html) = fixture.page("/console").await;
    let scripts: Vec<&str> =
        html.split("<script").skip(1).map(|rest| &rest[..rest.find('>').unwrap()]).collect();
    assert!(scripts.len() >= 2);
    for script in scripts {
        assert!(script.contains(&format!("nonce=\"{NONCE}\"")), "<script{script}>");
    }
    assert!(html.contains("/assets/console.1.wasm"));
}

#[tokio::test]
async fn another_sites_ticket_is_not_there() {
    let fixture = Fixture::new().await;
    let other = agent(&fixture.desk, "otro@example.com", "dos").await;
    let ticket = fixture.chat("dos", &other, "Melissa Ortega", "Secreto").await;
    let (status, html) = fixture.page(&format!("/console/tickets/{ticket}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("Esto no existe"));
    assert!(!html.contains("Secreto"));
    let (status, _) = fixture.page("/console/tickets/nothing").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_session_there_is_only_the_door() {
    let fixture = Fixture::new().await;
    for path in ["/console", "/console/mail"] {
        let (status, _) = fixture.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_mail_page_opens() {
    let fixture = Fixture::new().await;
    let (status, html) = fixture.page("/console/mail").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Ningún correo"));
    let (status, _) = fixture.page("/console/mail/0195d7a5-0000-7000-8000-000000000000").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
