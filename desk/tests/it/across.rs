//! What crosses between processes that serve one PostgreSQL. On SQLite there is one.

use crate::world::{
    Engine, Node, Person, World, reason, soon, until, wait_for_event, wait_for_offer,
};
use desk::{
    Desk,
    console::{Comment, HandoverTarget},
    live::{Event, RowChange, Subscription},
    people::{Agent, AgentChanges, Role},
    tickets::Visitor,
};
use protocol::{
    Seq, SiteKey, TicketId,
    agent::{AgentChat, AgentState, HandoverOutcome, OfferKind},
    entry::{AgentBody, AgentEntry, VisitorBody, VisitorEntry},
    visitor::VisitorChat,
};
use std::time::Duration;

/// Runs a test where PostgreSQL is.
macro_rules! on_postgres {
    ($($name:ident),* $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(world) = crate::world::World::on_postgres().await {
                    super::$name(world).await;
                }
            })*
        }
    };
}

on_postgres! {
    what_is_written_at_one_process_is_heard_at_another_in_order_and_alike,
    two_processes_that_write_to_one_ticket_both_hear_all_of_it_in_order,
    what_a_process_says_it_does_not_hear_again,
    messages_to_hundreds_of_tickets_at_once_are_all_heard,
    a_row_of_the_list_changes_by_a_message_without_being_read,
    a_row_that_is_seen_by_a_mention_alone_changes_by_a_message_too,
    a_row_that_no_console_here_shows_is_read_anew_after_a_message,
    what_is_seen_and_who_types_is_heard,
    a_panel_at_one_process_is_there_at_all_of_them,
    with_a_process_its_panels_are_gone,
    with_a_process_those_who_look_there_are_gone,
    a_panel_that_came_before_anybody_listened_is_asked_for,
    offers_ring_and_stop_at_every_console_of_the_agent,
    an_agents_state_and_the_end_of_a_session_are_heard_and_known,
    access_that_is_lost_ends_at_every_process,
    a_chat_that_starts_or_ends_at_one_process_is_offered_by_another,
    places_in_line_move_up_at_every_process,
    a_command_is_heard_by_those_who_serve,
    a_listener_that_is_cut_off_misses_nothing,
    a_listener_that_brings_nothing_back_is_made_again,
    what_is_asked_for_a_chat_rings_and_is_settled_at_other_processes,
}

/// A chat with an agent of the world's desk.
async fn chat(world: &World) -> (Agent, Visitor) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    // Open to the end of the test.
    std::mem::forget(console);
    let visitor = world.chat_with(&site, &agent).await;
    (agent, visitor)
}

/// The panel and a console that watch a ticket at a process, which knows the agent.
async fn watch(node: &Node, agent: &Agent, ticket: TicketId) -> (Subscription, Subscription) {
    until("the agent is known", async || node.desk.find_agent(agent.id).is_some()).await;
    let panel = node.desk.hub().visitor(ticket);
    let console = node.desk.hub().agent(agent.id);
    node.desk.hub().watch(&console, ticket);
    let (_, last) = node.desk.agent_entries(agent, ticket, Seq::START).await.unwrap();
    node.desk.hub().has_read(ticket, last);
    (panel, console)
}

/// The next entry of a subscription.
async fn hear_entry(line: &mut Subscription) -> (VisitorEntry, AgentEntry) {
    wait_for_event(line, |event| match event {
        Event::Entry { visitor, agent, .. } => Some((visitor.clone(), agent.clone())),
        _ => None,
    })
    .await
}

async fn say(desk: &Desk, world: &World, visitor: Visitor, text: &str) {
    desk.post_visitor_message(visitor, world.new_id(), text, &[]).await.unwrap();
}

