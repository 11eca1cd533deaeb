//! `/t/{number}`: by link, by cookie, by nothing.

use crate::world::{EMAIL, Engine, World, on_both, socket::Socket};
use protocol::{
    Seq,
    agent::WorkView,
    form::Started,
    visitor::{VisitorChat, VisitorCommand, VisitorEvent},
};

/// What follows our origin in the link.
fn path_of(world: &World, started: &Started) -> String {
    started.link.strip_prefix(&world.origin()).expect("a link of ours").to_owned()
}

async fn cookie_of(world: &World, started: &Started) -> String {
    let reply = world.client.get(path_of(world, started)).page().send().await;
    reply.set_cookie("ayuda_ticket").expect("a cookie")
}

on_both! {
    a_link_becomes_a_clean_address_and_a_cookie_of_that_ticket_alone,
    a_reply_with_a_file_needs_no_script_and_is_there_once,
    a_refused_file_costs_no_other_one,
    an_empty_reply_says_what_is_missing,
    a_mailed_link_is_followed_by_anybody_and_its_button_pressed_by_a_person,
    whoever_reads_the_mail_of_an_address_gives_another,
    whoever_did_not_write_stops_mail_by_a_button,
    without_cookies_the_link_in_a_form_opens_the_page_and_takes_a_reply,
    without_cookies_a_long_ticket_shows_its_beginning_behind_a_button,
    another_reply_under_a_known_id_keeps_its_text_and_goes_out_under_the_next,
}

async fn a_link_becomes_a_clean_address_and_a_cookie_of_that_ticket_alone(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let reply = world.client.get(path_of(&world, &asked)).page().send().await;
    assert_eq!((reply.status, reply.find("location")), (303, Some("/t/LT-1001")));
    assert_eq!(reply.find("referrer-policy"), Some("no-referrer"));
    let whole = reply.find("set-cookie").unwrap();
    assert!(whole.contains("; Path=/t/LT-1001;") && whole.contains("; HttpOnly"), "{whole}");
    let cookie = cookie_of(&world, &asked).await;
    let page = world.client.get("/t/LT-1001").page().cookie(&cookie).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("¿Me ayudan?"));
    let other = world.ask("tienda", "Otra cosa").await;
    assert_eq!(other.number.0, "LT-1002");
    assert_eq!(world.client.get("/t/LT-1002").cookie(&cookie).send().await.status, 404);
}

async fn without_cookies_the_link_in_a_form_opens_the_page_and_takes_a_reply(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let lost = world.client.get("/t/LT-1001").page().send().await;
    let nobody = world.client.get("/t/LT-4711").page().send().await;
    assert_eq!((lost.status, nobody.status), (404, 404));
    let form = "action=\"/t/LT-1001/open\"";
    assert!(lost.text().contains("no guarda cookies") && lost.text().contains(form));
    assert!(nobody.text().contains("action=\"/t/LT-4711/open\""), "a number alone tells nothing");

    let open =
        |fields: &[(&str, &str)]| world.client.post("/t/LT-1001/open").page().form(fields).send();
    let other = world.ask("tienda", "Otra cosa").await;
    for wrong in ["", "LT-1001", "https://evil.example/?k=x", &other.link] {
        let refused = open(&[("link", wrong)]).await;
        assert_eq!(refused.status, 404, "{wrong}");
        assert!(refused.text().contains("no abre este ticket") && refused.text().contains(form));
        assert!(refused.text().contains(&format!("value=\"{wrong}\"")), "{}", refused.text());
    }
    let page = open(&[("link", &asked.link)]).await;
    assert_eq!((page.status, page.find("set-cookie")), (200, None));
    let text = page.text();
    assert!(text.contains("¿Me ayudan?") && text.contains("Tu navegador no guarda cookies"));
    for wants_a_cookie in
        ["/t/LT-1001\"", "/rating", "/transcript", "/email", "/files/", "type=\"file\""]
    {
        assert!(!text.contains(wants_a_cookie), "{wants_a_cookie}");
    }
    let hidden = text.split("name=\"link\" value=\"").nth(1).unwrap();
    let key = hidden.split('"').next().unwrap();
    assert!(asked.link.ends_with(key) && !key.is_empty());

    for typed in ["", "  "] {
        let id = world.clock.new_entry_id().to_string();
        let empty = open(&[("link", key), ("id", &id), ("message", typed)]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text().contains("Escribe tu respuesta."));
    }
    let id = world.clock.new_entry_id().to_string();
    for _ in 0..2 {
        let sent = open(&[("link", key), ("id", &id), ("message", "Sin cookies")]).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        assert!(sent.text().contains("Recibimos tu respuesta."));
        assert_eq!(sent.text().matches("Sin cookies<").count(), 1, "stored once");
    }
    let loaded_anew = world.client.get("/t/LT-1001/open").page();
    let loaded_anew = loaded_anew.send().await;
    assert!(loaded_anew.status == 404 && loaded_anew.text().contains(form));
    let cookie = cookie_of(&world, &asked).await;
    let loaded_anew = world.client.get("/t/LT-1001/open").page().cookie(&cookie).send().await;
    assert_eq!((loaded_anew.status, loaded_anew.find("location")), (303, Some("/t/LT-1001")));
    let elsewhere = world.client.post("/t/LT-1001/open").page().form(&[("link", key)]);
    let elsewhere = elsewhere.header("origin", "https://evil.example").send().await;
    assert_eq!(elsewhere.status, 403);
}

