//! The two forms: as pages, as JSON, twice, and refused.

use crate::world::{EMAIL, Engine, World, on_both, started};
use protocol::agent::WorkView;

const ID: &str = "019aa111-0000-7000-8000-000000000001";

on_both! {
    a_form_without_script_is_answered_with_number_and_link,
    a_form_sent_twice_is_one_ticket,
    many_at_once_with_one_id_are_one_ticket,
    another_text_under_a_forms_id_is_refused_and_goes_out_under_the_next,
    what_nobody_typed_refuses_no_form,
    a_subject_that_was_typed_for_a_chat_is_on_the_request,
    the_queue_that_was_chosen_is_the_tickets_where_the_owner_asks_for_it,
    what_is_typed_makes_no_line_of_its_own_and_what_cannot_be_seen_is_missing,
    bad_bytes_and_unknown_fields_are_refused_before_the_database,
}

async fn a_form_without_script_is_answered_with_number_and_link(world: World) {
    let fields = [
        ("id", ID),
        ("name", ""),
        ("email", "ana@example.com"),
        ("message", "Hola,\r\n¿hay alguien?"),
    ];
    let sent =
        world.client.post("/w/tienda/requests").page().multipart(&fields, &[("files", "", b"")]);
    let reply = sent.send().await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.find("content-type").unwrap().starts_with("text/html"));
    let page = reply.text();
    assert!(page.contains("LT-1001"), "{page}");
    assert!(page.contains(&format!("{}/t/LT-1001?k=", world.origin())), "{page}");
}

async fn the_queue_that_was_chosen_is_the_tickets_where_the_owner_asks_for_it(world: World) {
    let _there = world.somebody_there().await;
    let two = "key = \"tienda\"\nask_queue = ASKS\n[[queues]]\nname = \"Ventas\"\n[[queues]]\nname = \"Taller\"";
    world.apply(&two.replace("ASKS", "true")).await;
    let panel = world.client.get("/w/tienda").page().send().await.text();
    let options = panel.split("<select").nth(1).unwrap().split("</select>").next().unwrap();
    let before = options.split(">Taller<").next().unwrap();
    let taller = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap();
    let send = |path: &'static str, id: &str, queue: &str| {
        let typed = [
            ("id", id),
            ("name", "Ana"),
            ("email", "ana@example.com"),
            ("message", "Hola"),
            ("queue", queue),
        ];
        world.client.post(path).page().form(&typed).send()
    };
    let new_id = || world.clock.new_entry_id().to_string();
    let queues = || {
        world.lines(
            "select q.name from tickets t join queues q on q.id = t.queue_id order by t.number",
        )
    };
    let first = world.lines("select name from queues order by position limit 1").remove(0);
    for path in ["/w/tienda/chats", "/w/tienda/requests"] {
        assert_eq!(send(path, &new_id(), taller).await.status, 200, "{path}");
        assert_eq!(send(path, &new_id(), "").await.status, 200, "{path}");
        for wrong in ["nada", &*new_id()] {
            let refused = send(path, &new_id(), wrong).await;
            assert_eq!(refused.status, 422, "{path} {wrong}");
            assert!(refused.text().contains("Esa área ya no está."), "{}", refused.text());
        }
    }
    assert_eq!(queues(), ["Taller", &first, "Taller", &first]);
    world.apply(&two.replace("ASKS", "false")).await;
    assert!(!world.client.get("/w/tienda").page().send().await.text().contains("<select"));
    assert_eq!(send("/w/tienda/chats", &new_id(), taller).await.status, 200);
    assert_eq!(queues().last(), Some(&first), "nobody was asked");
}

async fn a_form_sent_twice_is_one_ticket(world: World) {
    let _there = world.somebody_there().await;
    let fields = [("id", ID), ("name", "Ana"), ("message", "Hola")];
    let send = || world.client.post("/w/tienda/chats").json().form(&fields).send();
    let (once, twice) = (started(&send().await), started(&send().await));
    assert_eq!(once, twice);
    let json = serde_json::json!({ "id": ID, "name": "Ana", "message": "Hola" }).to_string();
    let third = world.client.post("/w/tienda/chats").json().body("application/json", json);
    assert_eq!(started(&third.send().await).number, once.number);
    assert_ne!(world.start_chat("tienda", "Otra").await.number, once.number);
}

