//! A site, a queue or an agent that is removed while people are in chats there.

use crate::world::{Person, ROSA, World, on_both, reason, refused};
use desk::{
    Removal,
    console::HandoverTarget,
    people::Role,
    sites::Site,
    tickets::{Visitor, files::Uploader},
};
use protocol::agent::WorkView;
use protocol::{
    Code, Seq, SiteKey,
    entry::{BecameRequest, EndedBy, Removed, VisitorBody},
    visitor::VisitorChat,
};
use std::{sync::Arc, time::Duration};

on_both! {
    who_waits_has_a_request_and_who_chats_is_told_once_and_can_only_end,
    after_idle_limit_the_desk_ends_what_is_left_and_the_site_goes,
    it_goes_with_its_last_chat_whoever_ends_it,
    a_site_that_closes_down_is_told_of_after_a_restart_too,
    its_key_is_free_once_it_is_gone,
    a_queue_that_is_removed_ends_its_chats_and_takes_no_new_ones,
    a_removed_agents_chats_are_ended_by_guest_visitor_or_supervisor,
    where_the_queue_is_gone_too_a_supervisor_ends_a_removed_agents_chat,
}

/// Removes it as a command beside the server does, and lets the server see it.
async fn remove(world: &World, site: &Site) -> Removal {
    let other = world.second_process().await;
    let removal = other.remove_site(&site.key).await.unwrap();
    other.close().await;
    world.desk.tick().await.unwrap();
    removal
}

/// How often the visitor reads that the site is removed.
async fn removal_notices(world: &World, visitor: Visitor) -> usize {
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    entries.iter().filter(|entry| entry.body == VisitorBody::SiteRemoved).count()
}

fn is_gone(world: &World, site: &Arc<Site>) -> bool {
    world.desk.find_site(&site.key).is_none()
}

async fn who_waits_has_a_request_and_who_chats_is_told_once_and_can_only_end(world: World) {
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let talks = world.chat_with(&site, &lucia).await;
    let (_, waits) = world.start(&site).await;
    let wanted = world.desk.worklist(&lucia, WorkView::Open, None).await.unwrap().items;
    let waiting_chat = wanted.iter().find(|item| item.ticket == waits.ticket).unwrap().chat;
    let asked = world.ask(&site, ROSA).await;
    let asked = world.visitor(&site, &asked).await;
    let stays = world.site("dos").await;

    assert_eq!(remove(&world, &site).await, Removal::Closing { chats: 2 });
    let head = world.desk.visitor_ticket(waits).await.unwrap();
    assert_eq!(head.chat, VisitorChat::Request);
    let became = VisitorBody::BecameRequest { why: BecameRequest::Removed };
    assert_eq!(the_kinds_of(&world, waits, &became).await, 1);
    let head = world.desk.visitor_ticket(talks).await.unwrap();
    assert!(matches!(head.chat, VisitorChat::Active { .. }), "{:?}", head.chat);
    assert_eq!(head.removed, Some(Removed::Site));
    let head = world.desk.conversation(&lucia, talks.ticket).await.unwrap();
    assert_eq!((head.removed, head.may_end), (Some(Removed::Site), true));
    world.desk.tick().await.unwrap();
    assert_eq!(
        (removal_notices(&world, talks).await, removal_notices(&world, waits).await),
        (1, 0)
    );
    assert!(!world.desk.availability(site.id).open);

    let desk = &world.desk;
    for visitor in [talks, waits, asked] {
        let written = desk.post_visitor_message(visitor, world.new_id(), "hola", &[]).await;
        assert_eq!(refused(written), Code::SiteRemoved);
        let written = desk.post_agent_message(&lucia, visitor.ticket, world.new_id(), "hola", &[]);
        assert_eq!(refused(written.await), Code::SiteRemoved);
    }
    // Nor at a process that has not seen the ticket before.
    let other = world.second_process().await;
    let written = other.post_agent_message(&lucia, talks.ticket, world.new_id(), "hola", &[]).await;
    assert_eq!(refused(written), Code::SiteRemoved);
    other.close().await;
    assert_eq!(refused(desk.start_chat(&site, world.new_chat()).await), Code::SiteRemoved);
    assert_eq!(refused(desk.open_request(&site, world.new_request(ROSA)).await), Code::SiteRemoved);
    let upload = desk.begin_upload(Uploader::Form(site.id), "a.txt").await.map(drop);
    assert_eq!(refused(upload), Code::SiteRemoved);
    let taken = desk.accept(&lucia, waiting_chat.unwrap()).await;
    assert_eq!(refused(taken), Code::SiteRemoved);
    let closed = desk.close_ticket(&lucia, waits.ticket, &reason("Resuelto")).await;
    assert_eq!(refused(closed), Code::SiteRemoved);
    assert!(desk.start_chat(&stays, world.new_chat()).await.is_ok(), "the other site goes on");
    assert!(!is_gone(&world, &site));
}

