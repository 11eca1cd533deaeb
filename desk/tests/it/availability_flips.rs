//! The flip loses nothing: who waits when the desk closes, or for too long, has a help request.

use crate::world::{ROSA, START, World, on_both, refused};
use desk::Desk;
use protocol::{
    Code, Seq,
    agent::{AgentState, WorkKind},
    entry::{BecameRequest, VisitorBody},
    status::Reason,
    text::EmailAddress,
    visitor::VisitorChat,
};
use std::time::Duration;

on_both! {
    a_chat_that_waits_too_long_becomes_a_request,
    the_wait_goes_on_over_a_restart,
    who_waits_when_the_last_agent_leaves_has_a_request,
    a_console_that_is_reloaded_costs_nobody_their_place,
    who_waits_when_the_desk_closes_has_a_request_and_who_talks_goes_on,
    who_waits_when_a_holiday_begins_has_a_request,
    who_waits_or_is_being_offered_when_the_owner_closes_has_a_request,
    who_is_being_offered_when_the_last_console_is_gone_has_a_request,
    who_will_not_wait_has_a_request_and_who_talks_goes_on,
    a_missed_ring_is_not_a_closed_desk,
    a_full_queue_is_not_a_closed_desk,
    an_address_given_afterwards_gets_the_receipt,
}

async fn a_chat_that_waits_too_long_becomes_a_request(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (started, visitor) = world.start(&site).await;
    world.pass(Duration::from_secs(179)).await;
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 2);
    world.pass(Duration::from_secs(1)).await;
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(2)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::BecameRequest { why: BecameRequest::WaitLimit });
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!((ticket.number, ticket.chat), (started.number, VisitorChat::Request));
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.kind, item.chat, item.preview.as_str()), (WorkKind::Request, None, "hola"));
    assert!(world.desk.offers(&agent).await.unwrap().is_empty());
    // What the visitor still writes is a reply to the request.
    world.visitor_posts(visitor, "sigo aquí").await;
    assert_eq!(
        world.kinds(&agent, visitor.ticket).await,
        ["chat_started", "visitor", "became_request", "visitor"]
    );
}

async fn the_wait_goes_on_over_a_restart(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    world.desk.close().await;
    world.clock.advance(Duration::from_secs(200));
    let desk = Desk::open(world.options.clone()).await.unwrap();
    desk.tick().await.unwrap();
    let item = desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!(item.kind, WorkKind::Request);
    desk.close().await;
}

async fn who_waits_when_the_last_agent_leaves_has_a_request(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    let mut button = world.desk.watch_availability(site.id);
    assert!(button.borrow_and_update().open);
    world.desk.set_agent_state(agent.id, AgentState::Away).await.unwrap();
    assert!(!button.borrow_and_update().open, "at once");
    assert_eq!(refused(world.desk.start_chat(&site, world.new_chat()).await), Code::ChatClosed);
    world.desk.tick().await.unwrap();
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(2)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::BecameRequest { why: BecameRequest::NoAgents });
}

async fn a_console_that_is_reloaded_costs_nobody_their_place(world: World) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    drop(console);
    assert!(!world.desk.availability(site.id).open);
    world.pass(Duration::from_secs(10)).await;
    let again = world.desk.console_connected(agent.id);
    world.pass(Duration::from_secs(40)).await;
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 2);
    drop(again);
    world.pass(Duration::from_secs(31)).await;
    assert_eq!(world.kinds(&agent, visitor.ticket).await[2..], ["became_request"]);
}

async fn who_waits_when_the_desk_closes_has_a_request_and_who_talks_goes_on(world: World) {
    // The desk is open for one more minute.
    let closes = START.0 / 60_000 % (24 * 60) + 1;
    let (hour, minute) = (closes / 60, closes % 60);
    let schedule = format!(
        "[schedule]\nzone = \"UTC\"\nweekly = {{ mon = [[\"00:00\", \"{hour:02}:{minute:02}\"]] }}"
    );
    let site = world.site_with("a", &schedule).await;
    let (agent, _console) = world.at_console("lucia").await;
    let talks = world.chat_with(&site, &agent).await;
    let (_, waits) = world.start(&site).await;
    world.pass(Duration::from_secs(59)).await;
    assert!(world.desk.availability(site.id).open);
    world.pass(Duration::from_secs(1)).await;
    assert!(!world.desk.availability(site.id).open);
    assert_eq!(world.kinds(&agent, waits.ticket).await[2..], ["became_request"]);
    world.visitor_posts(talks, "sigo").await;
    world
        .desk
        .post_agent_message(&agent, talks.ticket, world.new_id(), "yo también", &[])
        .await
        .unwrap();
    assert_eq!(world.kinds(&agent, talks.ticket).await.len(), 5);
}