async fn without_cookies_a_long_ticket_shows_its_beginning_behind_a_button(world: World) {
    let asked = world.ask("tienda", "El principio").await;
    let site = world.desk().find_site(&protocol::SiteKey("tienda".into())).unwrap();
    let visitor = world.desk().find_visitor(site.id, &asked.token).await.unwrap().unwrap();
    // More than one answer takes.
    for n in 0..12 {
        let text = format!("La línea {n}.\n{}", "a".repeat(19_000));
        let text = protocol::text::FormText::parse(&text).unwrap();
        let id = world.clock.new_entry_id();
        world.desk().post_visitor_reply(visitor, id, Some(text), &[]).await.unwrap();
    }
    let open =
        |fields: &[(&str, &str)]| world.client.post("/t/LT-1001/open").page().form(fields).send();
    let key = asked.link.split("k=").nth(1).unwrap();
    let page = open(&[("link", key)]).await.text();
    let has = |page: &str, text: &str| page.contains(text);
    let (first, last) = ("La línea 0.", "La línea 11.");
    assert!(has(&page, last) && !has(&page, first) && !has(&page, "Ver los más recientes"));
    let hidden = page.split("name=\"before\" value=\"").nth(1).expect("a button");
    let before = hidden.split('"').next().unwrap();
    let page = open(&[("link", key), ("before", before)]).await.text();
    assert!(has(&page, first) && !has(&page, last));
    // And back to the end; no address of the page wants the cookie.
    assert!(has(&page, "Ver los más recientes") && !has(&page, "href=\"/t/LT-1001"));
    for odd in ["", "x", "-1", "99999999999999999999"] {
        assert_eq!(open(&[("link", key), ("before", odd)]).await.status, 200, "{odd}");
    }
}

/// The links of the newest mail to the visitor: to the ticket, and for whoever did not write.
async fn mailed_links(world: &World) -> (String, String) {
    let (_, agent) = world.agent(EMAIL).await;
    world.kept_mail(&agent).await;
    let text = world.lines("select text from mails where kind = 'request_received'").join("\n");
    let origin = world.origin();
    let mut links = text.split(&origin).skip(1);
    let mut next = || links.next().unwrap().split_whitespace().next().unwrap().to_owned();
    (next(), next())
}