async fn many_at_once_with_one_id_are_one_ticket(world: World) {
    let _there = world.somebody_there().await;
    let fields = [("id", ID), ("name", "Ana"), ("message", "Hola")];
    let send = || world.client.post("/w/tienda/chats").json().form(&fields).send();
    let replies = futures_util::future::join_all((0..8).map(|_| send())).await;
    let numbers: Vec<_> = replies.iter().map(|reply| started(reply).number).collect();
    assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
}

#[tokio::test]
async fn a_refused_form_comes_back_with_what_was_typed() {
    let world = World::new(Engine::Sqlite).await;
    let message = "Mi <texto> & \"todo\" lo que escribí";
    let fields =
        [("id", ID), ("name", "Ana Ruíz"), ("email", "no es un correo"), ("message", message)];
    let reply = world.client.post("/w/tienda/requests").page().form(&fields).send().await;
    assert_eq!(reply.status, 422);
    let page = reply.text();
    assert!(page.contains("Mi &lt;texto&gt; &amp; "), "{page}");
    assert!(page.contains("Ana Ruíz") && page.contains("no es un correo") && page.contains(ID));
    assert!(page.contains("Escribe una dirección de correo válida"));
}

#[tokio::test]
async fn a_refusal_names_code_field_and_limit_in_the_callers_language() {
    let world = World::new(Engine::Sqlite).await;
    let _there = world.somebody_there().await;
    let long = "x".repeat(1001);
    let chats = world.client.post("/w/tienda/chats").json().header("accept-language", "pt-BR");
    let reply = chats.form(&[("name", "Ana"), ("message", &long)]).send().await;
    assert_eq!(reply.status, 422);
    assert_eq!(reply.find("content-type"), Some("application/problem+json"));
    let problem = reply.value();
    assert_eq!(problem["code"], "too_long");
    assert_eq!((&problem["field"], &problem["limit"]), (&"message".into(), &1000.into()));
    assert_eq!((&problem["type"], &problem["status"]), (&"about:blank".into(), &422.into()));
    assert!(problem["detail"].as_str().unwrap().contains("1000"));
    let english =
        world.client.post("/w/tienda/chats?lang=en").json().form(&[("message", "Hi")]).send().await;
    assert_eq!(english.value()["code"], "name_or_email_required");
    assert_ne!(english.value()["title"], problem["title"]);
}

async fn another_text_under_a_forms_id_is_refused_and_goes_out_under_the_next(world: World) {
    let _there = world.somebody_there().await;
    for path in ["/w/tienda/chats", "/w/tienda/requests"] {
        let id = world.clock.new_entry_id().to_string();
        let send = |id: &str, message: &str, is_page: bool| {
            let post = world.client.post(path);
            let post = if is_page { post.page() } else { post.json() };
            let email = ("email", "ana@example.com");
            post.form(&[("id", id), ("name", "Ana"), email, ("message", message)]).send()
        };
        let first = started(&send(&id, "Hola", false).await);
        let other = send(&id, "Soy otra persona", false).await;
        assert_eq!((other.status, other.value()["code"].as_str()), (409, Some("already_sent")));
        assert!(!other.text().contains(&first.token.0) && !other.text().contains(&first.number.0));
        let page = send(&id, "Lo que escribí después", true).await;
        assert_eq!(page.status, 409);
        let page = page.text();
        assert!(page.contains("Lo que escribí después") && !page.contains(&id), "{page}");
        assert!(page.contains("El tuyo sigue aquí") && !page.contains(&first.number.0), "{page}");
        let (_, next) = page.split_once("name=\"id\" value=\"").expect("the form's id");
        let next = next.split('"').next().expect("its end");
        let second = started(&send(next, "Lo que escribí después", false).await);
        assert_ne!(second.number, first.number);
        assert_eq!(started(&send(&id, "Hola", false).await), first);
    }
}

