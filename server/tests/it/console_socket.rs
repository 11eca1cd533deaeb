//! The console's socket.

use crate::world::{EMAIL, Engine, PASSWORD, SITE, World, eventually, on_both, socket::Socket};
use desk::console::{Comment, HandoverTarget};
use protocol::{
    Code, Seq, TicketId,
    agent::{
        AgentChat, AgentCommand, AgentEvent, AgentState, Draft, SUBPROTOCOL, Total, WorkKind,
        WorkView,
    },
    entry::AgentBody,
    visitor::{VisitorCommand, VisitorEvent},
};

/// A console that is open and Disponible.
async fn console(world: &World) -> (Socket, desk::people::Agent, String) {
    let (cookie, agent) = world.agent(EMAIL).await;
    world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    let mut socket = Socket::console(world, &cookie).await;
    socket.say_agent(AgentCommand::Hello).await;
    let AgentEvent::Welcome { me, .. } = socket.agent_event().await else { panic!("no Welcome") };
    assert_eq!((me.email.as_str(), me.state), (EMAIL, AgentState::Available));
    world.until(|| world.is_open("tienda")).await;
    (socket, agent, cookie)
}

on_both! {
    a_chat_rings_is_taken_and_both_sides_hear_each_other,
    the_list_follows_what_happens,
    a_view_is_followed_over_its_pages,
    an_agent_of_one_site_sees_nothing_of_another,
    a_session_that_ends_signs_its_console_out,
    who_was_mentioned_with_no_console_open_is_told_by_the_next_one_alone,
    what_came_of_a_transfer_with_no_console_open_is_told_by_the_next_one_alone,
    a_draft_for_a_ticket_that_is_not_seen_is_gone_without_a_word,
    an_agent_who_loses_a_site_is_told_and_hears_nothing_more_of_it,
    who_reads_along_hears_nothing_more_of_a_chat_that_went_to_another_queue,
}

/// An entry and a row as another process leaves them, of which nobody here hears.
const UNHEARD: &str = "
    insert into entries (ticket_id, seq, id, at, kind, agent_id, body)
      select e.ticket_id, e.seq + 1, gen_random_uuid(), e.at, e.kind, e.agent_id, e.body
      from entries e join tickets t on t.id = e.ticket_id and t.last_seq = e.seq;
    update tickets set last_seq = last_seq + 1, preview = 'desde otro proceso'";
const CUT_LISTENER: &str = "
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'ayuda node %' and datname = current_database()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_read_what_was_done_while_nobody_listened() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    world.until(|| world.desk().relay_lag().is_some()).await;
    let (mut console, agent, _) = console(&world).await;
    let chat = world.start_chat("tienda", "¿Hay alguien?").await;
    let mut panel = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let offer = console.until_agent(|event| match event {
        AgentEvent::Offer { offer } => Some(offer.chat),
        _ => None,
    });
    let ticket = world.desk().accept(&agent, offer.await).await.unwrap();
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let watched = |event| matches!(event, AgentEvent::Entries { .. }).then_some(());
    console.until_agent(watched).await;
    let joined = |event| match event {
        VisitorEvent::Entry { entry } => Some(entry.seq),
        _ => None,
    };
    assert_eq!(panel.until(joined).await, Seq(3));
    world.force(UNHEARD).await;
    world.force(CUT_LISTENER).await;
    let (entries, last) = panel
        .until(|event| match event {
            VisitorEvent::Entries { entries, last } => Some((entries, last)),
            _ => None,
        })
        .await;
    assert_eq!((entries.len(), entries[0].seq, last), (1, Seq(4), Seq(4)), "what it lacks");
    let (mut has_entries, mut has_row) = (false, false);
    while !(has_entries && has_row) {
        match console.agent_event().await {
            AgentEvent::Entries { entries, last, .. } => {
                assert_eq!((entries.len(), last), (1, Seq(4)));
                has_entries = true;
            }
            AgentEvent::Work { item } => has_row |= item.preview == "desde otro proceso",
            _ => {}
        }
    }
}