async fn a_mailed_link_is_followed_by_anybody_and_its_button_pressed_by_a_person(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let (link, _) = mailed_links(&world).await;
    let verified = || world.lines("select number from tickets where contact_verified");
    let mut cookies = String::new();
    for method in ["HEAD", "GET"] {
        let reply = world.client.ask(method, &link).page().send().await;
        assert_eq!((reply.status, reply.find("location")), (303, Some("/t/LT-1001")));
        let proof = reply.set_cookie("ayuda_proof").unwrap();
        cookies = format!("{}; {proof}", reply.set_cookie("ayuda_ticket").unwrap());
    }
    let page = |cookies: &str| world.client.get("/t/LT-1001").page().cookie(cookies).send();
    let button = "Confirmar mi correo";
    let shown = page(&cookies).await.text();
    assert!(shown.contains(button) && shown.contains("ana@example.com"), "{shown}");
    assert!(verified().is_empty(), "nobody has pressed it");
    // Who came by another way has nothing to confirm.
    let own = cookie_of(&world, &asked).await;
    assert!(!page(&own).await.text().contains(button));
    let confirm =
        |cookies: &str| world.client.post("/t/LT-1001/confirm").page().cookie(cookies).form(&[]);
    let made_up = format!("{own}; ayuda_proof={}", "A".repeat(22));
    for cookies in [&own, &made_up] {
        let reply = confirm(cookies).send().await;
        assert_eq!((reply.status, reply.find("location")), (303, Some("/t/LT-1001")));
    }
    let elsewhere = confirm(&cookies).header("origin", "https://evil.example").send().await;
    assert_eq!(elsewhere.status, 403);
    assert!(verified().is_empty(), "{:?}", verified());
    let transcript = world.client.post("/t/LT-1001/transcript").page().cookie(&own).form(&[]);
    let transcript = transcript.send().await;
    let once_confirmed = "/t/LT-1001?done=transcript_once_confirmed";
    assert_eq!(transcript.find("location"), Some(once_confirmed));
    for done in ["confirmed_transcript", "confirmed"] {
        let pressed = confirm(&cookies).send().await;
        assert_eq!(pressed.find("location"), Some(&*format!("/t/LT-1001?done={done}")));
    }
    assert_eq!(verified(), ["LT-1001"]);
    assert!(!page(&cookies).await.text().contains(button));
    let coming = "La transcripción va en camino.";
    for (done, is_coming) in [("confirmed_transcript", true), ("confirmed", false)] {
        let path = format!("/t/LT-1001?done={done}");
        let page = world.client.get(path).page().cookie(&own).send().await.text();
        assert!(page.contains("Listo: confirmaste tu correo."));
        assert_eq!(page.contains(coming), is_coming, "{page}");
    }
}

async fn whoever_reads_the_mail_of_an_address_gives_another(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let (link, _) = mailed_links(&world).await;
    let followed = world.client.get(&link).page().send().await;
    let cookies = ["ayuda_ticket", "ayuda_proof"].map(|name| followed.set_cookie(name).unwrap());
    let cookies = cookies.join("; ");
    let own = cookie_of(&world, &asked).await;
    let page = |cookies: &str| world.client.get("/t/LT-1001").page().cookie(cookies).send();
    let give = |cookies: &str, email: &str| {
        let post = world.client.post("/t/LT-1001/email").page().cookie(cookies);
        post.form(&[("email", email)]).send()
    };
    let addresses = || world.lines("select contact_email from tickets");
    let button = "Usar este correo";
    assert!(!page(&cookies).await.text().contains(button), "it is confirmed first");
    world.client.post("/t/LT-1001/confirm").page().cookie(&cookies).form(&[]).send().await;
    assert!(page(&cookies).await.text().contains(button));
    assert!(!page(&own).await.text().contains(button));
    let refused = give(&own, "eva@example.com").await;
    assert_eq!(refused.status, 409);
    let wrong = give(&cookies, "eva@").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("value=\"eva@\""), "{}", wrong.text());
    assert_eq!(addresses(), ["ana@example.com"]);
    let given = give(&cookies, "eva@example.com").await;
    assert_eq!((given.status, given.find("location")), (303, Some("/t/LT-1001?done=email")));
    assert_eq!(addresses(), ["eva@example.com"]);
    let done = world.client.get("/t/LT-1001?done=email").page().cookie(&cookies).send().await;
    let done = done.text();
    assert!(done.contains("Abre el correo que te enviamos") && !done.contains(button), "{done}");
    // What the former address proved is proof of nothing now.
    assert_eq!(give(&cookies, "ana@example.com").await.status, 409);
}

