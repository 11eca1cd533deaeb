//! `/w/{site}/tickets`: a visitor's own tickets, behind a mailed link or the site's signature.

use crate::{
    identity::own_session,
    world::{World, eventually, http::Reply, on_both},
};

on_both! {
    a_mailed_link_is_followed_by_anybody_and_signs_in_by_its_button_once,
    known_and_unknown_addresses_are_answered_alike,
    the_list_holds_the_tickets_of_the_address_and_no_others,
    a_new_ticket_is_of_the_address_and_tells_the_queue,
    whoever_signs_out_is_out,
}

const ANA: &str = "ana@example.com";

async fn ask(world: &World, email: &str) -> Reply {
    world.client.post("/w/tienda/tickets/link").page().form(&[("email", email)]).send().await
}

/// The path of the link that was mailed last.
async fn mailed_path(world: &World, email: &str) -> String {
    let question = format!(
        "select cast(count(*) as text) from mails where kind = 'own_tickets_link' and to_address = '{email}' and outcome is not null"
    );
    eventually(async || Some(()).filter(|()| world.lines(&question) != ["0"])).await;
    // No row holds it: it stands in the mail alone.
    let folder = world.settings.data_dir.join("mail");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mails = paths.iter().rev().map(|path| std::fs::read_to_string(path).unwrap());
    let mut links = mails.filter_map(|mail| {
        let mail = mail.replace("=\r\n", "").replace("=3D", "=");
        let (_, k) = mail.split_once("/w/tienda/tickets/enter?k=")?;
        let is_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        Some(k.chars().take_while(is_token).collect::<String>())
    });
    format!("/w/tienda/tickets/enter?k={}", links.next().expect("a link"))
}

/// Follows the link and presses its button; the session's cookie.
async fn sign_in(world: &World, email: &str) -> String {
    assert_eq!(ask(world, email).await.status, 200);
    let path = mailed_path(world, email).await;
    let followed = world.client.get(path).page().send().await;
    let link = followed.set_cookie("ayuda_own_link").unwrap();
    let pressed = world.client.post("/w/tienda/tickets/enter").page().cookie(&link).form(&[]);
    pressed.send().await.set_cookie("ayuda_own").expect("a session")
}

async fn list(world: &World, cookie: &str) -> String {
    world.client.get("/w/tienda/tickets").page().cookie(cookie).send().await.text()
}

async fn a_mailed_link_is_followed_by_anybody_and_signs_in_by_its_button_once(world: World) {
    world.ask("tienda", "¿Me ayudan?").await;
    assert_eq!(ask(&world, ANA).await.status, 200);
    let path = mailed_path(&world, ANA).await;
    let mut link = String::new();
    for method in ["HEAD", "GET", "GET"] {
        let reply = world.client.ask(method, &path).page().send().await;
        assert_eq!((reply.status, reply.find("location")), (303, Some("/w/tienda/tickets/enter")));
        let whole = reply.find("set-cookie").unwrap();
        assert!(whole.contains("HttpOnly") && whole.contains("Path=/w/tienda/tickets;"), "{whole}");
        link = reply.set_cookie("ayuda_own_link").unwrap();
        let page = world.client.get("/w/tienda/tickets/enter").page().cookie(&link).send().await;
        assert_eq!((page.status, page.find("x-robots-tag")), (200, Some("noindex, nofollow")));
        assert!(page.text().contains("Entrar") && page.text().contains(ANA), "{}", page.text());
    }
    assert!(world.lines("select email from visitor_sessions").is_empty(), "nobody pressed it");
    let press =
        || world.client.post("/w/tienda/tickets/enter").page().cookie(&link).form(&[]).send();
    let elsewhere = world.client.post("/w/tienda/tickets/enter").page().cookie(&link).form(&[]);
    let elsewhere = elsewhere.header("origin", "https://evil.example").send().await;
    assert_eq!(elsewhere.status, 403);
    let entered = press().await;
    assert_eq!((entered.status, entered.find("location")), (303, Some("/w/tienda/tickets")));
    let session = entered.set_cookie("ayuda_own").unwrap();
    let stored = world.lines("select email from visitor_sessions");
    assert_eq!(stored, [ANA]);
    let token = session.split_once('=').unwrap().1;
    assert!(list(&world, &session).await.contains("LT-1001"));
    assert!(!world.lines("select email from visitor_sessions").contains(&token.to_owned()));
    let again = press().await;
    assert_eq!(again.status, 404);
    assert!(again.text().contains("ya se usó"), "{}", again.text());
    // Half an hour later it holds no more.
    ask(&world, ANA).await;
    let path = mailed_path(&world, ANA).await;
    world.clock.advance(std::time::Duration::from_mins(30));
    let followed = world.client.get(path).page().send().await;
    let link = followed.set_cookie("ayuda_own_link").unwrap();
    let late = world.client.post("/w/tienda/tickets/enter").page().cookie(&link).form(&[]);
    assert_eq!(late.send().await.status, 404);
}