async fn after_idle_limit_the_desk_ends_what_is_left_and_the_site_goes(world: World) {
    let site = world.site_with("uno", "[limits]\nidle_limit = \"3m\"").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    assert_eq!(remove(&world, &site).await, Removal::Closing { chats: 1 });
    world.pass(Duration::from_secs(179)).await;
    assert_eq!(removal_notices(&world, visitor).await, 1);
    let mut line = world.desk.hub().visitor(visitor.ticket);
    world.pass(Duration::from_secs(1)).await;
    let ended = crate::world::wait_for_event(&mut line, |event| match event {
        desk::live::Event::Entry { visitor, .. } => match &visitor.body {
            VisitorBody::ChatEnded { by } => Some(*by),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(ended.await, EndedBy::Desk);
    world.desk.tick().await.unwrap();
    assert!(is_gone(&world, &site));
    assert_eq!(world.count("select count(*) from tickets").await, 0);
}

async fn it_goes_with_its_last_chat_whoever_ends_it(world: World) {
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let (one, two) = (world.chat_with(&site, &lucia).await, world.chat_with(&site, &lucia).await);
    assert_eq!(remove(&world, &site).await, Removal::Closing { chats: 2 });
    world.desk.end_chat_as_visitor(one).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(!is_gone(&world, &site));
    assert!(world.desk.visitor_ticket(one).await.is_ok(), "until then all of it is there");
    let reasons = world.desk.closing_reasons(&lucia, two.ticket).await.unwrap();
    world.desk.end_chat(&lucia, two.ticket, &reasons[0]).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(is_gone(&world, &site));
    assert!(world.desk.visitor_ticket(one).await.is_err());
}

async fn a_site_that_closes_down_is_told_of_after_a_restart_too(mut world: World) {
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    let other = world.second_process().await;
    assert_eq!(other.remove_site(&site.key).await.unwrap(), Removal::Closing { chats: 1 });
    other.close().await;
    world.restart().await;
    let _console = world.desk.console_connected(lucia.id);
    world.desk.tick().await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(removal_notices(&world, visitor).await, 1);
}

async fn its_key_is_free_once_it_is_gone(world: World) {
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &lucia).await;
    remove(&world, &site).await;
    let refused = world.desk.apply_site("key = \"uno\"").await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "site `uno` was removed and goes with its last chat; apply it again after that"
    );
    let again = world.desk.remove_site(&SiteKey("uno".into())).await.unwrap();
    assert_eq!(again, Removal::Closing { chats: 1 }, "removed twice it is no more than removed");
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.apply_site("key = \"uno\"").await.is_ok());
}

/// A site with two queues, its agents of everything, and a removal of the second queue.
const TWO: &str = "key = \"uno\"\nname = \"uno\"\nprefix = \"U\"\n[[queues]]\nname = \"Soporte\"\n[[queues]]\nname = \"Ventas\"\n";

async fn apply_queues(world: &World, queues: &str) {
    world.desk.apply_site(&format!("key = \"uno\"\n{queues}")).await.unwrap();
    world.desk.tick().await.unwrap();
}

async fn the_kinds_of(world: &World, visitor: Visitor, wanted: &VisitorBody) -> usize {
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    entries.iter().filter(|entry| entry.body == *wanted).count()
}