async fn whoever_did_not_write_stops_mail_by_a_button(world: World) {
    world.ask("tienda", "¿Me ayudan?").await;
    let (_, link) = mailed_links(&world).await;
    let stopped = || world.lines("select number from tickets where mail_stopped");
    let reply = world.client.get(&link).page().send().await;
    assert_eq!(reply.find("location"), Some("/t/LT-1001/not-me"));
    let cookie = reply.set_cookie("ayuda_ticket").unwrap();
    let page = world.client.get("/t/LT-1001/not-me").page().cookie(&cookie).send().await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("No fui yo") && text.contains("La Tienda") && text.contains("LT-1001"));
    assert!(!text.contains("¿Me ayudan?"), "it is of no use to whoever did not ask");
    assert!(stopped().is_empty());
    let post = world.client.post("/t/LT-1001/not-me").page().cookie(&cookie).form(&[]).send().await;
    assert_eq!(post.find("location"), Some("/t/LT-1001/not-me?done=stopped"));
    assert_eq!(stopped(), ["LT-1001"]);
    let done = world.client.get("/t/LT-1001/not-me?done=stopped").page().cookie(&cookie);
    assert!(done.send().await.text().contains("no te escribiremos más sobre el ticket LT-1001"));
    assert_eq!(world.client.get("/t/LT-1001/not-me").page().send().await.status, 404);
}

#[tokio::test]
async fn the_number_alone_opens_nothing() {
    let world = World::new(Engine::Sqlite).await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let other = world.ask("tienda", "Otra cosa").await;
    let k = asked.token.0.split('.').nth(1).unwrap();
    for path in [
        "/t/LT-1001".to_owned(),
        "/t/LT-1001?k=".to_owned(),
        "/t/LT-1001?k=AAAA".to_owned(),
        format!("/t/{}?k={k}", other.number),
        format!("/t/LT-9999?k={k}"),
    ] {
        assert_eq!(world.client.get(&path).page().send().await.status, 404, "{path}");
    }
}

async fn a_reply_with_a_file_needs_no_script_and_is_there_once(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let id = world.clock.new_entry_id().to_string();
    let fields = [("id", id.as_str()), ("message", "Aquí va la nota")];
    let files: [(&str, &str, &[u8]); 1] = [("files", "nota.txt", b"hola")];
    for _ in 0..2 {
        let post = world.client.post("/t/LT-1001").page().cookie(&cookie);
        let reply = post.multipart(&fields, &files).send().await;
        assert_eq!((reply.status, reply.find("location")), (303, Some("/t/LT-1001?done=reply")));
    }
    let page = world.client.get("/t/LT-1001").page().cookie(&cookie).send().await.text();
    assert_eq!(page.matches("Aquí va la nota").count(), 1, "{page}");
    let empty = world.client.post("/t/LT-1001").page().cookie(&cookie).form(&[("message", " ")]);
    assert_eq!(empty.send().await.status, 422);
}

async fn another_reply_under_a_known_id_keeps_its_text_and_goes_out_under_the_next(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let reply = |id: &str, message: &str| {
        let post = world.client.post("/t/LT-1001").page().cookie(&cookie);
        post.form(&[("id", id), ("message", message)]).send()
    };
    let id = world.clock.new_entry_id().to_string();
    assert_eq!(reply(&id, "La primera").await.status, 303);
    let refused = reply(&id, "La segunda").await;
    assert_eq!(refused.status, 409);
    let page = refused.text();
    assert!(page.contains("La segunda") && page.contains("El tuyo sigue aquí"), "{page}");
    let (_, next) = page.split_once("name=\"id\" value=\"").expect("the form's id");
    assert_eq!(reply(next.split('"').next().expect("its end"), "La segunda").await.status, 303);
    assert_eq!(reply(&id, "La primera").await.status, 303);
    let page = world.client.get("/t/LT-1001").page().cookie(&cookie).send().await.text();
    let times = |text: &str| page.matches(text).count();
    assert_eq!((times("La primera"), times("La segunda")), (1, 1), "{page}");
}