async fn a_chat_rings_is_taken_and_both_sides_hear_each_other(world: World) {
    let (mut console, agent, _) = console(&world).await;
    let chat = world.start_chat("tienda", "¿Hay alguien?").await;
    let mut panel = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let offer = |event| match event {
        AgentEvent::Offer { offer } => Some(offer),
        _ => None,
    };
    let offer = console.until_agent(offer).await;
    assert_eq!((&offer.number, offer.message.as_str()), (&chat.number, "¿Hay alguien?"));
    let ticket = world.desk().accept(&agent, offer.chat).await.unwrap();
    let gone = |event| matches!(event, AgentEvent::OfferGone { .. }).then_some(());
    console.until_agent(gone).await;
    panel.until(|event| matches!(event, VisitorEvent::Ticket { .. }).then_some(())).await;
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let head = |event| match event {
        AgentEvent::Conversation { conversation } => Some(conversation),
        _ => None,
    };
    let head = console.until_agent(head).await;
    assert!(matches!(head.chat, AgentChat::Active { mine: true, .. }) && head.visitor_present);
    let id = world.clock.new_entry_id();
    let say = AgentCommand::Say { ticket, id, text: "Aquí estoy".into(), files: Vec::new() };
    console.say_agent(say.clone()).await;
    let ack = |event| match event {
        AgentEvent::Ack { id, seq, .. } => Some((id, seq)),
        _ => None,
    };
    let first = console.until_agent(ack).await;
    console.say_agent(say).await;
    assert_eq!(console.until_agent(ack).await, first);
    let entry = |event| match event {
        VisitorEvent::Entry { entry } if entry.id == id => Some(entry.seq),
        _ => None,
    };
    assert_eq!(panel.until(entry).await, first.1);
    panel.say(&VisitorCommand::Seen { upto: first.1 }).await;
    let seen = |event| match event {
        AgentEvent::Seen { upto, .. } => Some(upto),
        _ => None,
    };
    assert_eq!(console.until_agent(seen).await, first.1);
    // Typing is not stored: said at once with Seen, it could overtake it.
    panel.say(&VisitorCommand::Typing).await;
    console.until_agent(|event| matches!(event, AgentEvent::Typing { .. }).then_some(())).await;
    panel.message(world.clock.new_entry_id(), "Gracias").await;
    let thanks = |event| match event {
        AgentEvent::Entry { entry, .. } => {
            matches!(entry.body, AgentBody::Visitor { ref text, .. } if text == "Gracias")
                .then_some(())
        }
        _ => None,
    };
    console.until_agent(thanks).await;
    drop(panel);
    let left = |event| match event {
        AgentEvent::VisitorPresent { present, .. } => Some(present),
        _ => None,
    };
    assert!(!console.until_agent(left).await);
}

async fn the_list_follows_what_happens(world: World) {
    let (mut console, agent, _) = console(&world).await;
    world.ask("tienda", "Una solicitud").await;
    let row = |event| match event {
        AgentEvent::Work { item } => Some(item),
        _ => None,
    };
    let item = console.until_agent(row).await;
    assert_eq!((item.kind, item.preview.as_str()), (WorkKind::Request, "Una solicitud"));
    let reasons = world.desk().closing_reasons(&agent, item.ticket).await.unwrap();
    world.desk().close_ticket(&agent, item.ticket, &reasons[0]).await.unwrap();
    let gone = |event| match event {
        AgentEvent::WorkGone { ticket } => Some(ticket),
        _ => None,
    };
    assert_eq!(console.until_agent(gone).await, item.ticket);
}

