//! What was typed comes back, whatever fails.

use crate::world::{EMAIL, Engine, World, eventually, http::Reply, on_both};
use protocol::form::Started;

on_both! {
    every_form_gives_back_what_was_typed_when_nothing_can_be_stored,
    a_mailed_link_opens_its_ticket_when_nothing_can_be_stored,
}

/// From now on writing into these tables fails.
async fn no_room(world: &World, tables: &[&str]) {
    if world.settings.database_url.is_some() {
        world
            .force(
                "create function no_room() returns trigger language plpgsql as
             $$ begin raise exception 'no room' using errcode = '53100'; end $$",
            )
            .await;
    }
    for table in tables {
        world.force(&match world.settings.database_url {
            Some(_) => format!(
                "create trigger no_room before insert or update on {table} for each row execute function no_room()"
            ),
            None => ["insert", "update"]
                .map(|verb| {
                    format!(
                        "create trigger no_room_{table}_{verb} before {verb} on {table}
                         begin select raise(abort, 'no room'); end;"
                    )
                })
                .concat(),
        })
        .await;
    }
}

/// SQLite tells of no full disk here, but of something that failed.
fn status(world: &World) -> u16 {
    if world.settings.database_url.is_some() { 507 } else { 503 }
}

fn cookie(started: &Started) -> String {
    format!("ayuda_ticket={}", started.token.0)
}

