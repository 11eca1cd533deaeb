//! Pages of other origins: what they may read, frame, and never change.

use crate::world::{EMAIL, Engine, PASSWORD, SITE, World};

async fn world() -> World {
    let world = World::new(Engine::Sqlite).await;
    let origins = "allowed_origins = [\"https://tienda.example\"]\n[schedule]";
    world.apply(&SITE.replace("[schedule]", origins)).await;
    world
}

#[tokio::test]
async fn only_the_sites_origins_read_its_status() {
    let world = world().await;
    for path in ["/w/tienda/status", "/w/tienda/events"] {
        let ask = |origin: &str| world.client.get(path).header("origin", origin).open();
        let (theirs, _) = ask("https://tienda.example").await;
        assert_eq!(theirs.status, 200);
        assert_eq!(theirs.find("access-control-allow-origin"), Some("https://tienda.example"));
        assert!(
            theirs.headers.iter().any(|(name, value)| name == "vary" && value.contains("origin"))
        );
        for origin in [
            "https://evil.example",
            "https://tienda.example.evil.example",
            "http://tienda.example",
            "null",
        ] {
            let (refused, _) = ask(origin).await;
            assert_eq!(refused.status, 403, "{path} {origin}");
            // Of the status a page may read that it is refused, so that its loader does not try for ever.
            let readable = path.ends_with("/status").then_some("*");
            assert_eq!(refused.find("access-control-allow-origin"), readable);
        }
    }
}

#[tokio::test]
async fn only_the_sites_origins_frame_its_panel_and_nobody_frames_the_console() {
    let world = world().await;
    let policy = async |path: &str| {
        let reply = world.client.get(path).page().send().await;
        let policy = reply.find("content-security-policy").unwrap();
        (
            policy.rsplit("frame-ancestors ").next().unwrap().to_owned(),
            reply.find("x-frame-options").map(str::to_owned),
        )
    };
    assert_eq!(policy("/w/tienda").await, ("'self' https://tienda.example".into(), None));
    let deny = Some("DENY".to_owned());
    assert_eq!(policy("/console/sign-in").await, ("'none'".into(), deny.clone()));
    assert_eq!(policy("/nada").await, ("'none'".into(), deny));
    world.apply(&SITE.replace("tienda", "abierta")).await;
    assert_eq!(policy("/w/abierta").await.0, "*");
}

#[tokio::test]
async fn nothing_is_changed_by_a_page_of_another_origin() {
    let world = world().await;
    let (cookie, _) = world.agent(EMAIL).await;
    let fields = [("email", EMAIL), ("password", PASSWORD), ("message", "Hola")];
    for path in [
        "/w/tienda/chats",
        "/w/tienda/requests",
        "/console/sign-in",
        "/console/sign-out",
        "/console/api/x",
    ] {
        for headers in [
            &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")][..],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "null")],
        ] {
            let ask = world.client.post(path).json().cookie(&cookie).form(&fields);
            let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, *value));
            let reply = ask.send().await;
            assert_eq!(
                (reply.status, &reply.value()["code"]),
                (403, &"origin_not_allowed".into()),
                "{path} {headers:?}"
            );
        }
    }
    assert_eq!(world.client.get("/console").page().cookie(&cookie).send().await.status, 200);
}

#[tokio::test]
async fn our_own_forms_go_through_in_every_browser() {
    let world = world().await;
    let fields = [("email", "a@example.com"), ("message", "Hola")];
    let origin = world.origin();
    for headers in [
        // A form under no-referrer with TLS or on this machine, the same without, a script, a proxy that changes Host.
        &[("origin", "null"), ("sec-fetch-site", "same-origin")][..],
        &[("origin", "null")],
        &[("origin", origin.as_str()), ("sec-fetch-site", "same-origin")],
        &[("origin", origin.as_str()), ("host", "internal:8080")],
        &[],
    ] {
        let ask = world.client.post("/w/tienda/requests").json().form(&fields);
        let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, *value));
        assert_eq!(ask.send().await.status, 201, "{headers:?}");
    }
}