async fn a_view_is_followed_over_its_pages(world: World) {
    let (cookie, agent) = world.agent(EMAIL).await;
    let site = world.desk().find_site(&protocol::SiteKey("tienda".into())).unwrap();
    for _ in 0..120 {
        let new = desk::tickets::NewRequest {
            id: world.clock.new_entry_id(),
            name: None,
            email: protocol::text::EmailAddress::parse("rosa@example.com").unwrap(),
            subject: None,
            queue: None,
            text: protocol::text::FormText::parse("Hola").unwrap(),
            files: vec![],
            page: None,
            lang: "es".into(),
            zone: None,
            client: None,
            identity: None,
        };
        world.desk().open_request(&site, new).await.unwrap();
    }
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    let AgentEvent::Welcome { work, total, .. } = console.agent_event().await else {
        panic!("no Welcome")
    };
    let total_of = |rows| Some(Total { rows, at_least: false });
    assert_eq!((work.len(), total), (100, total_of(120)));
    let listed = |event| match event {
        AgentEvent::Listed { view, first, items, total } => Some((view, first, items, total)),
        _ => None,
    };
    // A new request stands at the end, on a page that is not on screen: it is counted.
    world.ask("tienda", "La última").await;
    let (view, first, items, total) = console.until_agent(listed).await;
    assert_eq!((view, first, items.len(), total), (WorkView::Open, false, 0, total_of(121)));
    console.say_agent(AgentCommand::More).await;
    let (_, first, items, total) = console.until_agent(listed).await;
    assert_eq!((first, items.len(), total), (false, 21, None));
    assert_eq!(items[20].preview, "La última");

    // A row leaves one view, and comes into another.
    let reasons = world.desk().closing_reasons(&agent, work[0].ticket).await.unwrap();
    world.desk().close_ticket(&agent, work[0].ticket, &reasons[0]).await.unwrap();
    let gone = |event| matches!(event, AgentEvent::WorkGone { .. }).then_some(());
    console.until_agent(gone).await;
    console.say_agent(AgentCommand::List { view: WorkView::Closed }).await;
    let (view, first, items, total) = console.until_agent(listed).await;
    assert_eq!((view, first, items.len(), total), (WorkView::Closed, true, 1, None));
    world.desk().close_ticket(&agent, work[1].ticket, &reasons[0]).await.unwrap();
    let row = |event| match event {
        AgentEvent::Work { item } => Some(item),
        _ => None,
    };
    let item = console.until_agent(row).await;
    assert_eq!((item.ticket, item.kind), (work[1].ticket, WorkKind::Closed));
    world.desk().reopen_ticket(&agent, work[1].ticket).await.unwrap();
    console.until_agent(gone).await;
}

async fn who_was_mentioned_with_no_console_open_is_told_by_the_next_one_alone(world: World) {
    let (cookie, ana) = world.agent(EMAIL).await;
    let (_, eva) = world.agent("eva@example.com").await;
    world.ask("tienda", "Hola").await;
    let ticket = world.desk().worklist(&eva, WorkView::Open, None).await.unwrap().items[0].ticket;
    let comment = async || {
        let id = world.clock.new_entry_id();
        let comment =
            Comment { id, text: "¿Lo ves?".into(), mentions: vec![ana.id], files: Vec::new() };
        world.desk().comment(&eva, ticket, comment).await.unwrap();
    };
    // What a console hears of mentions until it is answered.
    let mentions = async |console: &mut Socket| {
        console.say_agent(AgentCommand::Ping).await;
        let heard = console.frames_until(|frame| *frame == "pong").await;
        heard.iter().filter(|frame| frame.get("mentioned").is_some()).count()
    };
    comment().await;
    for told in [1, 0] {
        let mut console = Socket::console(&world, &cookie).await;
        console.say_agent(AgentCommand::Hello).await;
        assert_eq!(mentions(&mut console).await, told);
    }
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    assert_eq!(mentions(&mut console).await, 0);
    comment().await;
    let mentioned = |event| matches!(event, AgentEvent::Mentioned { .. }).then_some(());
    console.until_agent(mentioned).await;
}

