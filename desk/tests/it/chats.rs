//! A chat from its start to its end.

use crate::world::{ROSA, World, on_both, reason, refused};
use desk::{Desk, mail::TranscriptAsked};
use protocol::{
    Code, Field, Refusal, Score, Seq, Who,
    agent::{AgentChat, WorkKind, WorkView},
    entry::{AgentBody, Category, EndedBy, VisitorBody},
    text::{EmailAddress, RatingComment},
    visitor::VisitorChat,
};
use std::collections::HashSet;

on_both! {
    a_form_sent_twice_is_one_ticket,
    numbers_begin_at_1001_and_are_never_given_twice,
    of_twenty_who_accept_one_wins,
    only_its_agent_writes_into_a_chat_and_ends_it,
    an_agent_ends_with_a_reason_of_the_site,
    a_visitor_ends_and_a_second_time_does_nothing,
    a_rating_is_given_once_after_the_end,
    a_chat_ended_with_an_address_is_mailed_about,
    seen_grows_and_never_passes_the_last_entry,
    two_consoles_of_one_agent_are_one_agent,
}

async fn a_form_sent_twice_is_one_ticket(world: World) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    let new = world.new_chat();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (desk, site, new) = (world.desk.clone(), site.clone(), new.clone());
            tokio::spawn(async move { desk.start_chat(&site, new).await.unwrap() })
        })
        .collect();
    let mut tokens = HashSet::new();
    for task in tasks {
        let started = task.await.unwrap();
        assert_eq!((started.number.0.as_str(), started.seq), ("A-1001", Seq(2)));
        tokens.insert(started.token.0);
    }
    assert_eq!(tokens.len(), 1);
    let again = world.desk.start_chat(&site, new.clone()).await.unwrap();
    assert!(tokens.contains(&again.token.0));
    assert_eq!(
        again.link,
        format!("https://help.example.com/t/A-1001?k={}", again.token.0.split_once('.').unwrap().1)
    );
    assert_eq!(world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items.len(), 1);
    // Another site's form may carry the same id.
    let other = world.site("b").await;
    let there = world.desk.start_chat(&other, new.clone()).await.unwrap();
    assert_eq!(there.number.0, "B-1001");
    // And the answer is the same when the desk has closed since.
    drop(console);
    assert_eq!(world.desk.start_chat(&site, new).await.unwrap().number.0, "A-1001");
    assert_eq!(refused(world.desk.start_chat(&site, world.new_chat()).await), Code::ChatClosed);
}

async fn numbers_begin_at_1001_and_are_never_given_twice(world: World) {
    let site = world.site("a").await;
    let (_agent, _console) = world.at_console("lucia").await;
    let tasks: Vec<_> = (0..30)
        .map(|n| {
            let (desk, site): (Desk, _) = (world.desk.clone(), site.clone());
            let (chat, request) = (world.new_chat(), world.new_request(ROSA));
            tokio::spawn(async move {
                let started = if n % 3 == 0 {
                    desk.open_request(&site, request).await
                } else {
                    desk.start_chat(&site, chat).await
                };
                started.unwrap().number.0
            })
        })
        .collect();
    let mut numbers = HashSet::new();
    for task in tasks {
        assert!(numbers.insert(task.await.unwrap()));
    }
    assert!((1001..=1030).all(|n| numbers.contains(&format!("A-{n}"))));
}

async fn of_twenty_who_accept_one_wins(world: World) {
    let site = world.site("a").await;
    let mut agents = Vec::new();
    for n in 0..20 {
        agents.push(world.agent(&format!("agent{n}")).await);
    }
    let _console = world.desk.console_connected(agents[0].id);
    let (_, visitor) = world.start(&site).await;
    let chat = world
        .desk
        .find_worklist_item(&agents[0], visitor.ticket)
        .await
        .unwrap()
        .unwrap()
        .chat
        .unwrap();
    let tasks: Vec<_> = agents
        .iter()
        .map(|agent| {
            let (desk, agent) = (world.desk.clone(), agent.clone());
            tokio::spawn(async move { (agent.clone(), desk.accept(&agent, chat).await) })
        })
        .collect();
    let (mut winner, mut told) = (None, Vec::new());
    for task in tasks {
        let (agent, accepted) = task.await.unwrap();
        match accepted {
            Ok(ticket) => {
                assert_eq!(ticket, visitor.ticket);
                assert!(winner.replace(agent).is_none(), "one wins");
            }
            Err(error) => {
                let refusal = error.refusal();
                assert_eq!(refusal.code, Code::AlreadyTaken);
                told.push(refusal.who);
            }
        }
    }
    let winner = winner.expect("one wins");
    // The others hear who has it.
    assert_eq!(told, vec![Some(Who::new(&winner.name)); 19]);
    assert_eq!(world.kinds(&winner, visitor.ticket).await, ["chat_started", "visitor", "joined"]);
    for agent in &agents {
        let head = world.desk.conversation(agent, visitor.ticket).await.unwrap();
        let AgentChat::Active { agent: name, mine, .. } = &head.chat else {
            panic!("{:?}", head.chat)
        };
        assert_eq!((name.as_str(), *mine), (winner.name.as_str(), agent.id == winner.id));
    }
    // A click sent twice.
    assert_eq!(world.desk.accept(&winner, chat).await.unwrap(), visitor.ticket);
    assert_eq!(world.kinds(&winner, visitor.ticket).await.len(), 3);
}

