//! What one socket may ask for (`behaviours.md`, "Delivery contract", 8).

use crate::world::{
    EMAIL, SITE, World, on_both,
    socket::{Came, Socket},
};
use protocol::{
    Seq,
    agent::{AgentCommand, AgentEvent, AgentState, Draft, WorkView},
    form::Started,
    limits,
    text::FormText,
    visitor::{VisitorCommand, VisitorEvent},
};
use serde_json::Value;
use std::time::Duration;

on_both! {
    an_answer_has_at_most_256_kb_and_says_whether_there_is_more,
    frames_over_the_budget_wait_and_none_is_lost,
    typing_reaches_the_other_side_at_most_once_in_two_seconds,
    a_long_ticket_is_shown_page_by_page,
    a_console_is_welcomed_with_as_many_drafts_as_fit_and_has_the_others_after_it,
}

/// Of the longest messages that there are.
const REPLIES: usize = 12;

/// A request with replies that begin with their numbers.
async fn long_ticket(world: &World) -> Started {
    let asked = world.ask("tienda", "Empieza aquí").await;
    let site = world.desk().find_site(&protocol::SiteKey("tienda".into())).unwrap();
    let visitor = world.desk().find_visitor(site.id, &asked.token).await.unwrap().unwrap();
    for n in 0..REPLIES {
        let begin = format!("réplica {n}. ");
        let rest = limits::FORM_TEXT - begin.chars().count();
        let text = FormText::parse(&[begin, "🙂".repeat(rest)].concat()).unwrap();
        let id = world.clock.new_entry_id();
        world.desk().post_visitor_reply(visitor, id, Some(text), &[]).await.unwrap();
    }
    asked
}

/// The next answer with entries: the places of the first and the last, and that of the ticket's last.
async fn answer(socket: &mut Socket) -> (i64, i64, i64) {
    loop {
        let Came::Event(frame) = socket.next::<Value>().await else { panic!("closed") };
        let Some(answer) = frame.get("entries") else { continue };
        assert!(frame.to_string().len() <= limits::ANSWER_BYTES);
        let entries = answer["entries"].as_array().unwrap();
        let place = |entry: Option<&Value>| entry.unwrap()["seq"].as_i64().unwrap();
        return (place(entries.first()), place(entries.last()), answer["last"].as_i64().unwrap());
    }
}

async fn an_answer_has_at_most_256_kb_and_says_whether_there_is_more(world: World) {
    world.apply(&format!("{SITE}[limits]\nframes_per_second = 0\n")).await;
    let asked = long_ticket(&world).await;
    let mut socket = Socket::panel(&world, "tienda").await;
    let hello = VisitorCommand::Hello { token: Some(asked.token), after: Seq::START };
    socket.say(&hello).await;
    let (mut first, mut upto, mut last) = answer(&mut socket).await;
    assert_eq!(first, 1);
    let mut answers = 1;
    while upto < last {
        socket.say(&VisitorCommand::Resume { after: Seq(upto) }).await;
        let next = upto + 1;
        (first, upto, last) = answer(&mut socket).await;
        assert_eq!(first, next, "nothing is left out");
        answers += 1;
    }
    assert!(answers > 3, "{answers}");
    // However many are asked at once.
    for _ in 0..64 {
        socket.say(&VisitorCommand::Resume { after: Seq::START }).await;
    }
    for _ in 0..64 {
        assert_eq!(answer(&mut socket).await.0, 1);
    }
    socket.say(&VisitorCommand::Resume { after: Seq(i64::MAX) }).await;
    let nothing = |event| match event {
        VisitorEvent::Entries { entries, .. } => Some(entries.len()),
        _ => None,
    };
    assert_eq!(socket.until(nothing).await, 0);
}

async fn frames_over_the_budget_wait_and_none_is_lost(world: World) {
    world.apply(&format!("{SITE}[limits]\nframe_burst = 2\nframes_per_second = 500\n")).await;
    let asked = world.ask("tienda", "Hola").await;
    let mut socket = Socket::talking(&world, "tienda", &asked.token, Seq::START).await;
    for _ in 0..200 {
        socket.say(&VisitorCommand::Ping).await;
    }
    for _ in 0..200 {
        socket.until(|event| matches!(event, VisitorEvent::Pong).then_some(())).await;
    }
}

