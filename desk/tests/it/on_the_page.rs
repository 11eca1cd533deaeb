//! What a visitor does on the ticket's page as a whole: settled, not settled, on in a chat; and the link that leads there.

use crate::world::{ROSA, World, on_both, refused};
use desk::tickets::Visitor;
use protocol::{
    Code, Seq, TicketNumber,
    agent::AgentChat,
    entry::{Category, VisitorBody},
    text::EmailAddress,
    visitor::VisitorChat,
};

on_both! {
    a_visitor_closes_a_request_and_opens_it_again,
    closing_ends_the_chat_under_way,
    a_chat_goes_on_on_the_same_ticket,
    no_chat_begins_while_the_desk_is_closed,
    a_renewed_link_ends_what_came_by_the_one_before,
    a_link_that_is_asked_for_goes_to_the_tickets_own_address_alone,
}

async fn category(world: &World, visitor: Visitor) -> Category {
    world.desk.visitor_ticket(visitor).await.unwrap().state.category
}

async fn a_visitor_closes_a_request_and_opens_it_again(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let asked = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &asked).await;
    for _ in 0..2 {
        world.desk.close_as_visitor(visitor).await.unwrap();
    }
    assert_eq!(category(&world, visitor).await, Category::Closed);
    for _ in 0..2 {
        world.desk.reopen_as_visitor(visitor).await.unwrap();
    }
    assert_eq!(category(&world, visitor).await, Category::Open);
    let kinds = world.kinds(&agent, visitor.ticket).await;
    let changes = kinds.iter().filter(|kind| *kind == "state_changed").count();
    assert_eq!(changes, 2, "each once: {kinds:?}");
    // It is a help request again, for agents to answer.
    assert_eq!(world.count("select count(*) from tickets where request_at is not null").await, 1);
    let (entries, _) = world.desk.visitor_entries(visitor, Seq::START).await.unwrap();
    let told = entries.iter().filter(|e| matches!(e.body, VisitorBody::StateChanged { .. }));
    assert_eq!(told.count(), 2);
}

async fn closing_ends_the_chat_under_way(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.close_as_visitor(visitor).await.unwrap();
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.state.category, Category::Closed);
    assert_eq!(ticket.chat, VisitorChat::Ended { rated: false, attended: true });
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "chat_ended").count(), 1, "{kinds:?}");
}

async fn a_chat_goes_on_on_the_same_ticket(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    assert_eq!(category(&world, visitor).await, Category::Closed);
    for _ in 0..2 {
        world.desk.continue_chat(visitor).await.unwrap();
    }
    let ticket = world.desk.visitor_ticket(visitor).await.unwrap();
    assert_eq!(ticket.chat, VisitorChat::Waiting { position: 1 });
    assert_eq!(ticket.state.category, Category::Open);
    let of_ticket = "select count(*) from chats";
    assert_eq!(world.count(of_ticket).await, 2, "one at a time");
    // It is a chat like any other: an agent takes it, and messages go into it.
    world.accept(&agent, visitor).await;
    let head = world.desk.conversation(&agent, visitor.ticket).await.unwrap();
    assert!(matches!(head.chat, AgentChat::Active { .. }), "{:?}", head.chat);
    world.visitor_posts(visitor, "Sigo aquí").await;
    world
        .desk
        .post_agent_message(&agent, visitor.ticket, world.new_id(), "Dime", &[])
        .await
        .unwrap();
    world.kinds(&agent, visitor.ticket).await;
    // Nor does one that is under way become another.
    world.desk.continue_chat(visitor).await.unwrap();
    assert_eq!(world.count(of_ticket).await, 2);
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let rated = world.desk.visitor_ticket(visitor).await.unwrap().chat;
    assert_eq!(rated, VisitorChat::Ended { rated: false, attended: true }, "each chat is rated");
}

async fn no_chat_begins_while_the_desk_is_closed(world: World) {
    let site = world.site("a").await;
    let asked = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &asked).await;
    assert_eq!(refused(world.desk.continue_chat(visitor).await), Code::ChatClosed);
    assert_eq!(world.count("select count(*) from chats").await, 0);
    world.desk.remove_site(&site.key).await.unwrap();
    assert!(world.desk.continue_chat(visitor).await.is_err());
    assert!(world.desk.close_as_visitor(visitor).await.is_err());
}

async fn a_renewed_link_ends_what_came_by_the_one_before(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let asked = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &asked).await;
    let (_, k) = asked.link.split_once("k=").unwrap();
    assert!(world.desk.renew_link(&agent, visitor.ticket).await.unwrap(), "an address is known");
    assert_eq!(refused(world.desk.visitor_ticket(visitor).await), Code::NotFound);
    assert!(world.desk.find_visitor(site.id, &asked.token).await.unwrap().is_none());
    assert!(world.desk.find_ticket_link(&asked.number, k).await.unwrap().is_none());
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds.last().map(String::as_str), Some("mail_queued"));
    assert!(kinds.contains(&"link_renewed".to_owned()), "who did it is told: {kinds:?}");
    // The mailed one opens the ticket, and so do those that are mailed from now on.
    world.desk.tick().await.unwrap();
    for k in world.mailed_tokens() {
        let found = world.desk.find_ticket_link(&asked.number, &k).await.unwrap();
        let (again, token) = found.expect("a mail that goes out holds the link as it is then");
        assert!(world.desk.visitor_ticket(again).await.is_ok());
        assert_ne!(token, asked.token);
    }
    assert_eq!(world.mailed_tokens().len(), 2);
    world.site("b").await;
    let outsider = world.agent_of("eva", &["b"]).await;
    assert_eq!(refused(world.desk.renew_link(&outsider, visitor.ticket).await), Code::NotFound);
}

async fn a_link_that_is_asked_for_goes_to_the_tickets_own_address_alone(world: World) {
    let site = world.site("a").await;
    let asked = world.ask(&site, ROSA).await;
    let links = "select count(*) from mails where kind = 'new_link'";
    let ask = |number: &str, email: &str| {
        let (number, email) = (TicketNumber(number.into()), EmailAddress::parse(email).unwrap());
        let desk = world.desk.clone();
        async move { desk.ask_for_link(&number, &email).await.unwrap() }
    };
    ask(&asked.number.0, "eva@example.com").await;
    ask("A-4711", ROSA).await;
    assert_eq!(world.count(links).await, 0);
    ask(&asked.number.0, &ROSA.to_uppercase()).await;
    assert_eq!(world.count(links).await, 1);
    // Also for an address that somebody has confirmed there is an end to it.
    world.force("update tickets set contact_verified = true").await;
    for _ in 0..5 {
        ask(&asked.number.0, ROSA).await;
    }
    assert_eq!(world.count(links).await, 3);
    world.force("update tickets set mail_stopped = true").await;
    world.force("delete from mails").await;
    ask(&asked.number.0, ROSA).await;
    assert_eq!(world.count(links).await, 0, "who wants no mail gets none");
}