async fn what_came_of_a_transfer_with_no_console_open_is_told_by_the_next_one_alone(world: World) {
    let (mut console, ana, cookie) = console(&world).await;
    world.start_chat("tienda", "Hola").await;
    let offer = console.until_agent(|event| match event {
        AgentEvent::Offer { offer } => Some(offer.chat),
        _ => None,
    });
    let ticket = world.desk().accept(&ana, offer.await).await.unwrap();
    // What comes of it comes while her console is away.
    drop(console);
    world.until(|| !world.is_open("tienda")).await;
    let (_, eva) = world.agent("eva@example.com").await;
    world.desk().set_agent_state(eva.id, AgentState::Available).await.unwrap();
    let _evas = world.desk().console_connected(eva.id);
    let to = HandoverTarget::Agent(eva.id);
    world.desk().ask_transfer(&ana, ticket, to, None).await.unwrap();
    let rings = async || world.desk().offers(&eva).await.unwrap().into_iter().next();
    let offer = eventually(rings).await;
    world.desk().decline_offer(&eva, offer.chat, offer.offer.unwrap()).await.unwrap();
    let outcomes = async |console: &mut Socket| {
        console.say_agent(AgentCommand::Ping).await;
        let heard = console.frames_until(|frame| *frame == "pong").await;
        heard.iter().filter_map(|frame| frame.get("handover").cloned()).collect::<Vec<_>>()
    };
    for told in [1, 0] {
        let mut console = Socket::console(&world, &cookie).await;
        console.say_agent(AgentCommand::Hello).await;
        let heard = outcomes(&mut console).await;
        assert_eq!(heard.len(), told);
        assert!(heard.iter().all(|frame| frame["outcome"] == "declined"), "{heard:?}");
    }
}

async fn a_draft_for_a_ticket_that_is_not_seen_is_gone_without_a_word(world: World) {
    let (mut console, _, _) = console(&world).await;
    let ticket = TicketId(uuid::Uuid::from_u128(7));
    let draft = Draft { ticket, text: "Hola".into(), at: world.desk().now() };
    console.say_agent(AgentCommand::Draft { draft: draft.clone() }).await;
    let answer = console.until_agent(|event| match event {
        AgentEvent::Draft { draft } => Some(draft),
        AgentEvent::Refused { refusal, .. } => panic!("{refusal:?}"),
        _ => None,
    });
    assert_eq!(answer.await, Draft { text: String::new(), ..draft });
}

async fn an_agent_of_one_site_sees_nothing_of_another(world: World) {
    world.apply(&SITE.replace("tienda", "otra")).await;
    let asked = world.ask("otra", "Secreto").await;
    let everywhere = world.agent("jefa@example.com").await.1;
    let ticket =
        world.desk().worklist(&everywhere, WorkView::Open, None).await.unwrap().items[0].ticket;
    let new = desk::people::NewAgent {
        email: EMAIL.into(),
        name: "Ana".into(),
        role: desk::people::Role::Agent,
        sites: vec!["tienda".into()],
        queues: Vec::new(),
        password: Some(PASSWORD.into()),
    };
    world.desk().create_agent(new).await.unwrap();
    let token = world.desk().sign_in(EMAIL, PASSWORD).await.unwrap();
    let mut console = Socket::console(&world, &format!("ayuda_session={}", token.0)).await;
    console.say_agent(AgentCommand::Hello).await;
    let AgentEvent::Welcome { work, .. } = console.agent_event().await else {
        panic!("no Welcome")
    };
    assert_eq!(work, []);
    let id = world.clock.new_entry_id();
    for command in [
        AgentCommand::Watch { ticket, after: Seq::START },
        AgentCommand::Say { ticket, id, text: "Hola".into(), files: Vec::new() },
    ] {
        console.say_agent(command).await;
        let refused = |event| match event {
            AgentEvent::Refused { refusal, .. } => Some(refusal.code),
            AgentEvent::Entries { .. } | AgentEvent::Ack { .. } => panic!("let in"),
            _ => None,
        };
        assert_eq!(console.until_agent(refused).await, Code::NotFound);
    }
    // What happens there is not heard here either.
    let path = asked.link.strip_prefix(&world.origin()).unwrap().to_owned();
    let cookie = world.client.get(path).send().await.set_cookie("ayuda_ticket").unwrap();
    let reply = world.client.post(format!("/t/{}", asked.number)).cookie(&cookie);
    assert_eq!(reply.form(&[("message", "Más secreto")]).send().await.status, 303);
    // What comes after it is: of their own site, which happened later, and an answer behind everything that was
    // waiting.
    world.ask("tienda", "Para ella").await;
    let mut heard = Vec::new();
    while !heard.iter().any(|event| matches!(event, AgentEvent::Work { .. })) {
        heard.push(console.agent_event().await);
    }
    console.say_agent(AgentCommand::Ping).await;
    while heard.last() != Some(&AgentEvent::Pong) {
        heard.push(console.agent_event().await);
    }
    let rows = heard.iter().filter_map(|event| match event {
        AgentEvent::Work { item } => Some(item.preview.as_str()),
        _ => None,
    });
    // Once or, when it changed again meanwhile, twice: but no other.
    assert_eq!(rows.collect::<std::collections::BTreeSet<_>>(), ["Para ella"].into());
    let all = format!("{heard:?}");
    assert!(!all.contains(&ticket.to_string()) && !all.contains("secreto"), "{all}");
}