async fn only_its_agent_writes_into_a_chat_and_ends_it(world: World) {
    let site = world.site("a").await;
    let (lucia, _one) = world.at_console("lucia").await;
    let (pedro, _two) = world.at_console("pedro").await;
    let stranger = world.agent_of("eva", &["a"]).await;
    let elsewhere = {
        world.site("b").await;
        world.agent_of("otto", &["b"]).await
    };
    let (_, visitor) = world.start(&site).await;
    let ticket = visitor.ticket;
    let id = world.new_id();
    let post = |agent| world.desk.post_agent_message(agent, ticket, id, "hola", &[]);
    assert_eq!(refused(post(&lucia).await), Code::Forbidden, "not accepted yet");
    let chat = world.desk.find_worklist_item(&lucia, ticket).await.unwrap().unwrap().chat.unwrap();
    world.desk.accept(&lucia, chat).await.unwrap();
    for other in [&pedro, &stranger] {
        assert_eq!(refused(post(other).await), Code::Forbidden);
        assert_eq!(
            refused(world.desk.end_chat(other, ticket, &reason("x")).await),
            Code::Forbidden
        );
        assert_eq!(
            refused(world.desk.close_ticket(other, ticket, &reason("x")).await),
            Code::Forbidden
        );
        assert_eq!(refused(world.desk.accept(other, chat).await), Code::AlreadyTaken);
    }
    // Who serves another site learns nothing.
    assert_eq!(refused(post(&elsewhere).await), Code::NotFound);
    assert_eq!(refused(world.desk.accept(&elsewhere, chat).await), Code::NotFound);
    assert_eq!(refused(world.desk.decline(&elsewhere, chat).await), Code::NotFound);
    assert_eq!(refused(world.desk.conversation(&elsewhere, ticket).await), Code::NotFound);
    assert_eq!(refused(world.desk.agent_entries(&elsewhere, ticket, Seq(0)).await), Code::NotFound);
    assert_eq!(
        refused(world.desk.mark_read_by_agent(&elsewhere, ticket, Seq(1)).await),
        Code::NotFound
    );
    assert_eq!(
        refused(world.desk.end_chat(&elsewhere, ticket, &reason("x")).await),
        Code::NotFound
    );
    assert_eq!(refused(world.desk.closing_reasons(&elsewhere, ticket).await), Code::NotFound);
    assert!(world.desk.find_worklist_item(&elsewhere, ticket).await.unwrap().is_none());
    assert!(world.desk.worklist(&elsewhere, WorkView::Open, None).await.unwrap().items.is_empty());
    assert_eq!(post(&lucia).await.unwrap().seq, Seq(4));
    // Another's id is no receipt for somebody who does not serve the site.
    assert_eq!(refused(post(&elsewhere).await), Code::NotFound);
}

async fn an_agent_ends_with_a_reason_of_the_site(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let unknown = reason("no es de la lista");
    let refusal =
        world.desk.end_chat(&agent, visitor.ticket, &unknown).await.unwrap_err().refusal();
    assert_eq!(refusal, Refusal::of(Field::Reason, Code::Invalid));
    let reasons = world.desk.closing_reasons(&agent, visitor.ticket).await.unwrap();
    world.desk.end_chat(&agent, visitor.ticket, &reasons[0]).await.unwrap();
    assert_eq!(
        refused(world.desk.end_chat(&agent, visitor.ticket, &reasons[0]).await),
        Code::ChatEnded
    );
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert_eq!(head.state.category, Category::Closed);
    assert!(matches!(head.chat, AgentChat::Ended { .. }));
    let (entries, _) = world.desk.agent_entries(&agent, visitor.ticket, Seq(3)).await.unwrap();
    let ended = AgentBody::ChatEnded { by: EndedBy::Agent, reason: Some(reasons[0].to_string()) };
    assert_eq!(entries[0].body, ended);
    assert!(world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items.is_empty());
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::ChatEnded { by: EndedBy::Agent });
}

