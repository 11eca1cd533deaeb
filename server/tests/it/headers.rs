//! The headers of every kind of answer, as they leave.

use crate::world::{EMAIL, Engine, World, http::Reply};
use server::settings::{Flags, Settings};
use std::fmt::Write;

#[tokio::test]
async fn every_kind_of_answer_leaves_with_its_headers() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, agent) = world.agent(EMAIL).await;
    let asked = world.ask("tienda", "Hola").await;
    let mut all = String::new();
    for (name, path) in [
        ("panel", "/w/tienda"),
        ("status", "/w/tienda/status"),
        ("sign-in", "/console/sign-in"),
        ("not found", "/nada"),
        ("health", "/healthz"),
    ] {
        describe(&mut all, &world, name, &world.client.get(path).page().send().await);
    }
    let console = world.client.get("/console").page().cookie(&cookie).send().await;
    describe(&mut all, &world, "console", &console);
    let mail = world.kept_mail(&agent).await;
    let mail = world.client.get(format!("/console/mail/{}/html", mail.id)).cookie(&cookie);
    describe(&mut all, &world, "a mail", &mail.send().await);
    let ticket = world.client.get(format!("/t/{}", asked.number)).page();
    let ticket = ticket.cookie(&format!("ayuda_ticket={}", asked.token.0)).send().await;
    describe(&mut all, &world, "ticket page", &ticket);
    describe(&mut all, &world, "problem", &world.client.get("/console/socket").json().send().await);
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn with_tls_browsers_are_told_to_stay_with_it() {
    let world = World::with(Engine::Sqlite, |settings| {
        let flags =
            Flags { public_url: Some("https://help.example.com".into()), ..Flags::default() };
        settings.public_url = Settings::load(flags).expect("settings").public_url;
    })
    .await;
    world.agent(EMAIL).await;
    let fields = [("email", EMAIL), ("password", crate::world::PASSWORD)];
    let reply = world.client.post("/console/sign-in").page().form(&fields).send().await;
    assert_eq!(reply.find("strict-transport-security"), Some("max-age=31536000"));
    assert!(reply.find("set-cookie").unwrap().ends_with("; Secure"));
    let panel = world.client.get("/w/tienda").page().send().await;
    assert!(
        panel
            .find("content-security-policy")
            .unwrap()
            .contains("connect-src 'self' wss://help.example.com;")
    );
}

fn describe(all: &mut String, world: &World, name: &str, reply: &Reply) {
    let _ = writeln!(all, "{name}: {}", reply.status);
    let mut headers = reply.headers.clone();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "content-length"));
    headers.sort();
    for (name, value) in headers {
        let value = value.replace(&world.client.0.port().to_string(), "PORT");
        let value: Vec<String> = value.split('\'').map(hide_nonce).collect();
        let _ = writeln!(all, "  {name}: {}", value.join("'"));
    }
}

fn hide_nonce(part: &str) -> String {
    if part.starts_with("nonce-") { "nonce-…".into() } else { part.into() }
}