#[track_caller]
fn given_back(reply: &Reply, status: u16, typed: &[&str]) {
    let page = reply.text();
    assert_eq!(reply.status, status, "{page}");
    assert!(reply.find("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    for text in typed {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(page.contains("<form"), "{page}");
}

const FILE: [(&str, &str, &[u8]); 1] = [("files", "nota.txt", b"hola")];

async fn every_form_gives_back_what_was_typed_when_nothing_can_be_stored(world: World) {
    let (agent, there) = world.somebody_there().await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let chat = world.start_chat("tienda", "Hola").await;
    let visitor = {
        let site = world.desk().find_site(&protocol::SiteKey("tienda".into())).unwrap();
        world.desk().find_visitor(site.id, &chat.token).await.unwrap().unwrap()
    };
    let item = world.desk().find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    world.desk().accept(&agent, item.chat.unwrap()).await.unwrap();
    world.desk().end_chat_as_visitor(visitor).await.unwrap();
    no_room(&world, &["tickets", "entries", "files", "mails", "chats"]).await;
    let status = status(&world);
    let chats = world.client.post("/w/tienda/chats").page();
    let fields = [("name", "Ana Ruíz"), ("subject", "Mi asunto"), ("message", "No me pierdas")];
    given_back(
        &chats.form(&fields).send().await,
        status,
        &["Ana Ruíz", "Mi asunto", "No me pierdas"],
    );
    let fields = [("name", "Ana Ruíz"), ("email", "ana@example.com"), ("message", "No me pierdas")];
    for files in [&FILE[..], &[]] {
        let form = world.client.post("/w/tienda/requests").page().multipart(&fields, files);
        let typed = ["Ana Ruíz", "ana@example.com", "No me pierdas"];
        given_back(&form.send().await, status, &typed);
    }
    let post = |started: &Started, below: &str| {
        let path = format!("/t/{}{below}", started.number);
        world.client.post(path).page().cookie(&cookie(started))
    };
    for files in [&FILE[..], &[]] {
        let reply = post(&asked, "").multipart(&[("message", "No me pierdas")], files);
        given_back(&reply.send().await, status, &["No me pierdas", "¿Me ayudan?"]);
    }
    let without_cookies = [("link", &*asked.link), ("message", "No me pierdas")];
    let reply = world.client.post(format!("/t/{}/open", asked.number)).page();
    let reply = reply.form(&without_cookies).send().await;
    given_back(&reply, status, &["No me pierdas", "¿Me ayudan?"]);
    let rating = post(&chat, "/rating").form(&[("score", "5"), ("comment", "Muy amable")]);
    given_back(&rating.send().await, status, &["Muy amable"]);
    let transcript = post(&asked, "/transcript").form(&[]);
    given_back(&transcript.send().await, status, &["¿Me ayudan?"]);
    drop(there);
}

async fn a_mailed_link_opens_its_ticket_when_nothing_can_be_stored(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    // Only now, so that nobody else is mailed: of two mails the newest may be kept before the other is composed.
    let (_, agent) = world.agent(EMAIL).await;
    world.kept_mail(&agent).await;
    let text = world.lines("select text from mails where kind = 'request_received'").join("\n");
    let path = text.split_once(&world.origin()).unwrap().1.split_whitespace().next().unwrap();
    no_room(&world, &["tickets", "entries"]).await;
    let reply = world.client.get(path).page().send().await;
    assert_eq!(reply.status, 303, "{path}");
    let page = format!("/t/{}", asked.number);
    let page = world.client.get(page).page().cookie(&cookie(&asked)).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("¿Me ayudan?"));
}

/// On SQLite the disk itself fails: `tests/crash/no_disk.rs`.
#[tokio::test]
async fn after_an_error_of_postgres_disk_at_commit_forms_give_back_and_the_server_comes_back() {
    const FAIL: &str = "
        create function fail() returns trigger language plpgsql as
        $$ begin raise exception 'no disk' using errcode = '58030'; end $$;
        create constraint trigger fail after insert on entries
        deferrable initially deferred for each row execute function fail();
        create constraint trigger fail after update on revision
        deferrable initially deferred for each row execute function fail();";
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    world.force(FAIL).await;
    let form = world.client.post("/w/tienda/requests").page();
    let fields = [("email", "ana@example.com"), ("message", "No me pierdas")];
    given_back(&form.multipart(&fields, &[]).send().await, 503, &["No me pierdas"]);
    let ready = async || world.client.get("/readyz").send().await;
    let said = ready().await;
    assert_eq!(
        (said.status, &*said.text()),
        (503, "storage: writing failed, the desk is read-only\n")
    );
    let page = world.client.get(format!("/t/{}", asked.number)).page().cookie(&cookie(&asked));
    assert_eq!(page.send().await.status, 200);
    world.force("drop function fail() cascade").await;
    eventually(async || (ready().await.status == 200).then_some(())).await;
    world.ask("tienda", "¿Y ahora?").await;
}

#[tokio::test]
async fn a_reply_comes_back_also_when_its_page_cannot_be_read() {
    let world = World::new(Engine::Sqlite).await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let fields =
        [("id", "019aa111-0000-7000-8000-000000000001"), ("message", "No <b>me</b> pierdas")];
    // Whoever is let in is not found any more, and neither is the page.
    for (gone, back) in [("entries", "entries_"), ("tickets", "tickets_")] {
        world
            .force(&format!("pragma legacy_alter_table = 1; alter table {gone} rename to {back}"))
            .await;
        let post = world.client.post(format!("/t/{}", asked.number)).page().cookie(&cookie(&asked));
        let reply = post.multipart(&fields, &FILE).send().await;
        given_back(&reply, 503, &["No &lt;b&gt;me&lt;/b&gt; pierdas", fields[0].1]);
        let open = world.client.post(format!("/t/{}/open", asked.number)).page();
        let with_link = [("link", &*asked.link), fields[0], fields[1]];
        let open = open.form(&with_link).send().await;
        given_back(&open, 503, &["No &lt;b&gt;me&lt;/b&gt; pierdas", fields[0].1, &asked.link]);
        assert!(open.text().contains("action=\"/t/LT-1001/open\""), "{}", open.text());
        assert!(
            reply.text().contains("action=\"/t/LT-1001\"")
                && reply.text().contains("Enviar otra vez")
        );
        world
            .force(&format!("pragma legacy_alter_table = 1; alter table {back} rename to {gone}"))
            .await;
    }
    let post = world.client.post(format!("/t/{}", asked.number)).page().cookie(&cookie(&asked));
    assert_eq!(post.multipart(&fields, &FILE).send().await.status, 303);
}

#[tokio::test]
async fn what_is_too_much_comes_back_as_well() {
    let world = World::new(Engine::Sqlite).await;
    let _there = world.somebody_there().await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let long = "Una vez. ".repeat(50_000);
    let long = long.trim_end();
    let chats = world.client.post("/w/tienda/chats").page();
    let reply = chats.form(&[("name", "Ana"), ("message", long)]).send().await;
    given_back(&reply, 422, &[long]);
    let requests = world.client.post("/w/tienda/requests").page();
    let fields = [("email", "ana@example.com"), ("message", long)];
    given_back(&requests.multipart(&fields, &[]).send().await, 422, &[long]);
    let rating = world.client.post("/t/LT-1001/rating").page().cookie(&cookie(&asked));
    let reply = rating.form(&[("score", "5"), ("comment", long)]).send().await;
    assert_eq!(reply.status, 422);
    let many: Vec<(&str, &str, &[u8])> = (0..70).map(|_| FILE[0]).collect();
    let requests = world.client.post("/w/tienda/requests").page();
    let fields = [("email", "ana@example.com"), ("message", "No me pierdas")];
    given_back(&requests.multipart(&fields, &many).send().await, 422, &["No me pierdas"]);
}