async fn an_agent_who_loses_a_site_is_told_and_hears_nothing_more_of_it(world: World) {
    world.apply(&SITE.replace("tienda", "otra").replace("La Tienda", "La Otra")).await;
    let account = |site: &str, password: Option<&str>| desk::people::NewAgent {
        email: EMAIL.into(),
        name: "Ana".into(),
        role: desk::people::Role::Agent,
        sites: vec![site.into()],
        queues: Vec::new(),
        password: password.map(Into::into),
    };
    world.desk().create_agent(account("tienda", Some(PASSWORD))).await.unwrap();
    let token = world.desk().sign_in(EMAIL, PASSWORD).await.unwrap();
    world.ask("tienda", "Secreto").await;
    let mut console = Socket::console(&world, &format!("ayuda_session={}", token.0)).await;
    console.say_agent(AgentCommand::Hello).await;
    let AgentEvent::Welcome { work, .. } = console.agent_event().await else {
        panic!("no Welcome")
    };
    let ticket = work[0].ticket;
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let entries = |event| matches!(event, AgentEvent::Entries { .. }).then_some(());
    console.until_agent(entries).await;

    world.desk().create_agent(account("otra", None)).await.unwrap();
    // The row may go a moment before the conversation: it is read again with whatever else changes.
    console
        .until_agent_has([
            &|event| *event == AgentEvent::AccessLost { ticket },
            &|event| *event == AgentEvent::WorkGone { ticket },
            &|event| matches!(event, AgentEvent::State { me } if me.sites == ["La Otra"]),
        ])
        .await;
    // The same socket asks again, as the agent that they are now.
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let refused = |event| match event {
        AgentEvent::Refused { refusal, .. } => Some(refusal.code),
        AgentEvent::Entries { .. } => panic!("let in"),
        _ => None,
    };
    assert_eq!(console.until_agent(refused).await, Code::NotFound);
    world.ask("otra", "Para ella").await;
    let row = |event| match event {
        AgentEvent::Work { item } => Some(item.preview.clone()),
        _ => None,
    };
    assert_eq!(console.until_agent(row).await, "Para ella");
}

