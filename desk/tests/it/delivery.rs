//! The delivery contract: acknowledged is committed, a repeat is harmless, the sequence has no gap.

use crate::world::{World, on_both, refused};
use desk::{Desk, tickets::Visitor};
use protocol::{Code, Seq, entry::VisitorBody, text::FormText};
use std::collections::HashSet;
use std::time::Duration;

on_both! {
    a_repeat_is_answered_with_the_first_sequence_and_stored_once,
    many_at_once_get_a_gap_free_sequence,
    a_message_beside_others_that_are_refused_is_stored,
    what_was_acknowledged_is_there_after_a_restart,
    a_resume_answers_what_is_missing,
    bad_text_is_refused_before_it_is_written,
    an_id_counts_within_its_ticket,
    another_message_under_a_known_id_is_refused_and_nothing_is_lost,
    what_the_writer_remembers_is_only_a_guess,
}

async fn a_repeat_is_answered_with_the_first_sequence_and_stored_once(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let id = world.new_id();
    let first = world.desk.post_visitor_message(visitor, id, "uno", &[]).await.unwrap();
    world.clock.advance(Duration::from_secs(5));
    let again = world.desk.post_visitor_message(visitor, id, "uno", &[]).await.unwrap();
    assert_eq!(first, again);
    // At the same instant, in one batch or in several.
    let id = world.new_id();
    let posts = (0..20).map(|_| {
        let desk = world.desk.clone();
        tokio::spawn(
            async move { desk.post_visitor_message(visitor, id, "dos", &[]).await.unwrap() },
        )
    });
    let mut receipts = HashSet::new();
    for say in posts.collect::<Vec<_>>() {
        receipts.insert(say.await.unwrap().seq);
    }
    assert_eq!(receipts.len(), 1);
    let id = world.new_id();
    let first =
        world.desk.post_agent_message(&agent, visitor.ticket, id, "tres", &[]).await.unwrap();
    let again =
        world.desk.post_agent_message(&agent, visitor.ticket, id, "tres", &[]).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(
        world.kinds(&agent, visitor.ticket).await,
        ["chat_started", "visitor", "joined", "visitor", "visitor", "agent"]
    );
}

async fn many_at_once_get_a_gap_free_sequence(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 50").await;
    let (agent, _console) = world.at_console("lucia").await;
    let mut visitors = Vec::new();
    for _ in 0..8 {
        visitors.push(world.chat_with(&site, &agent).await);
    }
    let mut tasks = Vec::new();
    for &visitor in &visitors {
        for n in 0..40 {
            let (desk, agent, id) = (world.desk.clone(), agent.clone(), world.new_id());
            tasks.push(tokio::spawn(async move {
                let receipt = if n % 4 == 0 {
                    desk.post_agent_message(&agent, visitor.ticket, id, "respuesta", &[]).await
                } else {
                    desk.post_visitor_message(visitor, id, "mensaje", &[]).await
                };
                (visitor.ticket, receipt.unwrap().seq)
            }));
        }
    }
    let mut seen = HashSet::new();
    for task in tasks {
        assert!(seen.insert(task.await.unwrap()), "no place is given twice");
    }
    for visitor in visitors {
        assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 43);
        let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
        assert_eq!(head.last, Seq(43));
        let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
        assert_eq!(item.unread, 31, "30 and the first");
    }
}

async fn a_message_beside_others_that_are_refused_is_stored(world: World) {
    let (site, other) = (world.site("a").await, world.site("b").await);
    let (agent, _console) = world.at_console("lucia").await;
    let good = world.chat_with(&site, &agent).await;
    let stranger = Visitor::with_first_link(good.ticket, other.id);
    let nobody = Visitor::with_first_link(protocol::TicketId(world.clock.new_id()), site.id);
    let post = |visitor| {
        let (desk, id): (Desk, _) = (world.desk.clone(), world.new_id());
        tokio::spawn(async move { desk.post_visitor_message(visitor, id, "hola", &[]).await })
    };
    let tasks = [post(good), post(stranger), post(nobody), post(good), post(nobody)];
    let mut stored = 0;
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.unwrap() {
            Ok(_) => stored += 1,
            refusal => assert_eq!(refused(refusal), Code::NotFound, "command {n}"),
        }
    }
    assert_eq!(stored, 2);
    assert_eq!(world.kinds(&agent, good.ticket).await.len(), 5);
}

