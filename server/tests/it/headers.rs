//! The headers of every kind of answer, as they leave.

use crate::{
    engines::Engine,
    house::{EMAIL, House},
    http::Reply,
};
use server::settings::{Flags, Settings};
use std::fmt::Write;

#[tokio::test]
async fn every_kind_of_answer_leaves_with_its_headers() {
    let house = House::new(Engine::Sqlite).await;
    let (cookie, agent) = house.agent(EMAIL).await;
    let asked = house.ask("tienda", "Hola").await;
    let mut all = String::new();
    for (name, path) in [
        ("panel", "/w/tienda"),
        ("status", "/w/tienda/status"),
        ("sign-in", "/console/sign-in"),
        ("not found", "/nada"),
        ("health", "/healthz"),
    ] {
        describe(&mut all, &house, name, &house.client.get(path).page().send().await);
    }
    let console = house.client.get("/console").page().cookie(&cookie).send().await;
    describe(&mut all, &house, "console", &console);
    let mail = house.kept_mail(&agent).await;
    let mail = house.client.get(format!("/console/mail/{}/html", mail.id)).cookie(&cookie);
    describe(&mut all, &house, "a mail", &mail.send().await);
    let ticket = house.client.get(format!("/t/{}", asked.number)).page();
    let ticket = ticket.cookie(&format!("ayuda_ticket={}", asked.token.0)).send().await;
    describe(&mut all, &house, "ticket page", &ticket);
    describe(&mut all, &house, "problem", &house.client.get("/console/socket").json().send().await);
    insta::assert_snapshot!(all);
}

#[tokio::test]
async fn with_tls_browsers_are_told_to_stay_with_it() {
    let house = House::with(Engine::Sqlite, |settings| {
        let flags =
            Flags { public_url: Some("https://help.example.com".into()), ..Flags::default() };
        settings.public_url = Settings::load(flags).expect("settings").public_url;
    })
    .await;
    house.agent(EMAIL).await;
    let fields = [("email", EMAIL), ("password", crate::house::PASSWORD)];
    let reply = house.client.post("/console/sign-in").page().form(&fields).send().await;
    assert_eq!(reply.find("strict-transport-security"), Some("max-age=31536000"));
    assert!(reply.find("set-cookie").unwrap().ends_with("; Secure"));
    let panel = house.client.get("/w/tienda").page().send().await;
    assert!(
        panel
            .find("content-security-policy")
            .unwrap()
            .contains("connect-src 'self' wss://help.example.com;")
    );
}

fn describe(all: &mut String, house: &House, name: &str, reply: &Reply) {
    let _ = writeln!(all, "{name}: {}", reply.status);
    let mut headers = reply.headers.clone();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "content-length"));
    headers.sort();
    for (name, value) in headers {
        let value = value.replace(&house.client.0.port().to_string(), "PORT");
        let value: Vec<String> = value.split('\'').map(hide_nonce).collect();
        let _ = writeln!(all, "  {name}: {}", value.join("'"));
    }
}

fn hide_nonce(part: &str) -> String {
    if part.starts_with("nonce-") { "nonce-…".into() } else { part.into() }
}
