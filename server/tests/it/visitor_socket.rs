//! The panel's socket: the delivery contract, and what a bad or slow client gets.

use crate::world::{
    EMAIL, Engine, SITE, World, on_both,
    socket::{Came, Socket},
};
use protocol::agent::WorkView;
use protocol::{
    Code, EntryId, Field, Refusal, Seq, TicketToken,
    entry::{VisitorBody, VisitorEntry},
    limits,
    visitor::{SUBPROTOCOL, VisitorChat, VisitorCommand, VisitorEvent},
};
use tokio_tungstenite::tungstenite::Message;

/// Everything from `after`, asked for page by page.
async fn resumed(socket: &mut Socket, mut after: Seq) -> Vec<VisitorEntry> {
    let mut all: Vec<VisitorEntry> = Vec::new();
    loop {
        socket.say(&VisitorCommand::Resume { after }).await;
        let page = |event| match event {
            VisitorEvent::Entries { entries, last } => Some((entries, last)),
            _ => None,
        };
        let (entries, last) = socket.until(page).await;
        all.extend(entries);
        after = all.last().map_or(after, |entry| entry.seq);
        if after >= last {
            return all;
        }
    }
}

async fn acked(socket: &mut Socket) -> (EntryId, Seq) {
    let ack = |event| match event {
        VisitorEvent::Ack { id, seq, .. } => Some((id, seq)),
        VisitorEvent::Refused { refusal, .. } => panic!("refused: {refusal}"),
        _ => None,
    };
    socket.until(ack).await
}

on_both! {
    hello_is_answered_with_where_things_stand_and_what_was_missed,
    a_message_is_acknowledged_in_order_and_a_repeat_has_the_same_place,
    another_text_under_a_known_id_is_refused_whoever_had_it,
    a_second_tab_and_a_reconnect_see_every_entry_once,
    a_second_site_sees_nothing_of_the_first,
    bad_fields_are_refused_by_name_and_the_socket_stays,
    the_page_that_the_visitor_is_on_follows_them,
}

async fn hello_is_answered_with_where_things_stand_and_what_was_missed(world: World) {
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::panel(&world, "tienda").await;
    socket.say(&VisitorCommand::Hello { token: Some(chat.token.clone()), after: Seq::START }).await;
    let VisitorEvent::Welcome { ticket, status } = socket.event().await else {
        panic!("no Welcome")
    };
    assert_eq!((ticket.number, status.open), (chat.number, true));
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 1 });
    let VisitorEvent::Entries { entries, last } = socket.event().await else {
        panic!("no Entries")
    };
    assert_eq!(entries.last().unwrap().seq, last);
    assert!(entries.iter().any(|entry| entry.id == chat.id && entry.seq == chat.seq));
    assert!(entries.iter().zip(1..).all(|(entry, n)| entry.seq == Seq(n)), "gap-free from 1");
}

async fn another_text_under_a_known_id_is_refused_whoever_had_it(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let item = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.remove(0);
    world.desk().accept(&agent, item.chat.unwrap()).await.unwrap();
    let theirs = world.clock.new_entry_id();
    world.desk().post_agent_message(&agent, item.ticket, theirs, "Dime", &[]).await.unwrap();
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq(0)).await;
    let refusal = |event| match event {
        VisitorEvent::Refused { id: Some(id), refusal } => Some((id, refusal.code)),
        VisitorEvent::Ack { .. } => panic!("acknowledged"),
        _ => None,
    };
    for (id, text) in [(chat.id, "Otra cosa"), (theirs, "Dime"), (theirs, "Otra cosa")] {
        socket.message(id, text).await;
        assert_eq!(socket.until(refusal).await, (id, Code::AlreadySent), "{text}");
    }
    socket.message(chat.id, "Hola").await;
    assert_eq!(acked(&mut socket).await, (chat.id, chat.seq));
    let last = resumed(&mut socket, Seq::START).await.len();
    assert_eq!(last, 4, "chat, message, joined, answer");
}