async fn what_was_acknowledged_is_there_after_a_restart(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let ids =
        [world.visitor_posts(visitor, "uno").await, world.visitor_posts(visitor, "dos").await];
    world.desk.close().await;
    assert_eq!(
        refused(world.desk.post_visitor_message(visitor, world.new_id(), "tres", &[]).await),
        Code::TryAgain
    );
    let desk = Desk::open(world.options.clone()).await.unwrap();
    let (entries, last) = desk.visitor_entries(visitor, Seq(3)).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids);
    assert_eq!(last, Seq(5));
    assert_eq!(desk.post_visitor_message(visitor, ids[0], "uno", &[]).await.unwrap().seq, Seq(4));
    desk.close().await;
}

async fn a_resume_answers_what_is_missing(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let posts = (0..600).map(|n: u32| {
        let (desk, id) = (world.desk.clone(), world.new_id());
        tokio::spawn(async move {
            desk.post_visitor_message(visitor, id, &n.to_string(), &[]).await.unwrap();
        })
    });
    for say in posts.collect::<Vec<_>>() {
        say.await.unwrap();
    }
    let mut after = Seq::START;
    let mut all = Vec::new();
    loop {
        let (entries, last) = world.desk.visitor_entries(visitor, after).await.unwrap();
        assert!(entries.len() <= protocol::limits::ENTRIES);
        after = entries.last().expect("there is more").seq;
        all.extend(entries);
        if after == last {
            break;
        }
    }
    assert!(all.iter().zip(1..).all(|(entry, place)| entry.seq == Seq(place)));
    assert_eq!(all.len(), 603);
    assert!(matches!(all[2].body, VisitorBody::Joined { .. }));
}

async fn bad_text_is_refused_before_it_is_written(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let id = world.new_id();
    let long = "ñ".repeat(1001);
    for (text, code) in [
        ("", Code::Required),
        ("  ", Code::Required),
        ("a\0b", Code::CharacterInvalid),
        (long.as_str(), Code::TooLong),
    ] {
        assert_eq!(refused(world.desk.post_visitor_message(visitor, id, text, &[]).await), code);
        assert_eq!(
            refused(world.desk.post_agent_message(&agent, visitor.ticket, id, text, &[]).await),
            code
        );
    }
    let mut nobody = world.new_chat();
    nobody.name = None;
    assert_eq!(refused(world.desk.start_chat(&site, nobody).await), Code::NameOrEmailRequired);
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 3);
}

async fn an_id_counts_within_its_ticket(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (one, two) = (world.chat_with(&site, &agent).await, world.chat_with(&site, &agent).await);
    let id = world.visitor_posts(one, "uno").await;
    let other = world.desk.post_visitor_message(two, id, "dos", &[]).await.unwrap();
    assert_eq!(other.seq, Seq(4));
    assert_eq!(world.kinds(&agent, two.ticket).await.len(), 4);
}