async fn what_is_written_at_one_process_is_heard_at_another_in_order_and_alike(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (mut panel_here, mut console_here) = watch(&one, &agent, visitor.ticket).await;
    let (mut panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    let messages = (0..50).map(|n| {
        let (desk, id) = (one.desk.clone(), world.new_id());
        let text = format!("mensaje {n}");
        tokio::spawn(async move {
            desk.post_visitor_message(visitor, id, &text, &[]).await.unwrap();
        })
    });
    for message in messages.collect::<Vec<_>>() {
        message.await.unwrap();
    }
    one.desk.end_chat(&agent, visitor.ticket, &reason("Resuelto")).await.unwrap();
    for seq in 4..=55 {
        let here = hear_entry(&mut panel_here).await;
        assert_eq!(here.1.seq, Seq(seq));
        for line in [&mut console_here, &mut panel, &mut console] {
            assert_eq!(hear_entry(line).await, here);
        }
    }
    let head = |event: &Event| matches!(event, Event::Ticket { .. }).then_some(());
    wait_for_event(&mut panel, head).await;
    let ticket = two.desk.visitor_ticket(visitor).await.unwrap();
    assert!(matches!(ticket.chat, VisitorChat::Ended { .. }));
}

async fn two_processes_that_write_to_one_ticket_both_hear_all_of_it_in_order(world: World) {
    const EACH: i64 = 60;
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (mut panel, _) = watch(&one, &agent, visitor.ticket).await;
    let (mut console, _) = watch(&two, &agent, visitor.ticket).await;
    let visitors = async {
        for n in 0..EACH {
            say(&one.desk, &world, visitor, &format!("visita {n}")).await;
        }
    };
    let agents = async {
        for n in 0..EACH {
            let (id, text) = (world.new_id(), format!("agente {n}"));
            let posted = two.desk.post_agent_message(&agent, visitor.ticket, id, &text, &[]);
            posted.await.unwrap();
        }
    };
    tokio::join!(visitors, agents);
    for line in [&mut panel, &mut console] {
        for seq in 4..4 + 2 * EACH {
            assert_eq!(hear_entry(line).await.1.seq, Seq(seq));
        }
    }
}

async fn what_a_process_says_it_does_not_hear_again(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (mut panel, _) = watch(&one, &agent, visitor.ticket).await;
    let mut elsewhere = two.desk.hub().visitor(visitor.ticket);
    say(&one.desk, &world, visitor, "Hola").await;
    one.desk.mark_read_by_agent(&agent, visitor.ticket, Seq(4)).await.unwrap();
    // What the other says comes after what this one heard of itself, if it did.
    hear_entry(&mut elsewhere).await;
    let id = world.new_id();
    two.desk.post_agent_message(&agent, visitor.ticket, id, "Hola, Rosa", &[]).await.unwrap();
    let (mut entries, mut seen) = (Vec::new(), 0);
    while entries.last() != Some(&5) {
        match &*soon("an event", panel.next()).await.unwrap() {
            Event::Entry { agent, .. } => entries.push(agent.seq.0),
            Event::Seen { .. } => seen += 1,
            Event::TicketMissed { .. } => panic!("nothing was missed"),
            _ => {}
        }
    }
    assert_eq!((entries, seen), (vec![4, 5], 1));
}

async fn messages_to_hundreds_of_tickets_at_once_are_all_heard(world: World) {
    let site = world.site_with("a", "[limits]\nqueue_limit = 1000").await;
    let (_agent, _console) = world.at_console("lucia").await;
    let (one, two) = world.nodes().await;
    let mut panels = Vec::new();
    for _ in 0..300 {
        let (_, visitor) = world.start(&site).await;
        let panel = two.desk.hub().visitor(visitor.ticket);
        two.desk.hub().has_read(visitor.ticket, Seq(2));
        panels.push((visitor, panel));
    }
    let messages = panels.iter().map(|(visitor, _)| say(&one.desk, &world, *visitor, "Hola"));
    futures_util::future::join_all(messages).await;
    for (visitor, panel) in &mut panels {
        let (entry, _) = hear_entry(panel).await;
        assert_eq!(entry.seq, Seq(3), "{}", visitor.ticket);
    }
}

async fn a_row_of_the_list_changes_by_a_message_without_being_read(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (_panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    let row = |event: &Event| match event {
        Event::Work { ticket, on, change } if *ticket == visitor.ticket => {
            Some((*on, change.clone()))
        }
        _ => None,
    };
    for text in ["Uno", "Dos"] {
        say(&one.desk, &world, visitor, text).await;
        let (on, change) = wait_for_event(&mut console, row).await;
        assert_eq!((on.site, on.party.owner), (visitor.site, Some(agent.id)));
        let RowChange::Message(message) = change else { panic!("{change:?}") };
        assert_eq!(message.preview.text, text);
    }
}

async fn a_row_that_is_seen_by_a_mention_alone_changes_by_a_message_too(world: World) {
    world.site_with("a", "[[queues]]\nname = \"Ventas\"").await;
    let (lucia, visitor) = chat(&world).await;
    let pedro = Person { name: "pedro", role: Role::Agent, sites: &["a"], queues: &["Ventas"] };
    let (pedro, _) = world.hire(pedro).await;
    let (one, two) = world.nodes().await;
    until("he is known", async || two.desk.find_agent(pedro.id).is_some()).await;
    let mut console = two.desk.hub().agent(pedro.id);
    let (id, text) = (world.new_id(), "¿Lo ves?".to_owned());
    let comment = Comment { id, text, mentions: vec![pedro.id], files: Vec::new() };
    one.desk.comment(&lucia, visitor.ticket, comment).await.unwrap();
    let mentioned = |event: &Event| matches!(event, Event::Mentioned { .. }).then_some(());
    wait_for_event(&mut console, mentioned).await;
    say(&one.desk, &world, visitor, "Uno").await;
    let preview = |event: &Event| match event {
        Event::Work { change: RowChange::Message(message), .. } => {
            Some(message.preview.text.clone())
        }
        _ => None,
    };
    assert_eq!(wait_for_event(&mut console, preview).await, "Uno");
}

async fn a_row_that_no_console_here_shows_is_read_anew_after_a_message(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    until("the agent is known", async || two.desk.find_agent(agent.id).is_some()).await;
    let preview = async || {
        let row = two.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap();
        row.expect("her chat").preview.clone()
    };
    for text in ["Uno", "Dos"] {
        say(&one.desk, &world, visitor, text).await;
        until("the row as it is", async || preview().await == text).await;
    }
}

async fn what_is_seen_and_who_types_is_heard(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (mut panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    one.desk.visitor_is_typing(visitor);
    one.desk.agent_is_typing(&agent, visitor.ticket).await.unwrap();
    let typing = |event: &Event| match event {
        Event::Typing { agent, .. } => Some(agent.clone()),
        _ => None,
    };
    assert_eq!(wait_for_event(&mut console, typing).await, None);
    assert_eq!(wait_for_event(&mut panel, typing).await, Some((agent.id, agent.name.clone())));
    let seen = |event: &Event| match event {
        Event::Seen { by_visitor, upto, .. } => Some((*by_visitor, *upto)),
        _ => None,
    };
    // One after the other: whose of two is told first is nobody's promise.
    one.desk.mark_read_by_visitor(visitor, Seq(3)).await.unwrap();
    assert_eq!(wait_for_event(&mut console, seen).await, (true, Seq(3)));
    one.desk.mark_read_by_agent(&agent, visitor.ticket, Seq(2)).await.unwrap();
    assert_eq!(wait_for_event(&mut console, seen).await, (false, Seq(2)));
}

/// That the visitor's panel has come, or gone.
fn present(is_there: bool) -> impl FnMut(&Event) -> Option<()> {
    move |event| match event {
        Event::VisitorPresent { present, .. } => (*present == is_there).then_some(()),
        _ => None,
    }
}

async fn a_panel_at_one_process_is_there_at_all_of_them(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (_panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    let is_there = async || {
        let head = two.desk.conversation(&agent, visitor.ticket).await.unwrap();
        head.visitor_present
    };
    assert!(!is_there().await);
    let tab = one.desk.panel_connected(visitor.ticket);
    wait_for_event(&mut console, present(true)).await;
    assert!(is_there().await);
    let here = two.desk.panel_connected(visitor.ticket);
    drop(tab);
    until("the other has gone", async || {
        one.desk.panel_is_connected(visitor.ticket) && is_there().await
    })
    .await;
    drop(here);
    wait_for_event(&mut console, present(false)).await;
    assert!(!is_there().await);
    until("it is gone everywhere", async || !one.desk.panel_is_connected(visitor.ticket)).await;
}

async fn with_a_process_its_panels_are_gone(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (_panel, mut console) = watch(&one, &agent, visitor.ticket).await;
    let tab = two.desk.panel_connected(visitor.ticket);
    wait_for_event(&mut console, present(true)).await;
    // It cannot say so any more.
    std::mem::forget(tab);
    one.desk.node_is_gone(two.desk.node());
    wait_for_event(&mut console, present(false)).await;
    assert!(!one.desk.panel_is_connected(visitor.ticket));
}

async fn with_a_process_those_who_look_there_are_gone(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (pedro, _console) = world.at_console("pedro").await;
    let (one, two) = world.nodes().await;
    let (_panel, mut console) = watch(&one, &agent, visitor.ticket).await;
    let (_other_panel, elsewhere) = watch(&two, &pedro, visitor.ticket).await;
    let looking = |desk: &Desk| desk.colleagues_watching(agent.id, visitor.ticket).len();
    two.desk.watch_changed(pedro.id, visitor.ticket);
    until("he is seen to look", async || looking(&one.desk) == 1).await;
    // It cannot say so any more.
    std::mem::forget(elsewhere);
    one.desk.node_is_gone(two.desk.node());
    wait_for_event(&mut console, |event| match event {
        Event::Watchers { ticket } if looking(&one.desk) == 0 => Some(*ticket),
        _ => None,
    })
    .await;
}

async fn a_panel_that_came_before_anybody_listened_is_asked_for(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (_one, two) = world.nodes().await;
    let _tab = two.desk.panel_connected(visitor.ticket);
    let (third, _proxy) = world.node_behind_proxy().await;
    let (_panel, mut console) = watch(&third, &agent, visitor.ticket).await;
    third.desk.conversation(&agent, visitor.ticket).await.unwrap();
    wait_for_event(&mut console, present(true)).await;
    assert!(third.desk.conversation(&agent, visitor.ticket).await.unwrap().visitor_present);
}

async fn offers_ring_and_stop_at_every_console_of_the_agent(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_one, two) = world.nodes().await;
    let mut elsewhere = two.desk.hub().agent(agent.id);
    let (_, visitor) = world.start(&site).await;
    let chat = wait_for_offer(&mut elsewhere).await;
    let offer = two.desk.find_offer(&agent, chat).await.unwrap().unwrap();
    assert_eq!(offer.ticket, visitor.ticket);
    assert_eq!(two.desk.accept(&agent, chat).await.unwrap(), visitor.ticket);
    let gone = |event: &Event| matches!(event, Event::OfferGone { .. }).then_some(());
    wait_for_event(&mut elsewhere, gone).await;
}

async fn an_agents_state_and_the_end_of_a_session_are_heard_and_known(world: World) {
    world.site("a").await;
    let (agent, token) = world.owner().await;
    let (one, two) = world.nodes().await;
    let mut console = two.desk.hub().agent(agent.id);
    assert!(two.desk.find_session(&token.0).await.unwrap().is_some());
    one.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    let state = |event: &Event| matches!(event, Event::AgentState { .. }).then_some(());
    wait_for_event(&mut console, state).await;
    assert_eq!(two.desk.find_agent(agent.id).unwrap().state, AgentState::Away);
    one.desk.sign_out(&token.0).await.unwrap();
    let out = |event: &Event| matches!(event, Event::SignedOut { .. }).then_some(());
    wait_for_event(&mut console, out).await;
    assert!(two.desk.find_session(&token.0).await.unwrap().is_none(), "believed no longer");
}

async fn access_that_is_lost_ends_at_every_process(world: World) {
    let site = world.site("a").await;
    world.site("b").await;
    let eva = Person { name: "eva", role: Role::Agent, sites: &["a"], queues: &[] };
    let (agent, _) = world.hire(eva).await;
    let _console = world.desk.console_connected(agent.id);
    let (_, visitor) = world.start(&site).await;
    let (one, two) = world.nodes().await;
    let (_panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    let sites = Some(vec!["b".into()]);
    let changes = AgentChanges { sites, ..AgentChanges::default() };
    one.desk.change_agent("eva@example.com", &changes).await.unwrap();
    let lost = wait_for_event(&mut console, |event| match event {
        Event::AccessLost { ticket, .. } => Some(*ticket),
        _ => None,
    });
    assert_eq!(lost.await, visitor.ticket);
    let told = |event: &Event| matches!(event, Event::AccessChanged { .. }).then_some(());
    wait_for_event(&mut console, told).await;
}

async fn a_chat_that_starts_or_ends_at_one_process_is_offered_by_another(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (one, two) = world.nodes().await;
    let _elsewhere = two.desk.console_connected(agent.id);
    let mut line = one.desk.hub().agent(agent.id);
    let mut visitors = Vec::new();
    for _ in 0..2 {
        world.clock.advance(Duration::from_secs(1));
        let started = two.desk.start_chat(&site, world.new_chat()).await.unwrap();
        visitors.push(world.visitor(&site, &started).await);
    }
    let chat = wait_for_offer(&mut line).await;
    assert_eq!(two.desk.accept(&agent, chat).await.unwrap(), visitors[0].ticket);
    two.desk.end_chat(&agent, visitors[0].ticket, &reason("Resuelto")).await.unwrap();
    let next = wait_for_offer(&mut line).await;
    assert_eq!(one.desk.accept(&agent, next).await.unwrap(), visitors[1].ticket);
}

async fn places_in_line_move_up_at_every_process(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_one, two) = world.nodes().await;
    let mut line = world.desk.hub().agent(agent.id);
    let mut visitors = Vec::new();
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(1));
        visitors.push(world.start(&site).await.1);
    }
    let mut panel = two.desk.hub().visitor(visitors[2].ticket);
    let chat = wait_for_offer(&mut line).await;
    world.desk.accept(&agent, chat).await.unwrap();
    let position = async || match two.desk.visitor_ticket(visitors[2]).await.unwrap().chat {
        VisitorChat::Waiting { position } => position,
        other => panic!("{other:?}"),
    };
    assert_eq!(position().await, 2);
    let moved = |event: &Event| matches!(event, Event::Ticket { .. }).then_some(());
    wait_for_event(&mut panel, moved).await;
    world.desk.end_chat_as_visitor(visitors[1]).await.unwrap();
    soon("the first place", async {
        while position().await != 1 {
            wait_for_event(&mut panel, moved).await;
        }
    })
    .await;
}

async fn a_command_is_heard_by_those_who_serve(world: World) {
    let (_one, two) = world.nodes().await;
    let command = world.second_process().await;
    command.apply_site("key = \"nuevo\"\nname = \"Nuevo\"\nprefix = \"N\"").await.unwrap();
    command.close().await;
    let key = SiteKey("nuevo".into());
    until("the site is known", async || two.desk.find_site(&key).is_some()).await;
}

/// Reads a ticket as a socket does, up to this entry: what it was told, and what it read because something was missed.
async fn follow(
    desk: &Desk,
    visitor: Visitor,
    panel: &mut Subscription,
    (mut sent, upto): (i64, i64),
) -> u32 {
    let mut missed = 0;
    while sent < upto || missed == 0 {
        match &*soon("an event", panel.next()).await.unwrap() {
            Event::Entry { visitor: entry, .. } if entry.seq.0 > sent => {
                assert_eq!(entry.seq.0, sent + 1, "no gap");
                sent += 1;
            }
            Event::TicketMissed { .. } => {
                missed += 1;
                let (entries, last) = desk.visitor_entries(visitor, Seq(sent)).await.unwrap();
                desk.hub().has_read(visitor.ticket, last);
                for entry in entries {
                    assert_eq!(entry.seq.0, sent + 1, "no gap");
                    sent += 1;
                }
            }
            _ => {}
        }
    }
    missed
}

async fn a_listener_that_is_cut_off_misses_nothing(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, two) = world.nodes().await;
    let (mut panel, mut console) = watch(&two, &agent, visitor.ticket).await;
    let cut = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{}'",
        two.listener()
    );
    world.force(&cut).await;
    for n in 0..30 {
        say(&one.desk, &world, visitor, &format!("mensaje {n}")).await;
    }
    assert_eq!(follow(&two.desk, visitor, &mut panel, (3, 33)).await, 1, "told once");
    let missed = |event: &Event| matches!(event, Event::ConsoleMissed { .. }).then_some(());
    wait_for_event(&mut console, missed).await;
    // And it hears again.
    say(&one.desk, &world, visitor, "por fin").await;
    let next = wait_for_event(&mut panel, |event| match event {
        // What was said while it caught up, it may hear once more.
        Event::Entry { visitor, .. } => (visitor.seq > Seq(33)).then_some(visitor.seq),
        _ => None,
    });
    assert_eq!(next.await, Seq(34));
}