async fn a_subject_that_was_typed_for_a_chat_is_on_the_request(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let ask = async |id: &str, subject: &str| {
        let fields =
            [("id", id), ("email", "ana@example.com"), ("subject", subject), ("message", "Hola")];
        world.client.post("/w/tienda/requests").json().multipart(&fields, &[]).send().await
    };
    started(&ask(ID, "Factura 88213").await);
    let item = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.remove(0);
    let head = world.desk().conversation(&agent, item.ticket).await.unwrap();
    assert_eq!(head.subject.as_deref(), Some("Factura 88213"));
    let other = ask(ID, "Otra factura").await;
    assert_eq!((other.status, other.value()["code"].as_str()), (409, Some("already_sent")));
    let id = "019aa111-0000-7000-8000-000000000002";
    let long = ask(id, &"f".repeat(201)).await;
    assert_eq!((long.status, long.value()["field"].as_str()), (422, Some("subject")));
}

async fn what_nobody_typed_refuses_no_form(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let long = format!("https://cuentasok.example/{}", "x".repeat(2_074));
    let bodies = [
        format!("page={long}&zone={long}"),
        "page=%ff%fe&zone=%ff&lang=%ff".to_owned(),
        "page=https://a%00b&zone=%00".to_owned(),
    ];
    for (n, hints) in bodies.iter().enumerate() {
        for form in ["chats", "requests"] {
            let body = format!("name=Ana&email=ana{n}@example.com&message=Hola&{hints}");
            let ask = world.client.post(format!("/w/tienda/{form}")).json();
            started(&ask.body("application/x-www-form-urlencoded", body).send().await);
        }
    }
    let pages = world.lines("select page from tickets where page is not null");
    assert_eq!(pages, [&long[..2_000], &long[..2_000]], "cut, and else dropped");
    assert_eq!(world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.len(), 6);
}

async fn what_is_typed_makes_no_line_of_its_own_and_what_cannot_be_seen_is_missing(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let name = "Ana\r\nDe: La Dirección <jefa@example.com>\u{2028}Número: LT-1";
    let subject = "Hola\nNúmero: LT-1";
    let fields = [
        ("name", name),
        ("email", "ana@example.com"),
        ("subject", subject),
        ("message", "Uno\r\nDos\u{2029}Tres\u{1b}[2J"),
    ];
    started(&world.client.post("/w/tienda/chats").json().form(&fields).send().await);
    let item = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.remove(0);
    let head = world.desk().conversation(&agent, item.ticket).await.unwrap();
    let line = "Ana De: La Dirección <jefa@example.com> Número: LT-1";
    assert_eq!(head.contact.name.as_deref(), Some(line));
    assert_eq!(head.subject.as_deref(), Some("Hola Número: LT-1"));
    let entries =
        world.desk().agent_entries(&agent, item.ticket, protocol::Seq(1)).await.unwrap().0;
    let protocol::entry::AgentBody::Visitor { text, .. } = &entries[0].body else { panic!() };
    assert_eq!(text, "Uno\nDos\nTres [2J");
    // The notice of a request says who writes in one line.
    let fields = [("name", name), ("email", "ana@example.com"), ("message", "Hola")];
    let ask = world.client.post("/w/tienda/requests").json();
    started(&ask.multipart(&fields, &[]).send().await);
    let notice = crate::world::eventually(async || {
        let mails = world.desk().mails(&agent, None).await.unwrap().mails;
        let mail = mails.into_iter().find(|mail| mail.to == EMAIL)?;
        let (_, text, _) = world.desk().mail(&agent, mail.id).await.ok()?;
        (!text.is_empty()).then_some(text)
    })
    .await;
    assert!(notice.lines().any(|found| found.contains(line)), "{notice}");
    assert!(!notice.lines().any(|found| found.trim_start().starts_with("De: La Dir")), "{notice}");
    // Nothing that can be seen is nothing.
    let refused = async |fields: &[(&str, &str)]| {
        let reply = world.client.post("/w/tienda/chats").json().form(fields).send().await;
        (reply.status, reply.value()["code"].as_str().unwrap_or_default().to_owned())
    };
    for sign in ["\u{200b}", "\u{feff}", "\u{2060}", "\u{ad}", "\u{2800}", "\u{3164}"] {
        let missing = refused(&[("name", "Ana"), ("message", sign)]).await;
        assert_eq!(missing, (422, "required".to_owned()), "{sign:?}");
        let nobody = refused(&[("name", sign), ("message", "Hola")]).await;
        assert_eq!(nobody, (422, "name_or_email_required".to_owned()), "{sign:?}");
    }
    let family = [("name", "Ana"), ("message", "👨‍👩‍👧")];
    started(&world.client.post("/w/tienda/chats").json().form(&family).send().await);
}

