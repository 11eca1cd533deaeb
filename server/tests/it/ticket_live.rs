//! The ticket's page while it is open, and its buttons: settled, not settled, on in a chat; and the link that ends.

use crate::world::{
    World, eventually,
    http::{Ask, Reply, next_chunk},
    on_both,
    socket::Socket,
    soon,
};
use protocol::{
    Seq,
    agent::WorkView,
    form::Started,
    visitor::{VisitorChat, VisitorCommand, VisitorEvent},
};
use tokio::{io::BufReader, net::TcpStream};

on_both! {
    a_ticket_is_closed_and_opened_by_its_buttons,
    no_page_of_a_ticket_is_to_be_found_by_searching,
    the_chat_goes_on_in_the_panel_and_no_address_holds_its_token,
    a_page_that_listens_is_told_of_what_is_new_and_only_that,
    what_came_by_a_renewed_link_ends_at_once,
    a_link_is_asked_for_on_the_page_that_says_that_it_opens_nothing,
}

async fn cookie_of(world: &World, started: &Started) -> String {
    let path = started.link.strip_prefix(&world.origin()).expect("a link of ours").to_owned();
    let reply = world.client.get(path).page().send().await;
    reply.set_cookie("ayuda_ticket").expect("a cookie")
}

fn press(world: &World, path: &str, cookie: &str) -> Ask {
    world.client.post(format!("/t/LT-1001{path}")).page().cookie(cookie).form(&[])
}

async fn page(world: &World, cookie: &str) -> Reply {
    world.client.get("/t/LT-1001").page().cookie(cookie).send().await
}

/// Reads on to the event that is wanted.
async fn until(stream: &mut BufReader<TcpStream>, wanted: &str) -> String {
    soon("an event", async {
        loop {
            let chunk = next_chunk(stream).await.expect("a stream");
            let text = String::from_utf8(chunk).expect("text");
            if text.contains(wanted) {
                return text;
            }
        }
    })
    .await
}

async fn a_ticket_is_closed_and_opened_by_its_buttons(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let shows = |text: &str, here: &str, not_here: &str| {
        assert!(text.contains(here) && !text.contains(not_here), "{text}");
    };
    let (resolve, reopen) = ("action=\"/t/LT-1001/resolve\"", "action=\"/t/LT-1001/reopen\"");
    shows(&page(&world, &cookie).await.text(), resolve, reopen);
    let pressed = press(&world, "/resolve", &cookie).send().await;
    let done = (pressed.status, pressed.find("location"));
    assert_eq!(done, (303, Some("/t/LT-1001?done=resolved")));
    let closed = world.client.get("/t/LT-1001?done=resolved").page().cookie(&cookie).send().await;
    shows(&closed.text(), reopen, resolve);
    let told = closed.text();
    assert!(told.contains("Tu ticket quedó cerrado") && told.contains("finalizado"), "{told}");
    assert_eq!(press(&world, "/reopen", &cookie).send().await.status, 303);
    let open = page(&world, &cookie).await.text();
    shows(&open, resolve, reopen);
    assert!(open.contains("Tu ticket se reabrió"), "{open}");
    // Nothing rings while nobody is there.
    assert!(!open.contains("/t/LT-1001/chat"));
    let refused = press(&world, "/chat", &cookie).send().await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("El chat está cerrado"), "{}", refused.text());
}

async fn no_page_of_a_ticket_is_to_be_found_by_searching(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let robots = Some("noindex, nofollow");
    assert_eq!(page(&world, &cookie).await.find("x-robots-tag"), robots);
    assert!(page(&world, &cookie).await.text().contains("content=\"noindex, nofollow\""));
    for path in ["/t/LT-1001", "/t/LT-1001/not-me", "/t/LT-4711"] {
        let lost = world.client.get(path).page().send().await;
        assert_eq!((lost.status, lost.find("x-robots-tag")), (404, robots), "{path}");
    }
}

async fn the_chat_goes_on_in_the_panel_and_no_address_holds_its_token(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    assert!(page(&world, &cookie).await.text().contains("Seguir en chat"));
    let led = press(&world, "/chat", &cookie).send().await;
    assert_eq!((led.status, led.find("location")), (303, Some("/w/tienda?lang=es")));
    let whole = led.find("set-cookie").unwrap();
    assert!(whole.contains("; Path=/w/tienda;") && whole.contains("; HttpOnly"), "{whole}");
    let continued = led.set_cookie("ayuda_continued").unwrap();
    let panel = world.client.get("/w/tienda?lang=es").page().cookie(&continued).send().await;
    assert_eq!(panel.status, 200);
    assert!(panel.find("set-cookie").unwrap().contains("Max-Age=0"), "it serves once");
    let text = panel.text();
    assert!(text.contains("LT-1001") && text.contains(&asked.token.0), "{text}");
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    assert_eq!(work.len(), 1, "the same ticket");
    assert!(page(&world, &cookie).await.text().contains("Tu chat está en espera"));
    // The panel's socket has the conversation as it was before.
    let mut socket = Socket::panel(&world, "tienda").await;
    let hello = VisitorCommand::Hello { token: Some(asked.token.clone()), after: Seq::START };
    socket.say(&hello).await;
    let VisitorEvent::Welcome { ticket, .. } = socket.event().await else { panic!("no welcome") };
    assert!(matches!(ticket.chat, VisitorChat::Waiting { .. }), "{ticket:?}");
    // A second press leads to the chat there is.
    assert_eq!(press(&world, "/chat", &cookie).send().await.status, 303);
    assert_eq!(world.lines("select 'chat' from chats").len(), 1);
    let made_up = "ayuda_continued=AAAA.BBBB";
    let nobody = world.client.get("/w/tienda").page().cookie(made_up).send().await;
    assert!(nobody.status == 200 && !nobody.text().contains("LT-1001"));
}

