//! Comments, drafts and canned replies; who has a ticket on screen; a mailed one-time link.

use crate::world::{Person, ROSA, World, on_both, reason, refused, wait_for_event};
use desk::{
    console::{Comment, Mention},
    live::{Event, RowChange},
    people::{Agent, AgentChanges, Role},
    sites::Site,
};
use protocol::{
    AgentId, Code, Seq, SiteKey, TicketId, Timestamp,
    agent::{Draft, WorkView},
    entry::{AgentBody, VisitorBody},
    settings::{Reply, ReplyName},
    text::ChatText,
};
use std::time::Duration;

on_both! {
    a_comment_is_stored_once_in_any_state_and_nothing_of_it_is_shown_to_the_visitor,
    who_is_mentioned_is_told_and_nobody_of_another_site_can_be,
    who_is_mentioned_sees_a_ticket_of_another_queue_as_long_as_they_serve_its_site,
    the_newest_draft_wins_and_a_sent_one_does_not_come_back,
    what_was_typed_for_a_ticket_that_is_seen_no_longer_is_deleted,
    a_row_says_whether_its_reader_wrote_last,
    replies_of_ones_own_have_names_of_their_own_and_are_nobody_elses,
    who_has_a_ticket_on_screen_is_named_to_the_others,
    a_forgotten_password_is_answered_by_a_link_that_works_once_at_most_three_an_hour,
}

fn comment(world: &World, text: &str, mentions: &[AgentId]) -> Comment {
    Comment {
        id: world.new_id(),
        text: text.into(),
        mentions: mentions.to_vec(),
        files: Vec::new(),
    }
}

/// The ticket of a help request: there need be nobody to answer.
async fn asked(world: &World, site: &Site) -> TicketId {
    let started = world.ask(site, ROSA).await;
    world.visitor(site, &started).await.ticket
}

async fn a_comment_is_stored_once_in_any_state_and_nothing_of_it_is_shown_to_the_visitor(
    world: World,
) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let raul = world.agent("raul").await;
    let (_, visitor) = world.start(&site).await;
    let ticket = visitor.ticket;
    let first = comment(&world, "Es un cliente conocido", &[]);
    let receipt = world.desk.comment(&raul, ticket, first.clone()).await.unwrap();
    let again = world.desk.comment(&raul, ticket, first.clone()).await.unwrap();
    assert_eq!(receipt, again, "the same comment has its receipt again");
    let other = Comment { text: "Otro".into(), ..first.clone() };
    assert_eq!(refused(world.desk.comment(&raul, ticket, other).await), Code::AlreadySent);
    assert_eq!(refused(world.desk.comment(&lucia, ticket, first).await), Code::AlreadySent);

    world.accept(&lucia, visitor).await;
    world.desk.comment(&raul, ticket, comment(&world, "Lo tiene Lucía", &[])).await.unwrap();
    world.desk.end_chat(&lucia, ticket, &reason("Resuelto")).await.unwrap();
    world.desk.comment(&raul, ticket, comment(&world, "Cerrado", &[])).await.unwrap();
    let kinds = world.kinds(&raul, ticket).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "comment").count(), 3, "{kinds:?}");
    let (seen, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    assert_eq!(seen.iter().filter(|entry| entry.body == VisitorBody::Hidden).count(), 3);

    for (text, code) in [(" ", Code::Required), ("a\0b", Code::CharacterInvalid)] {
        let bad = world.desk.comment(&raul, ticket, comment(&world, text, &[])).await;
        assert_eq!(refused(bad), code, "{text:?}");
    }
    let long = "ñ".repeat(20_001);
    let bad = world.desk.comment(&raul, ticket, comment(&world, &long, &[])).await;
    assert_eq!(refused(bad), Code::TooLong);
}

