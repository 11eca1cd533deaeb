//! What an operator looks at.

use crate::world::{EMAIL, Engine, World, on_both};

on_both! {
    it_says_that_it_is_there_and_what_it_did,
}

async fn it_says_that_it_is_there_and_what_it_did(world: World) {
    assert_eq!(world.client.get("/healthz").send().await.status, 200);
    assert_eq!(world.client.get("/readyz").send().await.text(), "ready\n");
    world.ask("tienda", "Hola").await;
    let metrics = world.client.get("/metrics").send().await.text();
    assert!(metrics.contains("ayuda_tickets_total{kind=\"request\"} 1"), "{metrics}");
    assert!(metrics.contains("ayuda_http_answers_total{class=\"2xx\"}"));
}

#[tokio::test]
async fn what_it_did_is_told_to_this_machine_alone_or_to_whoever_has_the_token() {
    let world = World::new(Engine::Sqlite).await;
    let through_a_proxy = world.client.get("/metrics").header("x-forwarded-for", "203.0.113.9");
    assert_eq!(through_a_proxy.send().await.status, 403);
    let world = World::with(Engine::Sqlite, |settings| {
        settings.metrics_token = Some("s3cret".into());
    })
    .await;
    assert_eq!(world.client.get("/metrics").send().await.status, 403);
    let shown = world.client.get("/metrics").header("x-forwarded-for", "203.0.113.9");
    let shown = shown.bearer("s3cret").send().await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("ayuda_http_answers_total"));
}

#[tokio::test]
async fn the_front_page_is_a_welcome_until_somebody_can_sign_in() {
    let world = World::new(Engine::Sqlite).await;
    let empty = world.client.get("/").page().send().await;
    assert_eq!(empty.status, 200);
    assert!(empty.text().contains("ayuda agent create"));
    assert_eq!(world.client.get("/demo").page().send().await.status, 404);
    world.agent(EMAIL).await;
    assert_eq!(
        world.client.get("/").page().send().await.find("location"),
        Some("/console/sign-in")
    );
}