#[tokio::test]
async fn a_refused_reply_keeps_its_text() {
    let world = World::new(Engine::Sqlite).await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let files: [(&str, &str, &[u8]); 1] = [("files", "x.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0")];
    let post = world.client.post("/t/LT-1001").page().cookie(&cookie);
    let reply = post.multipart(&[("message", "No me pierdas")], &files).send().await;
    assert_eq!(reply.status, 415);
    assert!(reply.text().contains("No me pierdas"));
    assert!(reply.text().contains("x.exe: no aceptamos archivos de este tipo."));
}

async fn a_refused_file_costs_no_other_one(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let post = || world.client.post("/t/LT-1001").page().cookie(&cookie);
    let files: [(&str, &str, &[u8]); 2] =
        [("files", "malo.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0"), ("files", "nota.txt", b"hola")];
    let refused = post().multipart(&[("message", "Van dos")], &files).send().await;
    assert_eq!(refused.status, 415);
    let page = refused.text();
    let value = |name: &str| {
        let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
        after.split('"').next().expect("its end").to_owned()
    };
    assert!(page.contains("malo.exe: ") && page.contains("Ya subido: nota.txt"), "{page}");
    let fields = [("id", &*value("id")), ("message", "Van dos"), ("kept", &*value("kept"))];
    for _ in 0..2 {
        let sent = post().multipart(&fields, &[]).send().await;
        assert_eq!((sent.status, sent.find("location")), (303, Some("/t/LT-1001?done=reply")));
    }
    let shown = world.client.get("/t/LT-1001").page().cookie(&cookie).send().await.text();
    assert!(shown.contains("download=\"nota.txt\"") && !shown.contains("malo.exe"), "{shown}");
    // What is on a message already, or was stored by somebody else, comes along with no other.
    let again = [("message", "Otra vez"), ("kept", &*value("kept"))];
    let again = post().multipart(&again, &[]).send().await;
    assert_eq!(again.status, 404);
    assert!(!again.text().contains("name=\"kept\""), "{}", again.text());
}

async fn an_empty_reply_says_what_is_missing(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let empty = world.client.post("/t/LT-1001").page().cookie(&cookie).form(&[("message", " ")]);
    let page = empty.send().await.text();
    assert!(
        page.contains("Escribe tu respuesta.") && page.matches(" autofocus").count() == 1,
        "{page}"
    );
}

#[tokio::test]
async fn transcript_and_rating_go_back_to_the_page() {
    let world = World::new(Engine::Sqlite).await;
    let (agent, _there) = world.somebody_there().await;
    let chat = world.start_chat("tienda", "¿Me ayudan?").await;
    let ringing =
        world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.remove(0);
    world.desk().accept(&agent, ringing.chat.unwrap()).await.unwrap();
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    socket.say(&VisitorCommand::End).await;
    let ended = |event| match event {
        VisitorEvent::Ticket { ticket } => {
            matches!(ticket.chat, VisitorChat::Ended { .. }).then_some(())
        }
        _ => None,
    };
    socket.until(ended).await;
    let cookie = cookie_of(&world, &chat).await;
    let post = |path: &str, fields: &[(&str, &str)]| {
        world.client.post(path).page().cookie(&cookie).form(fields).send()
    };
    let transcript = post("/t/LT-1001/transcript", &[]).await;
    // Nobody answered, and nobody confirmed the address.
    let once_confirmed = "/t/LT-1001?done=transcript_once_confirmed";
    assert_eq!(transcript.find("location"), Some(once_confirmed));
    for wrong in ["", "0", "6", "99999999999999999999", "cinco"] {
        let reply = post("/t/LT-1001/rating", &[("score", wrong), ("comment", "Bien")]).await;
        assert_eq!(reply.status, 422, "{wrong}");
        assert!(reply.text().contains("Bien"), "{}", reply.text());
        assert!(reply.text().contains("Elige una cara primero."), "{}", reply.text());
    }
    // 990 characters: a browser sends a line break as two.
    let comment = format!("{}fin", format!("{}\r\n", "a".repeat(47)).repeat(20)) + &"b".repeat(27);
    assert_eq!((comment.len(), comment.replace('\r', "").len()), (1_010, 990));
    let rated = post("/t/LT-1001/rating", &[("score", "5"), ("comment", &comment)]).await;
    assert_eq!(rated.find("location"), Some("/t/LT-1001?done=rating"));
}
