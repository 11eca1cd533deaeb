//! Into the console and out of it.

use crate::world::{EMAIL, Engine, PASSWORD, World, behind_a_proxy, http::Reply, on_both};

async fn sign_in(world: &World, email: &str, password: &str) -> Reply {
    let fields = [("email", email), ("password", password)];
    world.client.post("/console/sign-in").page().form(&fields).send().await
}

on_both! {
    a_session_is_a_cookie_that_scripts_cannot_read_and_ends_with_sign_out,
    a_new_password_that_is_refused_is_no_failed_attempt,
    a_password_is_the_same_however_it_is_typed,
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

/// The token of a one-time link for this address.
async fn link_of(world: &World, email: &str) -> String {
    let new = desk::people::NewAgent {
        email: email.into(),
        name: "Lucía Medina".into(),
        role: desk::people::Role::Agent,
        sites: Vec::new(),
        queues: Vec::new(),
        password: None,
    };
    let link = world.desk().create_agent(new).await.unwrap().expect("a link");
    link.rsplit_once("k=").expect("its token").1.to_owned()
}

async fn set_password(world: &World, k: &str, password: &str) -> Reply {
    let post = world.client.post("/console/password").page();
    let post = post.header("x-forwarded-for", "203.0.113.7");
    post.form(&[("k", k), ("password", password)]).send().await
}

async fn a_new_password_that_is_refused_is_no_failed_attempt(mut world: World) {
    // Where clients are told apart, and counted.
    world.stop().await;
    behind_a_proxy(&mut world.settings);
    world.start_again().await;
    let k = link_of(&world, EMAIL).await;
    for (password, words) in [
        ("corta", "10"),
        ("1234567890", "de las primeras"),
        ("Contraseña123", "de las primeras"),
        (EMAIL, "tu dirección de correo"),
        ("LUCIA@example.com", "tu dirección de correo"),
        ("qwertyuiop", "de las primeras"),
    ] {
        let reply = set_password(&world, &k, password).await;
        assert_eq!(reply.status, 422, "{password}");
        assert!(reply.text().contains(words), "{password}: {}", reply.text());
    }
    assert_eq!(set_password(&world, &k, PASSWORD).await.status, 303, "the link is as it was");
    for n in 0..7 {
        let expected = if n < 5 { 404 } else { 429 };
        assert_eq!(
            set_password(&world, "nadie", PASSWORD).await.status,
            expected,
            "a wrong link counts"
        );
    }
}

async fn a_password_is_the_same_however_it_is_typed(world: World) {
    let k = link_of(&world, EMAIL).await;
    let typed = "contrasen\u{303}a\u{a0}muy larga ７７";
    assert_eq!(set_password(&world, &k, typed).await.status, 303);
    for same in ["contraseña muy larga 77", typed] {
        assert_eq!(sign_in(&world, EMAIL, same).await.status, 303, "{same}");
    }
    assert_eq!(sign_in(&world, EMAIL, "contrasena muy larga 77").await.status, 422);
}

#[tokio::test]
async fn over_https_the_session_is_a_cookie_that_this_host_alone_can_set() {
    let public = |settings: &mut server::settings::Settings| {
        let flags = server::settings::Flags {
            public_url: Some("https://help.example.com".into()),
            ..server::settings::Flags::default()
        };
        settings.public_url = server::settings::Settings::load(flags).unwrap().public_url;
    };
    let world = World::with(Engine::Sqlite, public).await;
    world.agent(EMAIL).await;
    let reply = sign_in(&world, EMAIL, PASSWORD).await;
    let cookie = reply.set_cookie("__Host-ayuda_session").expect("a session");
    let whole = reply.find("set-cookie").unwrap();
    assert!(whole.contains("; Path=/;") && whole.ends_with("; Secure"), "{whole}");
    assert!(!whole.contains("Domain"));
    assert_eq!(world.client.get("/console").page().cookie(&cookie).send().await.status, 200);
    let plain = cookie.trim_start_matches("__Host-");
    assert_eq!(world.client.get("/console").page().cookie(plain).send().await.status, 303);
}

#[tokio::test]
async fn a_page_is_in_the_zone_that_an_earlier_one_stored() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, _) = world.agent(EMAIL).await;
    let page =
        async |cookies: &str| world.client.get("/console").page().cookie(cookies).send().await;
    assert!(page(&cookie).await.text().contains("\"zone\":null"));
    let there = page(&format!("{cookie}; ayuda_zone=America/Bogota")).await;
    assert!(there.status == 200 && !there.text().contains("\"zone\":null"));
    let nowhere = page(&format!("{cookie}; ayuda_zone=America/Macondo")).await;
    assert!(nowhere.status == 200 && nowhere.text().contains("\"zone\":null"));
}

#[tokio::test]
async fn whoever_wanted_a_page_gets_it_after_signing_in() {
    let world = World::new(Engine::Sqlite).await;
    world.agent(EMAIL).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let post = || world.client.post("/console/sign-in").page().form(&fields);
    for page in [
        "/console",
        "/console/tickets/019aa111-0000-7000-8000-000000000001",
        // What the list shows goes along.
        "/console?view=closed&q=a%C3%B1o+2026",
        "/console/tickets/019aa111-0000-7000-8000-000000000001?view=mine",
    ] {
        let sent_away = world.client.get(page).page().send().await;
        assert_eq!((sent_away.status, sent_away.find("location")), (303, Some("/console/sign-in")));
        let next = sent_away.set_cookie("ayuda_next").unwrap();
        let back = post().cookie(&next).send().await;
        assert_eq!(back.find("location"), Some(page));
        assert_eq!(back.set_cookie("ayuda_next").as_deref(), Some("ayuda_next="), "used once");
    }
    for made_up in [
        "ayuda_next=//evil.example",
        "ayuda_next=/console/../x\\y",
        "ayuda_next=/console/../../t?x",
        "ayuda_next=/consoles",
        "ayuda_next=/console?x=<b>",
        "ayuda_next=https://evil",
    ] {
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
