//! What is on a page before any script.

use crate::world::{NONCE, World, agent, on_both};
use app::{
    pages::{self, PAGES},
    start::Start,
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use protocol::Role;
use protocol::agent::WorkView;

on_both! {
    the_server_renders_every_page_that_the_browser_finds,
    the_navigation_bar_shows_the_pages_of_ones_role,
    the_list_is_there_before_any_script,
    the_view_that_the_address_names_is_there_before_any_script,
    a_conversation_is_there_before_any_script,
    what_a_visitor_writes_is_text,
    every_script_carries_the_nonce,
    another_sites_ticket_is_not_there,
    without_an_agent_no_page_is_shown,
    the_mail_page_opens,
}

/// The state that a page hands to its script.
fn start_of(html: &str) -> Start {
    let state = html.split("id=\"start\"").nth(1).unwrap();
    let state = &state[state.find('>').unwrap() + 1..state.find("</script>").unwrap()];
    assert!(!state.contains('<'), "the state stays within its element");
    serde_json::from_str(state).unwrap()
}

/// The links of the navigation bar.
fn places(html: &str) -> Vec<&str> {
    links(html, "place")
}

/// The links of a class.
fn links<'a>(html: &'a str, class: &str) -> Vec<&'a str> {
    let class = format!("class=\"{class}\"");
    let links = html.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    links.filter(|link| link.contains(&class)).collect()
}

async fn the_server_renders_every_page_that_the_browser_finds(world: World) {
    for (at, row) in PAGES.iter().enumerate() {
        for address in row.addresses {
            let nobodys = "0195d7a5-0000-7000-8000-000000000000";
            let path = address.path(nobodys);
            let (status, html) = world.page(&path).await;
            // What an address names is not there; an address that names nothing is a page.
            let expected =
                if path.ends_with(nobodys) { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(status, expected, "{path}");
            let start = start_of(&html);
            assert_eq!(start.page.row(), at, "{path} starts from another page");
            assert_eq!(pages::find(&start.path), Some(at), "{path}");
            let home = format!("href=\"{}\"", row.addresses[0].pattern());
            let here: Vec<&str> = places(&html)
                .into_iter()
                .filter(|link| link.contains("aria-current=\"page\""))
                .collect();
            assert!(here.len() == 1 && here[0].contains(&home), "{path} is at {here:?}");
        }
    }
}

async fn the_navigation_bar_shows_the_pages_of_ones_role(world: World) {
    let (_, html) = world.page("/console").await;
    assert_eq!(start_of(&html).role, Role::Agent);
    let shown = PAGES.iter().filter(|row| row.least == Role::Agent).count();
    assert_eq!(places(&html).len(), shown);
}

async fn the_list_is_there_before_any_script(world: World) {
    let ticket =
        world.chat("uno", &world.agent, "Melissa Ortega", "No puedo conciliar mi cuenta").await;
    let (status, html) = world.page("/console").await;
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

async fn the_view_that_the_address_names_is_there_before_any_script(world: World) {
    let ticket = world.chat("uno", &world.agent, "Melissa Ortega", "Hola").await;
    let (_, html) = world.page("/console?view=closed").await;
    assert!(html.contains("Nada cerrado todavía") && !html.contains("Melissa Ortega"));
    assert!(places(&html).iter().any(|link| link.contains("href=\"/console?view=closed\"")));
    let (_, html) = world.page("/console?view=open").await;
    assert!(html.contains(&format!("href=\"/console/tickets/{ticket}\"")));
    let (status, html) = world.page(&format!("/console/tickets/{ticket}?view=mine")).await;
    assert_eq!(status, StatusCode::OK);
    let back = links(&html, "btn quiet icon-only back");
    assert!(back.iter().any(|link| link.contains("href=\"/console?view=mine\"")), "{back:?}");
}

async fn a_conversation_is_there_before_any_script(world: World) {
    let ticket = world.chat("uno", &world.agent, "Melissa Ortega", "Hola").await;
    let path = format!("/console/tickets/{ticket}");
    let (status, html) = world.page(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("role=\"log\" aria-label=\"Conversación\""));
    assert!(html.contains("/precios"));
    assert!(html.contains("Aceptar chat"));
    let chat = world.desk.worklist(&world.agent, WorkView::Open, None).await.unwrap().items[0]
        .chat
        .unwrap();
    world.desk.accept(&world.agent, chat).await.unwrap();
    let (_, html) = world.page(&path).await;
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

async fn what_a_visitor_writes_is_text(world: World) {
    let evil = "</script><script>alert(1)</script></textarea><img src=x onerror=alert(2)> javascript:alert(3)";
    let ticket = world.chat("uno", &world.agent, "<b>Eva\"' onx=</b>", evil).await;
    for path in ["/console".to_owned(), format!("/console/tickets/{ticket}")] {
        let (_, html) = world.page(&path).await;
        assert!(html.contains("&lt;b&gt;Eva"));
        for forbidden in ["<script>alert", "<img", "<b>Eva", "href=\"javascript"] {
            assert!(!html.contains(forbidden), "{forbidden} is on {path}");
        }
        // The state handed over holds it too.
        start_of(&html);
    }
}

async fn every_script_carries_the_nonce(world: World) {
    let (_, html) = world.page("/console").await;
    let scripts: Vec<&str> =
        html.split("<script").skip(1).map(|rest| &rest[..rest.find('>').unwrap()]).collect();
    assert!(scripts.len() >= 2);
    for script in scripts {
        assert!(script.contains(&format!("nonce=\"{NONCE}\"")), "<script{script}>");
    }
    assert!(html.contains("/assets/console.1.wasm"));
}

async fn another_sites_ticket_is_not_there(world: World) {
    let other = agent(&world.desk, "otro@example.com", "dos").await;
    let ticket = world.chat("dos", &other, "Melissa Ortega", "Secreto").await;
    let (status, html) = world.page(&format!("/console/tickets/{ticket}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("Esto no existe"));
    assert!(!html.contains("Secreto"));
    let (status, _) = world.page("/console/tickets/nothing").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

async fn without_an_agent_no_page_is_shown(world: World) {
    for path in ["/console", "/console/mail"] {
        let (status, _) = world.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

async fn the_mail_page_opens(world: World) {
    let (status, html) = world.page("/console/mail").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Ningún correo"));
    let (status, _) = world.page("/console/mail/0195d7a5-0000-7000-8000-000000000000").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