async fn who_is_mentioned_is_told_and_nobody_of_another_site_can_be(world: World) {
    let site = world.site("a").await;
    world.site("b").await;
    let lucia = world.agent_of("lucia", &["a"]).await;
    let raul = world.agent_of("raul", &["a"]).await;
    let eva = world.agent_of("eva", &["b"]).await;
    let ticket = asked(&world, &site).await;
    let mut console = world.desk.hub().agent(raul.id);
    let names = |agents: Vec<protocol::agent::Colleague>| -> Vec<AgentId> {
        agents.into_iter().map(|colleague| colleague.agent).collect()
    };
    assert_eq!(names(world.desk.colleagues(&lucia, ticket).await.unwrap()), [raul.id]);
    let both = comment(&world, "@raul mira esto", &[raul.id, raul.id, lucia.id]);
    world.desk.comment(&lucia, ticket, both).await.unwrap();
    let by = wait_for_event(&mut console, |event| match event {
        Event::Mentioned { ticket: about, by, .. } if *about == ticket => Some(*by),
        _ => None,
    });
    assert_eq!(by.await, lucia.id);
    // Until a console was told.
    let untold = async |agent: &Agent| world.desk.untold_mentions(agent).await.unwrap();
    let number = world.desk.conversation(&raul, ticket).await.unwrap().number.clone();
    let mention = Mention { ticket, number, by: lucia.name.clone() };
    assert_eq!(untold(&raul).await, std::slice::from_ref(&mention));
    world.desk.mention_was_told(&raul, ticket).await.unwrap();
    assert_eq!(untold(&raul).await, []);
    let again = comment(&world, "@raul ¿y?", &[raul.id]);
    world.desk.comment(&lucia, ticket, again).await.unwrap();
    assert_eq!(untold(&raul).await, [mention]);
    let (entries, _) = world.desk.agent_entries(&lucia, ticket, Seq::START).await.unwrap();
    let mentions = entries.iter().find_map(|entry| match &entry.body {
        AgentBody::Comment { mentions, .. } => Some(mentions.clone()),
        _ => None,
    });
    assert_eq!(mentions.as_deref(), Some(&[raul.id][..]), "once, and not its own author");
    let far = comment(&world, "@eva", &[eva.id]);
    assert_eq!(refused(world.desk.comment(&lucia, ticket, far).await), Code::NotFound);
    let unseen = comment(&world, "hola", &[]);
    assert_eq!(refused(world.desk.comment(&eva, ticket, unseen).await), Code::NotFound);
    assert_eq!(refused(world.desk.colleagues(&eva, ticket).await), Code::NotFound);
}

async fn the_newest_draft_wins_and_a_sent_one_does_not_come_back(world: World) {
    let site = world.site("a").await;
    let (lucia, raul) = (world.agent("lucia").await, world.agent("raul").await);
    let ticket = asked(&world, &site).await;
    let now = world.desk.now();
    let draft = |text: &str, at: Timestamp| Draft { ticket, text: text.into(), at };
    let store = async |agent: &Agent, draft: Draft| {
        world.desk.store_draft(agent, &draft).await.unwrap();
    };
    let text = async |agent: &Agent| {
        let drafts = world.desk.drafts(agent).await.unwrap();
        drafts.into_iter().map(|draft| draft.text).collect::<Vec<_>>()
    };
    store(&lucia, draft("Hola", now)).await;
    let mut console = world.desk.hub().agent(lucia.id);
    store(&lucia, draft("Ho", now - Duration::from_secs(1))).await;
    assert_eq!(text(&lucia).await, ["Hola"]);
    wait_for_event(&mut console, |event| match event {
        Event::Draft { ticket: about, .. } if *about == ticket => Some(()),
        _ => None,
    })
    .await;
    assert!(text(&raul).await.is_empty(), "a draft is its agent's");
    store(&lucia, draft("", now + Duration::from_secs(1))).await;
    store(&lucia, draft("Hola", now + Duration::from_millis(500))).await;
    assert_eq!(text(&lucia).await, [""], "a console that was away learns that it was sent");
    // A clock that is far ahead does not keep the next text out for long.
    store(&lucia, draft("Mañana", now + Duration::from_hours(24))).await;
    world.clock.advance(Duration::from_secs(10));
    store(&lucia, draft("Hoy", world.desk.now())).await;
    assert_eq!(text(&lucia).await, ["Hoy"]);
    let long = draft(&"a".repeat(40_001), world.desk.now());
    assert_eq!(refused(world.desk.store_draft(&lucia, &long).await), Code::TooLong);
}

async fn what_was_typed_for_a_ticket_that_is_seen_no_longer_is_deleted(world: World) {
    const KEPT: &str = "select count(*) from drafts";
    let (here, there) = (world.site("a").await, world.site("b").await);
    let lucia = world.agent("lucia").await;
    let raul = world.agent("raul").await;
    let (stays, goes) = (asked(&world, &here).await, asked(&world, &there).await);
    for agent in [&lucia, &raul] {
        for ticket in [stays, goes] {
            let draft = Draft { ticket, text: "Hola".into(), at: world.desk.now() };
            world.desk.store_draft(agent, &draft).await.unwrap();
        }
    }
    assert_eq!(world.desk.drafts(&lucia).await.unwrap().len(), 2);
    let moved = AgentChanges { sites: Some(vec!["a".into()]), ..AgentChanges::default() };
    world.desk.change_agent("lucia@example.com", &moved).await.unwrap();
    let lucia = world.desk.find_agent(lucia.id).unwrap();
    let left = world.desk.drafts(&lucia).await.unwrap();
    assert_eq!(left.iter().map(|draft| draft.ticket).collect::<Vec<_>>(), [stays]);
    assert_eq!(world.count(KEPT).await, 3, "the words are nowhere, and the others' are there");
}