async fn a_page_that_listens_is_told_of_what_is_new_and_only_that(world: World) {
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let listen = |after: &str| {
        world.client.get(format!("/t/LT-1001/events?after={after}")).cookie(&cookie).open()
    };
    // The request's own entry and the mail about it.
    let last = world.lines("select cast(last_seq as text) from tickets")[0].clone();
    let (head, mut stream) = listen(&last).await;
    assert_eq!((head.status, head.find("content-type")), (200, Some("text/event-stream")));
    let id = world.clock.new_entry_id().to_string();
    let fields = [("id", id.as_str()), ("message", "Otra cosa")];
    let post = world.client.post("/t/LT-1001").page().cookie(&cookie).multipart(&fields, &[]);
    assert_eq!(post.send().await.status, 303);
    let told = until(&mut stream, "event: ").await;
    assert!(told.contains("event: new") && told.contains("id: "), "{told}");
    assert!(!told.contains("Otra cosa"), "the page itself says what it is: {told}");
    // Who comes back with what it had last is told at once.
    let (_, mut again) = listen(&last).await;
    assert!(until(&mut again, "event: ").await.contains("event: new"));
    let nobody = world.client.get("/t/LT-1001/events").send().await;
    assert_eq!(nobody.status, 404);
    let mut open = Vec::new();
    let refused = loop {
        let (head, stream) = listen("0").await;
        if head.status != 200 || open.len() > 50 {
            break head.status;
        }
        open.push(stream);
    };
    assert_eq!(refused, 429, "a ticket has so many and no more");
}

async fn what_came_by_a_renewed_link_ends_at_once(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let asked = world.ask("tienda", "¿Me ayudan?").await;
    let cookie = cookie_of(&world, &asked).await;
    let last = world.lines("select cast(last_seq as text) from tickets")[0].clone();
    let path = format!("/t/LT-1001/events?after={last}");
    let (_, mut stream) = world.client.get(path).cookie(&cookie).open().await;
    let mut socket = Socket::talking(&world, "tienda", &asked.token, Seq(9)).await;
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    assert!(world.desk().renew_link(&agent, work[0].ticket).await.unwrap());
    until(&mut stream, "event: gone").await;
    socket.until(|event| matches!(event, VisitorEvent::Unknown { .. }).then_some(())).await;
    assert_eq!(page(&world, &cookie).await.status, 404);
    assert_eq!(press(&world, "/resolve", &cookie).send().await.status, 404);
    let path = asked.link.strip_prefix(&world.origin()).unwrap();
    assert_eq!(world.client.get(path).page().send().await.status, 404);
}

async fn a_link_is_asked_for_on_the_page_that_says_that_it_opens_nothing(world: World) {
    world.ask("tienda", "¿Me ayudan?").await;
    let lost = world.client.get("/t/LT-1001").page().send().await.text();
    assert!(lost.contains("action=\"/t/LT-1001/link\""), "{lost}");
    let ask = |number: &str, email: &str| {
        let post = world.client.post(format!("/t/{number}/link")).page();
        post.form(&[("email", email)]).send()
    };
    let known = ask("LT-1001", "ana@example.com").await;
    let unknown = ask("LT-1001", "eva@example.com").await;
    assert_eq!((known.status, unknown.status), (200, 200));
    let without_nonce = |reply: &Reply| {
        let text = reply.text();
        let at = text.find("<main").expect("a page");
        text[at..].to_owned()
    };
    assert_eq!(without_nonce(&known), without_nonce(&unknown), "alike");
    let nobody = ask("LT-4711", "ana@example.com").await;
    assert_eq!((nobody.status, nobody.text().contains("LT-4711")), (200, true));
    let mails = || world.lines("select to_address from mails where kind = 'new_link'");
    let mailed = eventually(async || Some(mails()).filter(|mails| !mails.is_empty())).await;
    assert_eq!(mailed, ["ana@example.com"]);
    let wrong = ask("LT-1001", "ana@").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("ana@"), "what was typed comes back: {}", wrong.text());
}