#[tokio::test]
async fn a_token_that_opens_nothing_is_told_so() {
    let world = World::new(Engine::Sqlite).await;
    for token in
        ["", ".", "x.y", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA", &"é".repeat(5000)]
    {
        let mut socket = Socket::panel(&world, "tienda").await;
        let token = Some(TicketToken(token.to_owned()));
        socket.say(&VisitorCommand::Hello { token, after: Seq(-5) }).await;
        assert!(matches!(socket.event().await, VisitorEvent::Unknown { .. }));
        socket.message(world.clock.new_entry_id(), "¿Hola?").await;
        assert!(matches!(socket.event().await, VisitorEvent::Refused { id: Some(_), .. }));
    }
}

async fn a_message_is_acknowledged_in_order_and_a_repeat_has_the_same_place(world: World) {
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let ids: Vec<EntryId> = (0..200).map(|_| world.clock.new_entry_id()).collect();
    for id in &ids {
        socket.message(*id, "Una línea").await;
    }
    let mut places = Vec::new();
    for id in &ids {
        let (acked, seq) = acked(&mut socket).await;
        assert_eq!(acked, *id, "acknowledged in the order they were sent");
        places.push(seq);
    }
    assert!(places.windows(2).all(|pair| pair[1] == pair[0].next()), "{places:?}");
    for index in [0, 199, 7] {
        socket.message(ids[index], "Una línea").await;
        assert_eq!(acked(&mut socket).await, (ids[index], places[index]));
    }
    let all = resumed(&mut socket, Seq::START).await;
    assert!(all.iter().zip(1..).all(|(entry, n)| entry.seq == Seq(n)));
    assert_eq!(
        all.iter().filter(|entry| matches!(entry.body, VisitorBody::Visitor { .. })).count(),
        201
    );
}

async fn a_second_tab_and_a_reconnect_see_every_entry_once(world: World) {
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut one = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let mut two = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let id = world.clock.new_entry_id();
    one.message(id, "Desde la primera").await;
    let (_, seq) = acked(&mut one).await;
    let entry = |event| match event {
        VisitorEvent::Entry { entry } if entry.id == id => Some(entry.seq),
        _ => None,
    };
    assert_eq!(two.until(entry).await, seq);
    drop(two);
    let later = world.clock.new_entry_id();
    one.message(later, "Mientras no estabas").await;
    acked(&mut one).await;
    let mut back = Socket::panel(&world, "tienda").await;
    back.say(&VisitorCommand::Hello { token: Some(chat.token.clone()), after: seq }).await;
    let missed = |event| match event {
        VisitorEvent::Entries { entries, .. } => Some(entries),
        _ => None,
    };
    let missed = back.until(missed).await;
    assert!(missed.iter().all(|entry| entry.seq > seq));
    assert_eq!(missed.iter().filter(|entry| entry.id == later).count(), 1);
}

async fn a_second_site_sees_nothing_of_the_first(world: World) {
    let _there = world.somebody_there().await;
    world.apply(&SITE.replace("tienda", "otra")).await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::panel(&world, "otra").await;
    socket.say(&VisitorCommand::Hello { token: Some(chat.token), after: Seq::START }).await;
    assert!(matches!(socket.event().await, VisitorEvent::Unknown { .. }));
}

#[tokio::test]
async fn only_our_own_pages_and_our_subprotocol_are_upgraded() {
    let world = World::new(Engine::Sqlite).await;
    let port = world.client.0.port();
    let connect = async |subprotocol: &str, headers: &[(&str, &str)]| {
        Socket::connect(&world, "/w/tienda/socket", subprotocol, headers).await.err()
    };
    assert_eq!(connect(SUBPROTOCOL, &[]).await, Some(403));
    for origin in [
        "https://tienda.example".to_owned(),
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}.evil.example"),
        format!("https://localhost:{port}"),
        "null".to_owned(),
    ] {
        assert_eq!(connect(SUBPROTOCOL, &[("origin", &origin)]).await, Some(403), "{origin}");
    }
    let ours = world.origin();
    assert_eq!(connect("ayuda.visitor.9", &[("origin", &ours)]).await, Some(400));
    assert_eq!(connect(SUBPROTOCOL, &[("origin", &ours)]).await, None);
    let wrong_site =
        Socket::connect(&world, "/w/nadie/socket", SUBPROTOCOL, &[("origin", &ours)]).await;
    assert_eq!(wrong_site.err(), Some(404));
}