async fn a_row_says_whether_its_reader_wrote_last(world: World) {
    let site = world.site("a").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    let mine = async || {
        let list = world.desk.worklist(&lucia, WorkView::Open, None).await.unwrap();
        list.items[0].preview_mine
    };
    assert!(!mine().await);
    let id = world.new_id();
    world.desk.post_agent_message(&lucia, visitor.ticket, id, "Dime", &[]).await.unwrap();
    assert!(mine().await);
    world.visitor_posts(visitor, "Pues").await;
    assert!(!mine().await);
    let asked = world.ask(&site, ROSA).await;
    let ticket: TicketId = world.visitor(&site, &asked).await.ticket;
    let id = world.new_id();
    world.desk.post_agent_message(&lucia, ticket, id, "Respuesta", &[]).await.unwrap();
    let raul = world.agent("raul").await;
    for (agent, is_mine) in [(&lucia, true), (&raul, false)] {
        let item = world.desk.find_worklist_item(agent, ticket).await.unwrap().unwrap();
        assert_eq!(item.preview_mine, is_mine);
    }
}

fn reply(name: &str, text: &str) -> Reply {
    Reply { name: ReplyName::parse(name).unwrap(), text: ChatText::parse(text).unwrap() }
}

async fn replies_of_ones_own_have_names_of_their_own_and_are_nobody_elses(world: World) {
    let file = "key = \"a\"\n[[replies]]\nname = \"Saludo\"\ntext = \"Hola, {name}\"\n";
    let site = world.desk.apply_site(file).await.unwrap();
    let (lucia, raul) = (world.agent("lucia").await, world.agent("raul").await);
    let ticket = asked(&world, &site).await;
    let names = async |agent: &Agent| {
        let replies = world.desk.replies(agent, ticket).await.unwrap();
        replies.into_iter().map(|reply| reply.name.to_string()).collect::<Vec<_>>()
    };
    let id = world.desk.save_reply(&lucia, None, &reply("Plazos", "Dos días")).await.unwrap();
    assert_eq!(names(&lucia).await, ["Saludo", "Plazos"]);
    assert_eq!(names(&raul).await, ["Saludo"]);
    let twice = world.desk.save_reply(&lucia, None, &reply("Plazos", "Tres")).await;
    assert_eq!(refused(twice), Code::Repeated);
    let others = world.desk.save_reply(&raul, Some(id), &reply("Mía", "…")).await;
    assert_eq!(refused(others), Code::NotFound);
    world.desk.save_reply(&lucia, Some(id), &reply("Plazos", "Tres días")).await.unwrap();
    world.desk.remove_reply(&raul, id).await.unwrap();
    assert_eq!(names(&lucia).await.len(), 2, "nobody removes another's");
    world.desk.remove_reply(&lucia, id).await.unwrap();
    assert_eq!(names(&lucia).await, ["Saludo"]);
    world.desk.apply_site("key = \"a\"\nreplies = []\n").await.unwrap();
    assert!(names(&lucia).await.is_empty());
}

async fn who_has_a_ticket_on_screen_is_named_to_the_others(world: World) {
    let site = world.site("a").await;
    let (lucia, raul) = (world.agent("lucia").await, world.agent("raul").await);
    let ticket = asked(&world, &site).await;
    let (mine, theirs) = (world.desk.hub().agent(lucia.id), world.desk.hub().agent(raul.id));
    let names = |besides: &Agent| -> Vec<AgentId> {
        let watchers = world.desk.colleagues_watching(besides.id, ticket);
        watchers.into_iter().map(|colleague| colleague.agent).collect()
    };
    world.desk.hub().watch(&mine, ticket);
    world.desk.hub().watch(&theirs, ticket);
    world.desk.watch_changed(raul.id, ticket);
    assert_eq!((names(&lucia), names(&raul)), (vec![raul.id], vec![lucia.id]));
    world.desk.hub().unwatch(&theirs, ticket);
    assert!(names(&lucia).is_empty());
}

