//! Into the console and out of it.

use crate::world::{EMAIL, Engine, PASSWORD, World, http::Reply, on_both};

async fn sign_in(world: &World, email: &str, password: &str) -> Reply {
    let fields = [("email", email), ("password", password)];
    world.client.post("/console/sign-in").page().form(&fields).send().await
}

on_both! {
    a_session_is_a_cookie_that_scripts_cannot_read_and_ends_with_sign_out,
    a_one_time_link_sets_a_password_once_and_leaves_no_token_in_the_address,
}

async fn a_session_is_a_cookie_that_scripts_cannot_read_and_ends_with_sign_out(world: World) {
    world.agent(EMAIL).await;
    let reply = sign_in(&world, EMAIL, PASSWORD).await;
    assert_eq!((reply.status, reply.find("location")), (303, Some("/console")));
    let whole = reply.find("set-cookie").unwrap();
    assert!(
        whole.contains("; HttpOnly")
            && whole.contains("; SameSite=Lax")
            && whole.contains("; Path=/;")
    );
    assert!(!whole.contains("Secure"), "the public URL has no TLS");
    let cookie = reply.set_cookie("ayuda_session").unwrap();
    assert_eq!(world.client.get("/console").page().cookie(&cookie).send().await.status, 200);
    let again = world.client.get("/console/sign-in").page().cookie(&cookie).send().await;
    assert_eq!((again.status, again.find("location")), (303, Some("/console")));
    let out = world.client.post("/console/sign-out").page().cookie(&cookie).form(&[]).send().await;
    assert_eq!((out.status, out.find("location")), (303, Some("/console/sign-in")));
    assert_eq!(out.set_cookie("ayuda_session").unwrap(), "ayuda_session=");
    assert_eq!(world.client.get("/console").page().cookie(&cookie).send().await.status, 303);
}

#[tokio::test]
async fn a_known_and_an_unknown_address_are_answered_alike() {
    let world = World::new(Engine::Sqlite).await;
    world.agent(EMAIL).await;
    let known = sign_in(&world, EMAIL, "no es esta").await;
    let unknown = sign_in(&world, "lucas@example.com", "no es esta").await;
    let plain = |reply: &Reply, email: &str| {
        let nonce = reply.find("content-security-policy").unwrap();
        let nonce = nonce.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        reply.text().replace(email, "…").replace(&nonce, "…")
    };
    assert_eq!(known.status, 422);
    assert_eq!(
        (known.status, plain(&known, EMAIL)),
        (unknown.status, plain(&unknown, "lucas@example.com"))
    );
    assert!(known.text().contains(EMAIL) && known.text().contains("El correo o la contraseña"));
}

#[tokio::test]
async fn whoever_wanted_a_page_gets_it_after_signing_in() {
    let world = World::new(Engine::Sqlite).await;
    world.agent(EMAIL).await;
    let page = "/console/tickets/019aa111-0000-7000-8000-000000000001";
    let sent_away = world.client.get(page).page().send().await;
    assert_eq!((sent_away.status, sent_away.find("location")), (303, Some("/console/sign-in")));
    let next = sent_away.set_cookie("ayuda_next").unwrap();
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let post = || world.client.post("/console/sign-in").page().form(&fields);
    assert_eq!(post().cookie(&next).send().await.find("location"), Some(page));
    for made_up in
        ["ayuda_next=//evil.example", "ayuda_next=/console/../x\\y", "ayuda_next=https://evil"]
    {
        assert_eq!(post().cookie(made_up).send().await.find("location"), Some("/console"));
    }
}

async fn a_one_time_link_sets_a_password_once_and_leaves_no_token_in_the_address(world: World) {
    let new = desk::people::NewAgent {
        email: EMAIL.into(),
        name: "Lucía Medina".into(),
        role: desk::people::Role::Agent,
        sites: Vec::new(),
        queues: Vec::new(),
        password: None,
    };
    let link = world.desk().create_agent(new).await.unwrap().expect("a link");
    let path = link.strip_prefix(&world.origin()).expect("an absolute link of ours");
    let first = world.client.get(path).page().send().await;
    assert_eq!((first.status, first.find("location")), (303, Some("/console/password")));
    let cookie = first.set_cookie("ayuda_link").unwrap();
    let page = world.client.get("/console/password").page().cookie(&cookie).send().await;
    assert_eq!(page.status, 200);
    let k = cookie.split_once('=').unwrap().1;
    let set = |password: &str| {
        let post = world.client.post("/console/password").page().cookie(&cookie);
        post.form(&[("k", k), ("password", password)]).send()
    };
    let short = set("corta").await;
    assert_eq!(short.status, 422);
    let done = set(PASSWORD).await;
    assert_eq!((done.status, done.find("location")), (303, Some("/console")));
    assert!(done.set_cookie("ayuda_session").is_some());
    assert_ne!(set("otra clave larga").await.status, 303);
    assert_eq!(sign_in(&world, EMAIL, PASSWORD).await.status, 303);
}