async fn a_queue_that_is_removed_ends_its_chats_and_takes_no_new_ones(world: World) {
    let site = world.desk.apply_site(TWO).await.unwrap();
    let (lucia, _console) = world.at_console("lucia").await;
    let (pedro, _pedros) = world.at_console("pedro").await;
    let (one, two) = (world.chat_with(&site, &lucia).await, world.chat_with(&site, &lucia).await);
    world
        .desk
        .ask_transfer(&lucia, one.ticket, HandoverTarget::Agent(pedro.id), None)
        .await
        .unwrap();
    let (_, waits) = world.start(&site).await;
    apply_queues(&world, "[[queues]]\nname = \"Soporte\"\nremoved = true").await;
    assert_eq!(world.desk.visitor_ticket(waits).await.unwrap().chat, VisitorChat::Request);
    let became = VisitorBody::BecameRequest { why: BecameRequest::Removed };
    assert_eq!(the_kinds_of(&world, waits, &became).await, 1);
    assert!(world.desk.offers(&pedro).await.unwrap().is_empty(), "what was asked is over");
    for visitor in [one, two] {
        assert_eq!(the_kinds_of(&world, visitor, &VisitorBody::QueueRemoved).await, 1);
        let head = world.desk.visitor_ticket(visitor).await.unwrap();
        assert_eq!(head.removed, Some(Removed::Queue));
        let head = world.desk.conversation(&lucia, visitor.ticket).await.unwrap();
        assert_eq!((head.removed, head.may_end), (Some(Removed::Queue), true));
        assert_eq!(head.queue, "Soporte", "it is still named");
        let id = world.new_id();
        let written = world.desk.post_visitor_message(visitor, id, "hola", &[]).await;
        assert_eq!(refused(written), Code::QueueRemoved);
        let written = world.desk.post_agent_message(&lucia, visitor.ticket, id, "hola", &[]).await;
        assert_eq!(refused(written), Code::QueueRemoved);
        let to = HandoverTarget::Agent(pedro.id);
        let asked = world.desk.ask_transfer(&lucia, visitor.ticket, to, None).await;
        assert_eq!(refused(asked), Code::QueueRemoved);
    }
    let targets = world.desk.handover_targets(&lucia, one.ticket).await.unwrap();
    assert!(targets.queues.iter().all(|queue| queue.name == "Ventas"), "{targets:?}");
    let shown = world.desk.show_site(&site.key).unwrap();
    assert!(!shown.contains("Soporte"), "{shown}");
    // New chats go to the next queue, and what ended there goes on as any ticket.
    let next = world.chat_with(&world.desk.find_site(&site.key).unwrap(), &lucia).await;
    let head = world.desk.conversation(&lucia, next.ticket).await.unwrap();
    assert_eq!((head.removed, head.queue.as_str()), (None, "Ventas"));
    let reasons = world.desk.closing_reasons(&lucia, one.ticket).await.unwrap();
    world.desk.end_chat(&lucia, one.ticket, &reasons[0]).await.unwrap();
    assert_eq!(world.desk.visitor_ticket(one).await.unwrap().removed, None);
    world.visitor_posts(one, "una cosa más").await;
    world.pass(Duration::from_mins(5)).await;
    assert!(matches!(
        world.desk.visitor_ticket(two).await.unwrap().chat,
        VisitorChat::Ended { .. }
    ));
    assert_eq!(the_kinds_of(&world, two, &VisitorBody::ChatEnded { by: EndedBy::Desk }).await, 1);
    // Named again it is back.
    apply_queues(&world, "[[queues]]\nname = \"Soporte\"").await;
    let site = world.desk.find_site(&site.key).unwrap();
    assert_eq!((site.queues.len(), site.removed_queues.len()), (2, 0));
    let misspelt = "key = \"uno\"\n[[queues]]\nname = \"Suporte\"\nremoved = true";
    let refused = world.desk.apply_site(misspelt).await.unwrap_err().to_string();
    assert!(refused.contains("Suporte"), "{refused}");
}