async fn a_listener_that_brings_nothing_back_is_made_again(world: World) {
    let (agent, visitor) = chat(&world).await;
    let (one, _two) = world.nodes().await;
    let (third, proxy) = world.node_behind_proxy().await;
    let (mut panel, _) = watch(&third, &agent, visitor.ticket).await;
    proxy.fall_silent();
    say(&one.desk, &world, visitor, "¿hay alguien?").await;
    let before = proxy.connections();
    until("another connection is made, although none has ended", async || {
        world.clock.advance(third.desk.options().node_lease / 10);
        proxy.connections() > before
    })
    .await;
    assert!(third.desk.relay_lag() >= Some(third.desk.options().node_lease));
    proxy.end_silence();
    follow(&third.desk, visitor, &mut panel, (3, 4)).await;
    say(&one.desk, &world, visitor, "sí").await;
    assert_eq!(hear_entry(&mut panel).await.0.seq, Seq(5));
}

/// Lucía is at one process, Pedro at the other: he takes her chat over, and she joins it.
async fn what_is_asked_for_a_chat_rings_and_is_settled_at_other_processes(world: World) {
    let (lucia, visitor) = chat(&world).await;
    let ticket = visitor.ticket;
    let pedro = world.agent("pedro").await;
    let (one, two) = world.nodes().await;
    let (mut panel, mut at_pedro) = watch(&two, &pedro, ticket).await;
    let mut at_lucia = one.desk.hub().agent(lucia.id);
    // Whom a process knows to be connected to another is no matter of this test.
    let _consoles = [&one, &two]
        .map(|node| [&lucia, &pedro].map(|agent| node.desk.console_connected(agent.id)));
    let outcome = async |desk: &Desk, agent: &Agent, line: &mut Subscription| {
        let settled = wait_for_event(line, |event| match event {
            Event::Handover { handover, .. } => Some(*handover),
            _ => None,
        });
        desk.find_settled_handover(agent, settled.await).await.unwrap().unwrap().outcome
    };

    let to = HandoverTarget::Agent(pedro.id);
    one.desk.ask_transfer(&lucia, ticket, to, Some("Ya pagó")).await.unwrap();
    let rings = wait_for_offer(&mut at_pedro).await;
    let offer = two.desk.find_offer(&pedro, rings).await.unwrap().unwrap();
    assert_eq!((offer.kind, offer.note.as_deref()), (OfferKind::Transfer, Some("Ya pagó")));
    two.desk.accept_offer(&pedro, rings, offer.offer.unwrap()).await.unwrap();
    assert_eq!(outcome(&one.desk, &lucia, &mut at_lucia).await, HandoverOutcome::Accepted);
    let told = async |line: &mut Subscription| match hear_entry(line).await.0.body {
        VisitorBody::Hidden => None,
        body => Some(body),
    };
    let shown = soon("what the visitor is told", async {
        loop {
            if let Some(shown) = told(&mut panel).await {
                return shown;
            }
        }
    });
    assert_eq!(shown.await, VisitorBody::Transferred { name: pedro.name.clone() });
    let head = one.desk.conversation(&lucia, ticket).await.unwrap().into_inner();
    assert!(matches!(head.chat, AgentChat::Active { agent, .. } if agent == pedro.name));

    // The other way round.
    let to = HandoverTarget::Agent(lucia.id);
    two.desk.ask_conference(&pedro, ticket, to, None).await.unwrap();
    let rings = wait_for_offer(&mut at_lucia).await;
    let offer = one.desk.find_offer(&lucia, rings).await.unwrap().unwrap();
    assert_eq!(offer.kind, OfferKind::Conference);
    one.desk.accept_offer(&lucia, rings, offer.offer.unwrap()).await.unwrap();
    assert_eq!(outcome(&two.desk, &pedro, &mut at_pedro).await, HandoverOutcome::Accepted);
    let id = world.new_id();
    one.desk.post_agent_message(&lucia, ticket, id, "Sigo aquí", &[]).await.unwrap();
    soon("what the guest says", async { while hear_entry(&mut panel).await.0.id != id {} }).await;
    let party = |event: &Event| match event {
        Event::Party { ticket, .. } => Some(*ticket),
        _ => None,
    };
    // That it rings no longer says so first.
    assert_eq!(wait_for_event(&mut at_lucia, party).await, ticket);
    two.desk.end_conference(&pedro, ticket).await.unwrap();
    assert_eq!(wait_for_event(&mut at_lucia, party).await, ticket);
    let left = async {
        loop {
            if let AgentBody::Left { agent, .. } = hear_entry(&mut panel).await.1.body {
                return agent;
            }
        }
    };
    assert_eq!(soon("that she left", left).await, lucia.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_there_is_nobody_to_hear() {
    let world = World::new(Engine::Sqlite).await;
    soon("the end of hearing", world.desk.relay()).await;
    assert_eq!(world.desk.relay_lag(), None);
}