async fn who_waits_when_a_holiday_begins_has_a_request(world: World) {
    // The country's calendar closes one of them, the owner the other.
    let site = async |key: &str, closed: &str| {
        let day = "[[\"00:00\", \"24:00\"]]";
        let weekly = format!("weekly = {{ thu = {day}, fri = {day} }}");
        let schedule = format!(
            "[schedule]\nzone = \"America/Mexico_City\"\n{weekly}\n{closed}\n[limits]\nring_time = \"5m\""
        );
        world.site_with(key, &schedule).await
    };
    let sites = [
        site("a", "holidays = \"MX\"").await,
        site("b", "exceptions = [{ date = \"2026-12-25\", closed = true }]").await,
    ];
    let (agent, _console) = world.at_console("lucia").await;
    // Thursday 2026-12-24, 23:59 there.
    world.pass(Duration::from_mins((31 * 24 + 12) * 60 + 59)).await;
    let mut waiting = Vec::new();
    for site in &sites {
        waiting.push(world.start(site).await.1);
    }
    world.pass(Duration::from_secs(59)).await;
    for site in &sites {
        assert!(world.desk.availability(site.id).open);
    }
    world.pass(Duration::from_secs(1)).await;
    for (site, visitor) in sites.iter().zip(waiting) {
        assert_eq!(world.desk.availability(site.id).reason, Reason::Holiday);
        assert!(world.desk.offers(&agent).await.unwrap().is_empty());
        let (entries, _) = world.desk.visitor_entries(visitor, Seq(2)).await.unwrap();
        let why = BecameRequest::DeskClosed;
        assert_eq!(entries[0].body, VisitorBody::BecameRequest { why });
    }
}

async fn who_waits_or_is_being_offered_when_the_owner_closes_has_a_request(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_, rings) = world.start(&site).await;
    let (_, waits) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&agent).await.unwrap().len(), 1);
    world.desk.apply_site("key = \"a\"\nclosed_now = true").await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.offers(&agent).await.unwrap().is_empty());
    for visitor in [rings, waits] {
        let (entries, _) = world.desk.visitor_entries(visitor, Seq(2)).await.unwrap();
        let why = BecameRequest::Override;
        assert_eq!(entries[0].body, VisitorBody::BecameRequest { why });
    }
}

async fn who_is_being_offered_when_the_last_console_is_gone_has_a_request(world: World) {
    let site = world.site_with("a", "[limits]\nring_time = \"40s\"").await;
    let (agent, console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    drop(console);
    world.pass(Duration::from_secs(29)).await;
    assert_eq!(world.desk.offers(&agent).await.unwrap().len(), 1);
    world.pass(Duration::from_secs(1)).await;
    assert!(world.desk.offers(&agent).await.unwrap().is_empty());
    assert_eq!(world.kinds(&agent, visitor.ticket).await[2..], ["became_request"]);
}

async fn who_will_not_wait_has_a_request_and_who_talks_goes_on(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let talks = world.chat_with(&site, &agent).await;
    let (started, waits) = world.start(&site).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.desk.offers(&agent).await.unwrap().len(), 1);
    for visitor in [talks, waits, waits] {
        world.desk.leave_request(visitor).await.unwrap();
    }
    let (entries, last) = world.desk.visitor_entries(waits, Seq(2)).await.unwrap();
    let why = BecameRequest::Visitor;
    assert_eq!(entries[0].body, VisitorBody::BecameRequest { why });
    assert_eq!(last, Seq(3), "once");
    let ticket = world.desk.visitor_ticket(waits).await.unwrap();
    assert_eq!((ticket.number, ticket.chat), (started.number, VisitorChat::Request));
    assert!(world.desk.offers(&agent).await.unwrap().is_empty());
    let ticket = world.desk.visitor_ticket(talks).await.unwrap();
    assert!(matches!(ticket.chat, VisitorChat::Active { .. }));
}

async fn a_missed_ring_is_not_a_closed_desk(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (_, visitor) = world.start(&site).await;
    for _ in 0..179 {
        world.pass(Duration::from_secs(1)).await;
    }
    let missed = "select count(*) from offers where outcome = 'missed'";
    assert_eq!(world.count(missed).await, 1, "who let it ring is in RONA, and it rings at nobody");
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 2);
    world.pass(Duration::from_secs(1)).await;
    let (entries, _) = world.desk.visitor_entries(visitor, Seq(2)).await.unwrap();
    assert_eq!(entries[0].body, VisitorBody::BecameRequest { why: BecameRequest::WaitLimit });
}

async fn a_full_queue_is_not_a_closed_desk(world: World) {
    let site = world.site_with("a", "[limits]\ncapacity = 1\nqueue_limit = 1").await;
    let (agent, _console) = world.at_console("lucia").await;
    world.chat_with(&site, &agent).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(world.start(&site).await.1);
    }
    world.desk.tick().await.unwrap();
    assert_eq!(refused(world.desk.start_chat(&site, world.new_chat()).await), Code::ChatClosed);
    for visitor in &waiting {
        assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), 2);
    }
    world.desk.end_chat_as_visitor(waiting[0]).await.unwrap();
    world.desk.tick().await.unwrap();
    assert!(world.desk.availability(site.id).open);
}

async fn an_address_given_afterwards_gets_the_receipt(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let (started, visitor) = world.start(&site).await;
    world.pass(Duration::from_mins(3)).await;
    let to_rosa = async || {
        let mails = world.desk.mails(&agent, None).await.unwrap().mails;
        mails.into_iter().filter(|mail| mail.to == ROSA).collect::<Vec<_>>()
    };
    assert!(to_rosa().await.is_empty());
    let email = EmailAddress::parse(ROSA).unwrap();
    world.desk.claim_email(visitor, email.clone()).await.unwrap();
    world.desk.claim_email(visitor, email).await.unwrap();
    let mails = to_rosa().await;
    assert_eq!(mails.len(), 1, "once");
    assert!(mails[0].subject.contains(&started.number.0));
    let item = world.desk.find_worklist_item(&agent, visitor.ticket).await.unwrap().unwrap();
    assert_eq!((item.contact.email.as_deref(), item.contact.verified), (Some(ROSA), false));
}