async fn bad_fields_are_refused_by_name_and_the_socket_stays(world: World) {
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let mut refused = async |command: VisitorCommand| {
        socket.say(&command).await;
        let refusal = |event| match event {
            VisitorEvent::Refused { refusal, .. } => Some(refusal),
            VisitorEvent::Ack { .. } | VisitorEvent::Done { .. } => panic!("taken"),
            _ => None,
        };
        socket.until(refusal).await
    };
    let say = |text: &str| VisitorCommand::Say {
        id: world.clock.new_entry_id(),
        text: text.into(),
        files: Vec::new(),
    };
    let of = Refusal::of;
    assert_eq!(refused(say("a\0b")).await, of(Field::Message, Code::CharacterInvalid));
    assert_eq!(refused(say("   ")).await, of(Field::Message, Code::Required));
    let long = "ñ".repeat(limits::CHAT_TEXT + 1);
    assert_eq!(refused(say(&long)).await, of(Field::Message, Code::TooLong).limit(1000));
    let email = VisitorCommand::Contact { email: "a\r\nBcc: b@example.com".into() };
    assert_eq!(refused(email).await, of(Field::Email, Code::EmailInvalid));
    let rate = VisitorCommand::Rate { score: 200, comment: None };
    assert_eq!(refused(rate).await.known_field(), Some(Field::Score));
    let nobody = VisitorCommand::Say {
        id: world.clock.new_entry_id(),
        text: "Con archivo".into(),
        files: vec![protocol::FileId(world.clock.new_id())],
    };
    refused(nobody).await;
    socket.message(world.clock.new_entry_id(), &"ñ".repeat(limits::CHAT_TEXT)).await;
    acked(&mut socket).await;
}

#[tokio::test]
async fn what_is_not_a_frame_of_ours_closes_the_socket_and_nothing_else() {
    let world = World::new(Engine::Sqlite).await;
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut bystander = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let big = format!("{{\"say\":\"{}\"}}", "x".repeat(limits::FRAME_BYTES));
    for (frame, code) in [
        (Message::text("nonsense"), 1008),
        (Message::text("{\"format_disk\":{}}"), 1008),
        (Message::text("[".repeat(60_000)), 1008),
        (Message::binary(vec![0, 159, 146, 150]), 1008),
        (Message::text(big), 1009),
    ] {
        let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
        socket.raw(frame).await;
        assert_eq!(socket.closed().await, code);
        let mut before_hello = Socket::panel(&world, "tienda").await;
        before_hello.say(&VisitorCommand::Typing).await;
        assert_eq!(before_hello.closed().await, 1008);
    }
    bystander.say(&VisitorCommand::Ping).await;
    bystander.until(|event| (event == VisitorEvent::Pong).then_some(())).await;
}

async fn the_page_that_the_visitor_is_on_follows_them(world: World) {
    let (agent, _there) = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let item = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items.remove(0);
    world.desk().accept(&agent, item.chat.unwrap()).await.unwrap();
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    for (page, stored) in [
        ("https://tienda.example/es/precios", "https://tienda.example/es/precios"),
        ("javascript:alert(1)", "https://tienda.example/es/precios"),
        ("https://tienda.example/en/prices", "https://tienda.example/en/prices"),
    ] {
        socket.say(&VisitorCommand::Page { page: page.into() }).await;
        socket.say(&VisitorCommand::Ping).await;
        socket.until(|event| (event == VisitorEvent::Pong).then_some(())).await;
        assert_eq!(world.lines("select page from tickets"), [stored], "{page}");
    }
}