async fn known_and_unknown_addresses_are_answered_alike(world: World) {
    world.ask("tienda", "¿Me ayudan?").await;
    let body = |reply: &Reply| {
        let text = reply.text();
        text[text.find("<main").expect("a page")..].to_owned()
    };
    let (known, unknown) = (ask(&world, ANA).await, ask(&world, "eva@example.com").await);
    assert_eq!((known.status, unknown.status), (200, 200));
    assert_eq!(body(&known), body(&unknown));
    // The receipt of the request was the first of three in an hour.
    for _ in 0..4 {
        assert_eq!(body(&ask(&world, ANA).await), body(&known));
    }
    let mails = "select to_address from mails where kind = 'own_tickets_link'";
    eventually(async || Some(()).filter(|()| world.lines(mails).len() == 2)).await;
    assert_eq!(world.lines(mails), [ANA, ANA]);
    let wrong = ask(&world, "ana@").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("value=\"ana@\"") && wrong.text().contains("aria-invalid"));
}

async fn the_list_holds_the_tickets_of_the_address_and_no_others(world: World) {
    world.ask("tienda", "¿Me ayudan?").await;
    let fields = [("email", "eva@example.com"), ("message", "De otra")];
    world.client.post("/w/tienda/requests").json().multipart(&fields, &[]).send().await;
    let session = sign_in(&world, ANA).await;
    let page = list(&world, &session).await;
    assert!(page.contains("LT-1001") && page.contains("pendiente") && !page.contains("LT-1002"));
    assert!(world.lines("select number from tickets where contact_verified").is_empty());
    let open = |number: &str| {
        let post = world.client.post("/w/tienda/tickets/open").page().cookie(&session);
        post.form(&[("number", number)]).send()
    };
    assert_eq!(open("LT-1002").await.status, 404);
    let opened = open("LT-1001").await;
    assert_eq!((opened.status, opened.find("location")), (303, Some("/t/LT-1001")));
    assert_eq!(world.lines("select number from tickets where contact_verified"), ["LT-1001"]);
    let cookie = opened.set_cookie("ayuda_ticket").unwrap();
    let page = world.client.get("/t/LT-1001").page().cookie(&cookie).send().await;
    assert!(page.text().contains("¿Me ayudan?"));
    // The session is of one site.
    world.desk().apply_site("key = \"otra\"\nprefix = \"OT\"\n").await.unwrap();
    let token = session.split_once('=').unwrap().1;
    let there = format!("ayuda_own={token}");
    let there = world.client.get("/w/otra/tickets").page().cookie(&there).send().await;
    assert!(!there.text().contains("LT-1001") && there.text().contains("/w/otra/tickets/link"));
    // Who has signed nothing in is asked for the address.
    let nobody = world.client.get("/w/tienda/tickets/new").page().send().await;
    assert_eq!((nobody.status, nobody.find("location")), (303, Some("/w/tienda/tickets")));
}

async fn a_new_ticket_is_of_the_address_and_tells_the_queue(world: World) {
    let (_agent, _there) = world.somebody_there().await;
    world.ask("tienda", "¿Me ayudan?").await;
    let session = sign_in(&world, ANA).await;
    let page = world.client.get("/w/tienda/tickets/new").page().cookie(&session).send().await;
    let text = page.text();
    assert!(text.contains("Título") && text.contains("Técnico"), "{text}");
    let kind = text.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let id = world.clock.new_entry_id().to_string();
    let post = |message: &str, kind: &str| {
        let fields =
            [("id", id.as_str()), ("subject", "No imprime"), ("type", kind), ("message", message)];
        let files: [(&str, &str, &[u8]); 1] = [("files", "nota.txt", b"hola")];
        let post = world.client.post("/w/tienda/tickets/new").page().cookie(&session);
        post.multipart(&fields, &files).send()
    };
    for (message, kind) in [(" ", kind.as_str()), ("Se atasca", "nada")] {
        let refused = post(message, kind).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("value=\"No imprime\""), "what was typed comes back");
        assert!(refused.text().contains("aria-invalid=\"true\""));
    }
    for _ in 0..2 {
        let sent = post("Se atasca", &kind).await;
        assert_eq!((sent.status, sent.find("location")), (303, Some("/w/tienda/tickets")));
    }
    let page = list(&world, &session).await;
    assert_eq!(page.matches("LT-1002").count(), 2, "the button and its value: {page}");
    assert!(page.contains("No imprime"), "{page}");
    let made = "select number from tickets where contact_verified and type_id is not null";
    assert_eq!(world.lines(made), ["LT-1002"]);
    let told = "select to_address from mails where kind = 'request_for_agents'";
    assert_eq!(world.lines(told).len(), 2, "of both");
    let out = world.client.post("/w/tienda/tickets/new").page();
    let out =
        out.multipart(&[("subject", "No imprime"), ("message", "Se atasca")], &[]).send().await;
    assert_eq!(out.status, 401);
    assert!(out.text().contains("Se atasca"), "nothing that was typed is lost: {}", out.text());
}

async fn whoever_signs_out_is_out(world: World) {
    let session = own_session(&world, "tienda").await;
    assert!(list(&world, &session).await.contains("Todavía no tienes tickets"));
    let out = world.client.post("/w/tienda/tickets/leave").page().cookie(&session).form(&[]);
    let out = out.send().await;
    assert_eq!((out.status, out.find("location")), (303, Some("/w/tienda/tickets")));
    assert!(out.find("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(world.lines("select email from visitor_sessions").is_empty());
    assert!(list(&world, &session).await.contains("/w/tienda/tickets/link"));
    let session = own_session(&world, "tienda").await;
    world.clock.advance(std::time::Duration::from_hours(30 * 24));
    assert!(list(&world, &session).await.contains("/w/tienda/tickets/link"), "a month later");
}