async fn a_visitor_ends_and_a_second_time_does_nothing(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    for accepted in [true, false] {
        let visitor = if accepted {
            world.chat_with(&site, &agent).await
        } else {
            world.start(&site).await.1
        };
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        let before = world.kinds(&agent, visitor.ticket).await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        assert_eq!(world.kinds(&agent, visitor.ticket).await, before);
        assert_eq!(before[before.len() - 2..], ["chat_ended", "state_changed"]);
        let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
        assert_eq!(ticket.chat, VisitorChat::Ended { rated: false, attended: accepted });
        if !accepted {
            let rated = world.desk.rate(visitor, Score::ALL[4], None).await;
            assert_eq!(refused(rated), Code::NotFound, "nobody attended it");
        }
        let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
        assert_eq!((item.kind, item.chat), (WorkKind::Closed, None));
    }
}

async fn a_rating_is_given_once_after_the_end(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    assert_eq!(refused(world.desk.rate(visitor, Score::ALL[4], None).await), Code::NotFound);
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let comment = RatingComment::parse("muy bien").unwrap();
    world.desk.rate(visitor, Score::ALL[4], Some(comment.clone())).await.unwrap();
    world.desk.rate(visitor, Score::ALL[4], Some(comment)).await.unwrap();
    for (score, comment) in [(0, "muy bien"), (4, "bien")] {
        let comment = Some(RatingComment::parse(comment).unwrap());
        let other = world.desk.rate(visitor, Score::ALL[score], comment).await;
        assert_eq!(refused(other), Code::AlreadyRated);
    }
    assert_eq!(refused(world.desk.rate(visitor, Score::ALL[4], None).await), Code::AlreadyRated);
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Ended { rated: true, attended: true });
    let (entries, _) = world.desk.agent_entries(&agent, visitor.ticket, Seq(0)).await.unwrap();
    let rated = AgentBody::Rated { score: Score::ALL[4], comment: Some("muy bien".into()) };
    assert_eq!(entries.last().unwrap().body, rated);
}

async fn a_chat_ended_with_an_address_is_mailed_about(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut new = world.new_chat();
    new.email = Some(EmailAddress::parse(ROSA).unwrap());
    let started = world.desk.start_chat(&site, new).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    assert!(world.desk.mails(&agent, None).await.unwrap().mails.is_empty(), "not before the end");
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    assert_eq!(world.kinds(&agent, visitor.ticket).await.last().unwrap(), "mail_queued");
    let asked = world.desk.send_transcript(visitor, None).await.unwrap();
    assert_eq!(asked, TranscriptAsked::OnceConfirmed, "nobody answered");
    let mails = world.desk.mails(&agent, None).await.unwrap().mails;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.to == ROSA && mail.subject.contains("A-1001")));
    // Without an address there is nowhere to send it.
    let (_, other) = world.start(&site).await;
    let refusal = world.desk.send_transcript(other, None).await.unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.known_field()), (Code::Required, Some(Field::Email)));
    let email = EmailAddress::parse("otra@example.com").unwrap();
    world.desk.send_transcript(other, Some(email)).await.unwrap();
    let ticket = world.desk.visitor_ticket(other).await.unwrap();
    assert_eq!(ticket.email.as_deref(), Some("otra@example.com"));
}

async fn seen_grows_and_never_passes_the_last_entry(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.visitor_posts(visitor, "uno").await;
    world.visitor_posts(visitor, "dos").await;
    let seen = async || {
        let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
        let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
        (head.visitor_seen.0, head.agent_seen.0, item.unread)
    };
    assert_eq!(seen().await, (0, 0, 3));
    for (upto, expected) in [(4, (4, 4, 1)), (2, (4, 4, 1)), (99, (4, 4, 1)), (5, (5, 5, 0))] {
        world.desk.mark_read_by_visitor(visitor, Seq(upto)).await.unwrap();
        world.desk.mark_read_by_agent(&agent, visitor.ticket, Seq(upto)).await.unwrap();
        assert_eq!(seen().await, expected);
    }
    assert_eq!(world.desk.visitor_ticket(visitor).await.unwrap().seen_upto, Seq(5));
}

async fn two_consoles_of_one_agent_are_one_agent(world: World) {
    let site = world.site("a").await;
    let (agent, first) = world.at_console("lucia").await;
    let second = world.desk.console_connected(agent.id);
    drop(first);
    assert!(world.desk.availability(site.id).open);
    let visitor = world.chat_with(&site, &agent).await;
    let items = world.desk.worklist(&agent, WorkView::Open, None).await.unwrap().items;
    assert_eq!(
        (items.len(), items[0].kind, items[0].ticket),
        (1, WorkKind::MyChat, visitor.ticket)
    );
    drop(second);
    assert!(!world.desk.availability(site.id).open);
}