async fn bad_bytes_and_unknown_fields_are_refused_before_the_database(world: World) {
    let code = async |kind: &str, body: &[u8]| {
        let ask = world.client.post("/w/tienda/requests").json().body(kind, body);
        let reply = ask.send().await;
        (reply.status, reply.value()["code"].as_str().unwrap_or_default().to_owned())
    };
    let form = "application/x-www-form-urlencoded";
    let refused = |status: u16, code: &str| (status, code.to_owned());
    let nul = b"email=a@example.com&message=a%00b";
    assert_eq!(code(form, nul).await, refused(422, "character_invalid"));
    let not_utf8 = b"email=a@example.com&message=%ff%fe";
    assert_eq!(code(form, not_utf8).await, refused(422, "character_invalid"));
    let unknown = b"email=a@example.com&message=hola&admin=1";
    assert_eq!(code(form, unknown).await, refused(422, "field_unknown"));
    let json = br#"{"email":"a@example.com","message":"hola","admin":"1"}"#;
    assert_eq!(code("application/json", json).await, refused(422, "field_unknown"));
    let bad_id = b"id=7&email=a@example.com&message=hola";
    assert_eq!(code(form, bad_id).await, refused(422, "invalid"));
    assert_eq!(code("text/xml", b"<a/>").await, refused(415, "body_type"));
    let broken = "multipart/form-data; boundary=x";
    assert_eq!(code(broken, b"--x\r\nnothing").await, refused(422, "body_invalid"));
    let long = format!("email=a@example.com&message={}", "a".repeat(20_001));
    assert_eq!(code(form, long.as_bytes()).await, refused(422, "too_long"));
    let huge = format!("email=a@example.com&message={}", "a".repeat(2_000_000));
    assert_eq!(code(form, huge.as_bytes()).await, refused(422, "too_long"));
}

#[tokio::test]
async fn a_chat_sent_after_the_desk_closed_becomes_the_form_with_its_text() {
    let world = World::new(Engine::Sqlite).await;
    let fields = [("name", "Ana"), ("email", "ana@example.com"), ("message", "¿Siguen ahí?")];
    let page = world.client.post("/w/tienda/chats").page().form(&fields).send().await;
    assert_eq!(page.status, 409);
    assert!(page.text().contains("¿Siguen ahí?") && page.text().contains("Enviar solicitud"));
    let json = world.client.post("/w/tienda/chats").json().form(&fields).send().await;
    assert_eq!((json.status, json.value()["code"].as_str()), (409, Some("chat_closed")));
}

#[tokio::test]
async fn the_panel_is_a_page_in_the_language_that_was_asked_for() {
    let world = World::new(Engine::Sqlite).await;
    let panel =
        world.client.get("/w/tienda?embed=1&page=https://tienda.example/x").page().send().await;
    assert_eq!(panel.status, 200);
    assert!(panel.text().contains("<html lang=\"es\"") && panel.text().contains("<textarea"));
    let english = world.client.get("/w/tienda").header("accept-language", "en-US,en").send().await;
    assert!(english.text().contains("<html lang=\"en\""));
    let compressed =
        world.client.get("/w/tienda").header("accept-encoding", "gzip, br").send().await;
    assert_eq!(compressed.find("content-encoding"), Some("br"));
    assert!(compressed.body.len() < panel.body.len() / 2);
    assert_eq!(world.client.get("/w/nadie").send().await.status, 404);
}
