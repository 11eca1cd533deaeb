//! Files: typed by what is in them, limited while they come, and harmless when they leave.

use crate::world::{EMAIL, Engine, SITE, World, http::Reply, on_both, socket::Socket, started};
use protocol::agent::WorkView;
use protocol::{
    Code, Field, FileId, Refusal, Seq, TicketToken,
    visitor::{VisitorCommand, VisitorEvent},
};

const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x89, 0x99, 0x3d, 0x1d, 0, 0,
    0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

async fn upload(world: &World, token: &str, name: &str, bytes: &[u8]) -> Reply {
    let post = world.client.post("/w/tienda/files").json().bearer(token);
    post.multipart(&[], &[("file", name, bytes)]).send().await
}

on_both! {
    a_file_is_what_its_bytes_say,
    what_one_visitor_stored_another_cannot_attach,
    an_empty_file_is_told_so_in_every_language,
    a_form_that_is_refused_or_sent_again_leaves_no_file,
    a_file_leaves_as_an_attachment_that_can_do_nothing_and_only_to_its_own,
}

async fn a_file_is_what_its_bytes_say(world: World) {
    let token = world.ask("tienda", "Hola").await.token.0;
    let code = async |name: &str, bytes: &[u8]| {
        let reply = upload(&world, &token, name, bytes).await;
        (reply.status, reply.value()["code"].as_str().map(str::to_owned))
    };
    let png = upload(&world, &token, "foto.jpg", PNG).await;
    assert_eq!((png.status, &png.value()["media_type"]), (201, &"image/png".into()));
    let refused = (415, Some("file_type".to_owned()));
    assert_eq!(code("inocente.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0").await, refused);
    assert_eq!(code("nota.txt.bat.", b"hola").await, refused);
    assert_eq!(code("foto.png", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0").await, refused);
    assert_eq!(upload(&world, &token, "nada.txt", b"").await.status, 422);
    let no_file = world.client.post("/w/tienda/files").json().bearer(&token);
    assert_eq!(no_file.multipart(&[("file", "texto")], &[]).send().await.status, 422);
}

async fn what_one_visitor_stored_another_cannot_attach(world: World) {
    let _there = world.somebody_there().await;
    let (ana, eva) =
        (world.start_chat("tienda", "Hola").await, world.start_chat("tienda", "Hola").await);
    let id: FileId = {
        let file = upload(&world, &ana.token.0, "nota.txt", b"hola").await;
        file.value()["id"].as_str().unwrap().parse().unwrap()
    };
    let say = async |token: &TicketToken, files: Vec<FileId>| {
        let mut socket = Socket::talking(&world, "tienda", token, Seq(0)).await;
        let id = world.clock.new_entry_id();
        socket.say(&VisitorCommand::Say { id, text: "mira".into(), files }).await;
        socket
            .until(|event| match event {
                VisitorEvent::Ack { .. } => Some(None),
                VisitorEvent::Refused { refusal, .. } => Some(Some(refusal)),
                _ => None,
            })
            .await
    };
    let theirs = say(&eva.token, vec![id]).await;
    let nobodys = say(&eva.token, vec![FileId(world.clock.new_id())]).await;
    assert_eq!(theirs, Some(Refusal::of(Field::Files, Code::NotFound)));
    assert_eq!(theirs, nobodys);
    let path = format!("/w/tienda/files/{id}");
    assert_eq!(world.client.get(&path).bearer(&eva.token.0).send().await.status, 404);
    assert_eq!(say(&ana.token, vec![id]).await, None);
    assert_eq!(world.client.get(&path).bearer(&ana.token.0).send().await.status, 200);
}

async fn an_empty_file_is_told_so_in_every_language(world: World) {
    let token = world.ask("tienda", "Hola").await.token.0;
    for (lang, words) in [
        ("es", "El archivo está vacío."),
        ("en", "The file is empty."),
        ("pt", "O arquivo está vazio."),
    ] {
        let post = world.client.post("/w/tienda/files").json().bearer(&token);
        let post = post.header("accept-language", lang);
        let reply = post.multipart(&[], &[("file", "nada.txt", b"")]).send().await;
        assert_eq!((reply.status, &reply.value()["code"]), (422, &"file_empty".into()));
        assert_eq!(reply.value()["detail"], words);
        let fields = [("email", "a@example.com"), ("message", "No me pierdas")];
        let form = world.client.post("/w/tienda/requests").page().header("accept-language", lang);
        let form = form.multipart(&fields, &[("files", "nada.txt", b"")]).send().await;
        assert_eq!(form.status, 422);
        assert!(form.text().contains(words) && form.text().contains("No me pierdas"));
    }
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_with_the_limit_while_it_comes() {
    let world = World::new(Engine::Sqlite).await;
    world.apply(&format!("{SITE}[limits]\nfile_bytes = 100000\n")).await;
    let token = world.ask("tienda", "Hola").await.token.0;
    let reply = upload(&world, &token, "largo.txt", &vec![b'a'; 5_000_000]).await;
    assert_eq!(reply.status, 413);
    assert_eq!(
        (&reply.value()["code"], &reply.value()["limit"]),
        (&"file_too_large".into(), &100_000.into())
    );
    let fields = [("email", "a@example.com"), ("message", "No me pierdas")];
    let big = vec![b'a'; 200_000];
    let form = world.client.post("/w/tienda/requests").page();
    let form = form.multipart(&fields, &[("files", "a.txt", &big), ("files", "b.txt", b"corto")]);
    let form = form.send().await;
    assert_eq!(form.status, 413);
    assert!(form.text().contains("No me pierdas"));
}

async fn a_form_that_is_refused_or_sent_again_leaves_no_file(world: World) {
    let file: (&str, &str, &[u8]) = ("files", "a.txt", b"hola");
    let files = || world.lines("select name from files");
    let id = world.clock.new_entry_id().to_string();
    let ask = |message: &'static str| {
        let fields = [("id", id.as_str()), ("email", "ana@example.com"), ("message", message)];
        world.client.post("/w/tienda/requests").json().multipart(&fields, &[file]).send()
    };
    assert_eq!(ask("").await.status, 422);
    assert_eq!(files(), [""; 0]);
    let asked = started(&ask("Hola").await);
    assert_eq!(started(&ask("Hola").await).number, asked.number);
    assert_eq!(ask("Otra cosa").await.status, 409);
    assert_eq!(files(), ["a.txt"]);
    let reply = |message: &'static str| {
        let page = world.client.post(format!("/t/{}", asked.number)).json();
        let page = page.cookie(&format!("ayuda_ticket={}", asked.token.0));
        page.multipart(&[("id", "no"), ("message", message)], &[file]).send()
    };
    assert_eq!(reply("Mira").await.status, 422);
    assert_eq!(files(), ["a.txt"]);
    // A body that breaks off behind its first file.
    let begins = "--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"b.txt\"\r\n\r\nhola\r\n--edge\r\nno";
    let page = world.client.post(format!("/t/{}", asked.number)).json();
    let page = page.cookie(&format!("ayuda_ticket={}", asked.token.0));
    let broken = page.body("multipart/form-data; boundary=edge", begins).send().await;
    assert!((400..500).contains(&broken.status), "{}", broken.status);
    world.until(|| files() == ["a.txt"]).await;
}

#[tokio::test]
async fn six_files_are_too_many() {
    let world = World::new(Engine::Sqlite).await;
    let fields = [("email", "a@example.com"), ("message", "Hola")];
    let files: Vec<(&str, &str, &[u8])> =
        (0..6).map(|_| ("files", "n.txt", &b"hola"[..])).collect();
    let reply =
        world.client.post("/w/tienda/requests").json().multipart(&fields, &files).send().await;
    assert_eq!(
        (&reply.value()["code"], &reply.value()["limit"]),
        (&"too_many_files".into(), &5.into())
    );
}

async fn a_file_leaves_as_an_attachment_that_can_do_nothing_and_only_to_its_own(world: World) {
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let token = chat.token.0.clone();
    let html = b"<script>alert(1)</script>";
    let file = upload(&world, &token, "p\u{e1}gina.html", html).await;
    assert_eq!(file.status, 201, "{}", file.text());
    let id = file.value()["id"].as_str().unwrap().to_owned();
    let path = format!("/w/tienda/files/{id}");
    // Nobody's until it is on a message.
    let mut socket =
        crate::world::socket::Socket::talking(&world, "tienda", &chat.token, protocol::Seq(0))
            .await;
    let entry = world.clock.new_entry_id();
    let files = vec![id.parse().unwrap()];
    socket
        .say(&protocol::visitor::VisitorCommand::Say { id: entry, text: String::new(), files })
        .await;
    socket
        .until(|event| matches!(event, protocol::visitor::VisitorEvent::Ack { .. }).then_some(()))
        .await;
    let reply = world.client.get(&path).bearer(&token).send().await;
    assert_eq!((reply.status, reply.body.as_slice()), (200, &html[..]));
    let header = |name: &str| reply.find(name).unwrap_or_default().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''p%C3%A1gina"));
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    let stranger = world.ask("tienda", "Yo no").await.token.0;
    assert_eq!(world.client.get(&path).bearer(&stranger).send().await.status, 404);
    let (cookie, _) = world.agent("otra@example.com").await;
    let for_agent = world.client.get(format!("/console/files/{id}")).cookie(&cookie).send().await;
    assert_eq!(for_agent.status, 200);
}

#[tokio::test]
async fn an_agent_attaches_to_a_ticket_it_serves() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, agent) = world.agent(EMAIL).await;
    world.ask("tienda", "Hola").await;
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    let upload = |ticket: String| {
        let post =
            world.client.post(format!("/console/files?ticket={ticket}")).json().cookie(&cookie);
        post.multipart(&[], &[("file", "foto.png", PNG)]).send()
    };
    assert_eq!(upload(work[0].ticket.to_string()).await.status, 201);
    assert_eq!(upload(world.clock.new_id().to_string()).await.status, 404);
    assert_eq!(upload("nada".into()).await.status, 404);
}