async fn another_message_under_a_known_id_is_refused_and_nothing_is_lost(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let (desk, ticket) = (&world.desk, visitor.ticket);
    let theirs = world.visitor_posts(visitor, "uno").await;
    let ours = world.new_id();
    desk.post_agent_message(&agent, ticket, ours, "uno", &[]).await.unwrap();
    let reply = |text| FormText::parse(text).ok();
    for _ in 0..2 {
        // Other words, and the same words of another author.
        let other = desk.post_visitor_message(visitor, theirs, "dos", &[]).await;
        assert_eq!(refused(other), Code::AlreadySent);
        let other = desk.post_visitor_message(visitor, ours, "uno", &[]).await;
        assert_eq!(refused(other), Code::AlreadySent);
        let other = desk.post_visitor_reply(visitor, theirs, reply("dos"), &[]).await;
        assert_eq!(refused(other), Code::AlreadySent);
        let other = desk.post_agent_message(&agent, ticket, ours, "dos", &[]).await;
        assert_eq!(refused(other), Code::AlreadySent);
        let other = desk.post_agent_message(&agent, ticket, theirs, "uno", &[]).await;
        assert_eq!(refused(other), Code::AlreadySent);
        assert_eq!(
            desk.post_visitor_message(visitor, theirs, "uno", &[]).await.unwrap().seq,
            Seq(4)
        );
        assert_eq!(
            desk.post_visitor_reply(visitor, theirs, reply("uno"), &[]).await.unwrap().seq,
            Seq(4)
        );
        assert_eq!(
            desk.post_agent_message(&agent, ticket, ours, "uno", &[]).await.unwrap().seq,
            Seq(5)
        );
        // As the writer knows it, and as it reads it anew.
        let other = Desk::open(desk.options().clone()).await.unwrap();
        assert_eq!(
            refused(other.post_visitor_message(visitor, theirs, "dos", &[]).await),
            Code::AlreadySent
        );
        other.close().await;
    }
    // Many at once: one text has the id, whoever sent the other keeps it.
    let id = world.new_id();
    let posts = (0..20).map(|n| {
        let (desk, text) = (desk.clone(), if n % 2 == 0 { "par" } else { "impar" });
        tokio::spawn(async move { (text, desk.post_visitor_message(visitor, id, text, &[]).await) })
    });
    let mut outcomes = HashSet::new();
    for say in posts.collect::<Vec<_>>() {
        let (text, outcome) = say.await.unwrap();
        outcomes.insert((
            text,
            outcome.map(|receipt| receipt.seq).map_err(|error| error.refusal().code),
        ));
    }
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
    let expected = [Ok(Seq(6)), Err(Code::AlreadySent)];
    assert!(outcomes.iter().all(|(_, outcome)| expected.contains(outcome)), "{outcomes:?}");
    assert_eq!(
        world.kinds(&agent, ticket).await,
        ["chat_started", "visitor", "joined", "visitor", "agent", "visitor"]
    );
}

/// Two processes write to one ticket in turn, so that what each remembers of it is out of date every time; then the
/// chat ends.
async fn what_the_writer_remembers_is_only_a_guess(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    let other = Desk::open(world.desk.options().clone()).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..12 {
        let desk = if n % 3 == 2 { &other } else { &world.desk };
        let id = world.new_id();
        let receipt = desk.post_visitor_message(visitor, id, "hola", &[]).await.unwrap();
        assert_eq!(receipt.seq, Seq(4 + n));
        ids.push((id, receipt));
    }
    for (id, receipt) in &ids {
        for desk in [&world.desk, &other] {
            let again = desk.post_visitor_message(visitor, *id, "hola", &[]).await.unwrap();
            assert_eq!(again, *receipt);
        }
    }
    other.end_chat_as_visitor(visitor).await.unwrap();
    let last = world.desk.conversation(&agent, visitor.ticket).await.unwrap().last;
    let id = world.new_id();
    let reply = world.desk.post_visitor_message(visitor, id, "una cosa más", &[]).await.unwrap();
    assert_eq!(reply.seq, last.next());
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "visitor").count(), 14, "each once");
    let id = world.new_id();
    let refusal = world.desk.post_visitor_message(
        Visitor::with_first_link(visitor.ticket, protocol::SiteId(world.clock.new_id())),
        id,
        "hola",
        &[],
    );
    assert_eq!(refused(refusal.await), Code::NotFound, "remembered or not, it is not this site's");
    other.close().await;
}
