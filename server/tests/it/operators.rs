//! What an operator looks at.

use crate::{
    engines::Engine,
    house::{EMAIL, House, on_each_engine},
};

#[tokio::test]
async fn it_says_that_it_is_there_and_what_it_did() {
    on_each_engine(async |house| {
        assert_eq!(house.client.get("/healthz").send().await.status, 200);
        assert_eq!(house.client.get("/readyz").send().await.text(), "ready\n");
        house.ask("tienda", "Hola").await;
        let metrics = house.client.get("/metrics").send().await.text();
        assert!(metrics.contains("ayuda_tickets_total{kind=\"request\"} 1"), "{metrics}");
        assert!(metrics.contains("ayuda_http_answers_total{class=\"2xx\"}"));
    })
    .await;
}

#[tokio::test]
async fn what_it_did_is_told_to_this_machine_alone_or_to_whoever_has_the_token() {
    let house = House::new(Engine::Sqlite).await;
    let through_a_proxy = house.client.get("/metrics").header("x-forwarded-for", "203.0.113.9");
    assert_eq!(through_a_proxy.send().await.status, 403);
    let house = House::with(Engine::Sqlite, |settings| {
        settings.metrics_token = Some("s3cret".into());
    })
    .await;
    assert_eq!(house.client.get("/metrics").send().await.status, 403);
    let shown = house.client.get("/metrics").header("x-forwarded-for", "203.0.113.9");
    let shown = shown.bearer("s3cret").send().await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("ayuda_http_answers_total"));
}

#[tokio::test]
async fn the_front_page_is_a_welcome_until_somebody_can_sign_in() {
    let house = House::new(Engine::Sqlite).await;
    let empty = house.client.get("/").page().send().await;
    assert_eq!(empty.status, 200);
    assert!(empty.text().contains("ayuda agent create"));
    assert_eq!(house.client.get("/demo").page().send().await.status, 404);
    house.agent(EMAIL).await;
    assert_eq!(
        house.client.get("/").page().send().await.find("location"),
        Some("/console/sign-in")
    );
}