async fn typing_reaches_the_other_side_at_most_once_in_two_seconds(world: World) {
    let (cookie, agent) = world.agent(EMAIL).await;
    world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    world.until(|| world.is_open("tienda")).await;
    let chat = world.start_chat("tienda", "Hola").await;
    let mut panel = Socket::talking(&world, "tienda", &chat.token, Seq::START).await;
    let offered = console.frames_until(|frame| frame.get("offer").is_some()).await;
    let offer = &offered.last().unwrap()["offer"]["offer"]["chat"];
    let offer = serde_json::from_value(offer.clone()).unwrap();
    let ticket = world.desk().accept(&agent, offer).await.unwrap();
    console.say_agent(AgentCommand::Watch { ticket, after: Seq::START }).await;
    console.frames_until(|frame| frame.get("entries").is_some()).await;
    for round in ["Uno", "Dos"] {
        for _ in 0..20 {
            panel.say(&VisitorCommand::Typing).await;
        }
        panel.message(world.clock.new_entry_id(), round).await;
        // The list's row may tell of it before.
        let is_said =
            |frame: &Value| frame.get("work").is_none() && frame.to_string().contains(round);
        let heard = console.frames_until(is_said).await;
        let typing = heard.iter().filter(|frame| frame.get("typing").is_some()).count();
        assert_eq!(typing, 1, "{heard:?}");
        world.clock.advance(Duration::from_secs(2));
    }
    for _ in 0..20 {
        console.say_agent(AgentCommand::Typing { ticket }).await;
    }
    panel.until(|event| matches!(event, VisitorEvent::Typing { .. }).then_some(())).await;
    let id = world.clock.new_entry_id();
    let say = AgentCommand::Say { ticket, id, text: "Aquí".into(), files: Vec::new() };
    console.say_agent(say).await;
    // Answered in order: by then every notice has been looked at.
    console.frames_until(|frame| frame.get("ack").is_some()).await;
    let heard = panel.frames_until(|frame| frame.to_string().contains("Aquí")).await;
    assert!(heard.iter().all(|frame| frame.get("typing").is_none()), "{heard:?}");
}

async fn a_console_is_welcomed_with_as_many_drafts_as_fit_and_has_the_others_after_it(
    world: World,
) {
    let (cookie, agent) = world.agent(EMAIL).await;
    for n in 1..=5 {
        world.ask("tienda", &format!("Pregunta {n}")).await;
    }
    let work = world.desk().worklist(&agent, WorkView::Open, None).await.unwrap().items;
    assert_eq!(work.len(), 5);
    // Twice as long in a frame as it is here.
    let text = "\"".repeat(2 * limits::FORM_TEXT);
    for item in &work {
        let draft = Draft { ticket: item.ticket, text: text.clone(), at: world.desk().now() };
        world.desk().store_draft(&agent, &draft).await.unwrap();
    }
    let mut console = Socket::console(&world, &cookie).await;
    console.say_agent(AgentCommand::Hello).await;
    let welcome = console.agent_event().await;
    assert!(serde_json::to_vec(&welcome).unwrap().len() <= limits::ANSWER_BYTES);
    let AgentEvent::Welcome { drafts, .. } = welcome else { panic!("no Welcome") };
    assert_eq!(drafts.len(), 3);
    let mut tickets: Vec<_> = drafts.iter().map(|draft| draft.ticket).collect();
    while tickets.len() < work.len() {
        let AgentEvent::Draft { draft } = console.agent_event().await else { continue };
        assert_eq!(draft.text, text);
        tickets.push(draft.ticket);
    }
    tickets.sort();
    tickets.dedup();
    assert_eq!(tickets.len(), work.len());
}

async fn a_long_ticket_is_shown_page_by_page(world: World) {
    let asked = long_ticket(&world).await;
    let cookie = format!("ayuda_ticket={}", asked.token.0);
    let mut path = format!("/t/{}", asked.number);
    let mut seen = String::new();
    let mut pages = 0;
    loop {
        let page = world.client.get(&path).page().cookie(&cookie).send().await;
        assert_eq!(page.status, 200);
        let page = page.text();
        assert!(page.len() < 512 * 1024, "{}", page.len());
        assert!(page.contains("Empieza aquí"), "the heading says what it is about");
        assert_eq!(page.contains(&format!("réplica {}. ", REPLIES - 1)), pages == 0);
        assert_eq!(page.contains("Ver los más recientes"), pages > 0);
        pages += 1;
        let link = page.split("href=\"").skip(1).find(|link| link.contains("?before="));
        let link = link.and_then(|link| link.split('"').next()).map(str::to_owned);
        seen.push_str(&page);
        match link {
            Some(earlier) => path = earlier,
            None => break,
        }
    }
    assert!(pages > 3, "{pages}");
    for n in 0..REPLIES {
        assert!(seen.contains(&format!("réplica {n}. ")), "{n}");
    }
}