#[tokio::test]
async fn half_a_character_is_replaced_and_the_socket_stays() {
    let world = World::new(Engine::Sqlite).await;
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut socket = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let id = world.clock.new_entry_id();
    // As a script writes the text of a cut emoji.
    let frame = format!(r#"{{"say":{{"id":"{id}","text":"Va \ud83d y \ud83d\udc4b"}}}}"#);
    socket.raw(Message::text(frame)).await;
    assert_eq!(acked(&mut socket).await.0, id);
    let all = resumed(&mut socket, Seq::START).await;
    let text = all.into_iter().find(|entry| entry.id == id).map(|entry| entry.body);
    let stored = VisitorBody::Visitor { text: "Va \u{fffd} y \u{1f44b}".into(), files: Vec::new() };
    assert_eq!(text, Some(stored));
}

#[tokio::test]
async fn a_panel_gets_its_ticket_on_the_socket_it_has() {
    let world = World::new(Engine::Sqlite).await;
    let _there = world.somebody_there().await;
    let mut socket = Socket::panel(&world, "tienda").await;
    socket.say(&VisitorCommand::Hello { token: None, after: Seq::START }).await;
    assert!(matches!(socket.event().await, VisitorEvent::Status { .. }));
    let chat = world.start_chat("tienda", "Hola").await;
    socket.say(&VisitorCommand::Hello { token: Some(chat.token), after: Seq::START }).await;
    assert!(matches!(socket.event().await, VisitorEvent::Welcome { .. }));
    socket.message(world.clock.new_entry_id(), "Y sigo aquí").await;
    acked(&mut socket).await;
}

/// The next frame; the close code where it is the last.
async fn read_one(socket: &mut Socket, last: &mut Seq) -> Option<u16> {
    match socket.next::<VisitorEvent>().await {
        Came::Event(VisitorEvent::Entry { entry }) => {
            assert!(*last == Seq::START || entry.seq == last.next(), "never skipped past");
            *last = entry.seq;
            None
        }
        Came::Event(_) => None,
        Came::Closed(code) => Some(code),
    }
}

#[tokio::test]
async fn a_slow_socket_is_closed_with_4008_and_resumes_where_it_was() {
    let world = World::new(Engine::Sqlite).await;
    world.apply(&format!("{SITE}[limits]\nframes_per_second = 0\n")).await;
    let (_, agent) = world.agent(EMAIL).await;
    let _there = world.desk().console_connected(agent.id);
    let state = protocol::agent::AgentState::Available;
    world.desk().set_agent_state(agent.id, state).await.unwrap();
    world.until(|| world.is_open("tienda")).await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut slow = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let mut busy = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    // It reads a quarter of what is said; the rest is far more than its connection and its queue hold. Whoever reads
    // nothing at all is gone rather than slow, once some time has passed.
    let text = "😀".repeat(limits::CHAT_TEXT);
    let (mut sent, mut acks) = (0, 0);
    let (mut last, mut code) = (Seq::START, None);
    while acks < 3000 && code.is_none() {
        while sent < 3000 && sent - acks < 50 {
            busy.message(world.clock.new_entry_id(), &text).await;
            sent += 1;
        }
        acked(&mut busy).await;
        acks += 1;
        if acks % 4 == 0 {
            code = read_one(&mut slow, &mut last).await;
        }
    }
    let code = loop {
        match code {
            Some(code) => break code,
            None => code = read_one(&mut slow, &mut last).await,
        }
    };
    assert_eq!(code, 4008);
    let mut back = Socket::talking(&world, "tienda", &chat.token, Seq(i64::MAX)).await;
    let missed = resumed(&mut back, last).await;
    assert!(missed.iter().zip(last.0 + 1..).all(|(entry, n)| entry.seq == Seq(n)));
    assert!(!missed.is_empty());
}