async fn a_forgotten_password_is_answered_by_a_link_that_works_once_at_most_three_an_hour(
    world: World,
) {
    world.site("a").await;
    let lucia = world.agent("lucia").await;
    let links = "select count(*) from mails where kind = 'password_link'";
    world.desk.mail_password_link("nadie@example.com").await.unwrap();
    assert_eq!(world.count(links).await, 0);
    for asked in 1..=4 {
        world.desk.mail_password_link(&lucia.email.to_uppercase()).await.unwrap();
        assert_eq!(world.count(links).await, asked.min(3));
    }
    assert_eq!(world.count("select count(*) from one_time_links").await, 1, "the last one alone");
    world.clock.advance(Duration::from_mins(61));
    world.desk.mail_password_link(&lucia.email).await.unwrap();
    assert_eq!(world.count(links).await, 4);
}

async fn who_is_mentioned_sees_a_ticket_of_another_queue_as_long_as_they_serve_its_site(
    world: World,
) {
    let site = world.site_with("a", "").await;
    world.desk.apply_site("key = \"a\"\n[[queues]]\nname = \"Ventas\"").await.unwrap();
    world.site("b").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let pedro = Person { name: "pedro", role: Role::Agent, sites: &["a"], queues: &["Ventas"] };
    let (pedro, _) = world.hire(pedro).await;
    let visitor = world.chat_with(&site, &lucia).await;
    let ticket = visitor.ticket;
    let sees = async |desk: &desk::Desk| {
        let listed = desk.find_worklist_item(&pedro, ticket).await.unwrap().is_some();
        let code = |error: desk::Error| error.refusal().code;
        let head = desk.conversation(&pedro, ticket).await.map(drop).map_err(code);
        let entries = desk.agent_entries(&pedro, ticket, Seq::START).await.map(drop).map_err(code);
        assert_eq!(head, entries);
        (listed, head)
    };
    assert_eq!(sees(&world.desk).await, (false, Err(Code::NotFound)));
    world.desk.comment(&lucia, ticket, comment(&world, "@pedro", &[pedro.id])).await.unwrap();
    // Her chat is in nobody else's list.
    assert_eq!(sees(&world.desk).await, (false, Ok(())));
    assert_eq!(world.desk.untold_mentions(&pedro).await.unwrap().len(), 1);
    world.desk.comment(&pedro, ticket, comment(&world, "Voy", &[])).await.unwrap();
    let id = world.new_id();
    let early = world.desk.post_agent_message(&pedro, ticket, id, "Hola", &[]).await;
    assert_eq!(refused(early), Code::Forbidden);
    assert_eq!(refused(world.desk.end_chat(&pedro, ticket, &reason("x")).await), Code::Forbidden);
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.desk.hear_of_mentions(&pedro).await.unwrap();
    // His console hears of the row, of a message too: its place says nothing of him.
    let changed = |event: &Event| match event {
        Event::Work { ticket, change, .. } => Some((*ticket, change.clone())),
        _ => None,
    };
    world.visitor_posts(visitor, "¿Sigue ahí?").await;
    let (about, change) = wait_for_event(&mut at_pedro, changed).await;
    assert!(about == ticket && matches!(change, RowChange::Message(_)), "{change:?}");
    world.desk.end_chat(&lucia, ticket, &reason("Resuelto")).await.unwrap();
    assert_eq!(wait_for_event(&mut at_pedro, changed).await, (ticket, RowChange::Anything));
    assert_eq!(sees(&world.desk).await, (true, Ok(())));
    world.desk.post_agent_message(&pedro, ticket, id, "Hola", &[]).await.unwrap();
    let moved = AgentChanges { sites: Some(vec!["b".into()]), ..AgentChanges::default() };
    world.desk.change_agent("pedro@example.com", &moved).await.unwrap();
    world.desk.tick().await.unwrap();
    let pedro = world.desk.find_agent(pedro.id).unwrap();
    // Nor does he hear of it: what comes first is of a ticket that he sees.
    let mut at_pedro = world.desk.hub().agent(pedro.id);
    world.desk.hear_of_mentions(&pedro).await.unwrap();
    world.visitor_posts(visitor, "¿Y ahora?").await;
    let theirs = world.desk.find_site(&SiteKey("b".into())).unwrap();
    let theirs = asked(&world, &theirs).await;
    assert_eq!(wait_for_event(&mut at_pedro, changed).await.0, theirs);
    let head = world.desk.conversation(&pedro, ticket).await;
    assert_eq!(refused(head), Code::NotFound);
    assert_eq!(world.desk.untold_mentions(&pedro).await.unwrap(), []);
}