async fn who_reads_along_hears_nothing_more_of_a_chat_that_went_to_another_queue(world: World) {
    world.apply(&format!("{SITE}[[queues]]\nname = \"Dos\"\n")).await;
    let hire = async |name: &str, queue: &str| {
        let email = format!("{name}@example.com");
        let new = desk::people::NewAgent {
            email: email.clone(),
            name: name.into(),
            role: desk::people::Role::Agent,
            sites: vec!["tienda".into()],
            queues: vec![queue.into()],
            password: Some(PASSWORD.into()),
        };
        world.desk().create_agent(new).await.unwrap();
        let token = world.desk().sign_in(&email, PASSWORD).await.unwrap();
        let agent = world.desk().find_session(&token.0).await.unwrap().unwrap();
        (agent, format!("ayuda_session={}", token.0))
    };
    let (lucia, _) = hire("lucia", "Soporte general").await;
    let (pedro, _) = hire("pedro", "Dos").await;
    let (_, cookie) = hire("ana", "Soporte general").await;
    let _consoles = [&lucia, &pedro].map(|agent| {
        let desk = world.desk();
        desk.console_connected(agent.id)
    });
    world.until(|| world.is_open("tienda")).await;
    let started = world.start_chat("tienda", "¿Hay alguien?").await;
    let offer = async |agent: &desk::people::Agent| {
        eventually(async || world.desk().offers(agent).await.unwrap().into_iter().next()).await
    };
    let chat = offer(&lucia).await.chat;
    let ticket = world.desk().accept(&lucia, chat).await.unwrap();
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let entries = |event| matches!(event, AgentEvent::Entries { .. }).then_some(());
    console.until_agent(entries).await;

    let targets = world.desk().handover_targets(&lucia, ticket).await.unwrap();
    let queue = targets.queues.iter().find(|queue| queue.name == "Dos").unwrap().queue;
    let to = HandoverTarget::Queue(queue);
    world.desk().ask_transfer(&lucia, ticket, to, None).await.unwrap();
    let asked = offer(&pedro).await;
    world.desk().accept_offer(&pedro, asked.chat, asked.offer.unwrap()).await.unwrap();
    let lost = |event| match event {
        AgentEvent::AccessLost { ticket } => Some(ticket),
        _ => None,
    };
    assert_eq!(console.until_agent(lost).await, ticket);
    let mut panel = Socket::talking(&world, "tienda", &started.token, Seq::START).await;
    let id = world.clock.new_entry_id();
    panel.message(id, "Un secreto").await;
    let stored = |event| match event {
        VisitorEvent::Ack { id: stored, .. } => (stored == id).then_some(()),
        _ => None,
    };
    panel.until(stored).await;
    // What comes until its own question is answered.
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    let refused = |event| match event {
        AgentEvent::Refused { refusal, .. } => Some(refusal.code),
        AgentEvent::Entry { .. } | AgentEvent::Entries { .. } => panic!("{event:?}"),
        _ => None,
    };
    assert_eq!(console.until_agent(refused).await, Code::NotFound);
}

async fn a_session_that_ends_signs_its_console_out(world: World) {
    let (mut console, _, cookie) = console(&world).await;
    let out = world.client.post("/console/sign-out").cookie(&cookie).form(&[]).send().await;
    assert_eq!(out.status, 303);
    console.until_agent(|event| (event == AgentEvent::SignedOut).then_some(())).await;
    assert_eq!(console.closed().await, 1000);
    world.until(|| !world.is_open("tienda")).await;
}

#[tokio::test]
async fn a_console_is_upgraded_for_a_session_from_our_own_page_only() {
    let world = World::new(Engine::Sqlite).await;
    let (cookie, _) = world.agent(EMAIL).await;
    let ours = world.origin();
    let connect = async |headers: &[(&str, &str)]| {
        Socket::connect(&world, "/console/socket", SUBPROTOCOL, headers).await.err()
    };
    assert_eq!(connect(&[("origin", &ours)]).await, Some(401));
    assert_eq!(connect(&[("origin", &ours), ("cookie", "ayuda_session=x")]).await, Some(401));
    assert_eq!(
        connect(&[("origin", "https://evil.example"), ("cookie", &cookie)]).await,
        Some(403)
    );
    assert_eq!(connect(&[("cookie", &cookie)]).await, Some(403));
    assert_eq!(connect(&[("origin", &ours), ("cookie", &cookie)]).await, None);
}