async fn a_removed_agents_chats_are_ended_by_guest_visitor_or_supervisor(world: World) {
    let site = world.site("uno").await;
    let (lucia, _console) = world.at_console("lucia").await;
    let (pedro, _pedros) = world.at_console("pedro").await;
    let sofia = Person { name: "sofia", role: Role::Supervisor, sites: &["uno"], queues: &[] };
    let (sofia, _) = world.hire(sofia).await;
    world.desk.go_away(&sofia, None).await.unwrap();
    let mut chats = Vec::new();
    for _ in 0..4 {
        chats.push(world.chat_with(&site, &lucia).await);
    }
    let [with_guest, of_visitor, of_sofia, of_desk] = chats[..] else { panic!("four") };
    let to = HandoverTarget::Agent(pedro.id);
    world.desk.ask_conference(&lucia, with_guest.ticket, to, None).await.unwrap();
    world.desk.tick().await.unwrap();
    let offer = world.desk.offers(&pedro).await.unwrap().remove(0);
    world.desk.accept_offer(&pedro, offer.chat, offer.offer.unwrap()).await.unwrap();

    world.desk.remove_agent("lucia@example.com").await.unwrap();
    world.desk.tick().await.unwrap();
    // Nor does it go back to the queue when her console has been gone for long.
    world.pass(Duration::from_mins(2)).await;
    for visitor in chats {
        assert_eq!(the_kinds_of(&world, visitor, &VisitorBody::AgentRemoved).await, 1);
        let head = world.desk.visitor_ticket(visitor).await.unwrap();
        assert_eq!(head.removed, Some(Removed::Agent), "{:?}", head.chat);
        let id = world.new_id();
        let written = world.desk.post_visitor_message(visitor, id, "hola", &[]).await;
        assert_eq!(refused(written), Code::AgentRemoved);
    }
    let post = world.desk.post_agent_message(&pedro, with_guest.ticket, world.new_id(), "x", &[]);
    assert_eq!(refused(post.await), Code::AgentRemoved);
    let head = world.desk.conversation(&pedro, of_visitor.ticket).await.unwrap();
    assert!(!head.may_end, "he is no guest of it");
    let end = world.desk.end_chat(&pedro, of_visitor.ticket, &reason("Resuelto")).await;
    assert_eq!(refused(end), Code::Forbidden);
    assert!(world.desk.conversation(&pedro, with_guest.ticket).await.unwrap().may_end);
    world.desk.end_chat(&pedro, with_guest.ticket, &reason("Resuelto")).await.unwrap();
    world.desk.end_chat_as_visitor(of_visitor).await.unwrap();
    assert!(world.desk.conversation(&sofia, of_sofia.ticket).await.unwrap().may_end);
    world.desk.end_chat(&sofia, of_sofia.ticket, &reason("Resuelto")).await.unwrap();
    world.pass(Duration::from_mins(3)).await;
    let ended = VisitorBody::ChatEnded { by: EndedBy::Desk };
    assert_eq!(the_kinds_of(&world, of_desk, &ended).await, 1);
    // The name is left, and the address is free.
    assert!(world.desk.agent_accounts().await.unwrap().iter().all(|one| one.name != "lucia"));
    assert!(world.desk.sign_in("lucia@example.com", crate::world::PASSWORD).await.is_err());
    let again = world.agent("lucia").await;
    assert_ne!(again.id, lucia.id);
}

async fn where_the_queue_is_gone_too_a_supervisor_ends_a_removed_agents_chat(world: World) {
    let site = world.desk.apply_site(TWO).await.unwrap();
    let (lucia, _console) = world.at_console("lucia").await;
    let sofia = Person { name: "sofia", role: Role::Supervisor, sites: &["uno"], queues: &[] };
    let (sofia, _) = world.hire(sofia).await;
    let visitor = world.chat_with(&site, &lucia).await;
    apply_queues(&world, "[[queues]]\nname = \"Soporte\"\nremoved = true").await;
    world.desk.remove_agent("lucia@example.com").await.unwrap();
    world.desk.tick().await.unwrap();
    let head = world.desk.conversation(&sofia, visitor.ticket).await.unwrap();
    assert_eq!((head.removed, head.may_end), (Some(Removed::Queue), true));
    world.desk.end_chat(&sofia, visitor.ticket, &reason("Resuelto")).await.unwrap();
    let chat = world.desk.visitor_ticket(visitor).await.unwrap().chat;
    assert!(matches!(chat, VisitorChat::Ended { .. }), "{chat:?}");
}
