//! Tokens and links: who may open which ticket.

use crate::world::{ROSA, World, on_both};
use desk::tickets::Visitor;
use protocol::{TicketNumber, TicketToken};

on_both! {
    a_token_opens_its_ticket_on_its_site_only,
    a_link_needs_number_and_token_together,
    a_link_finds_its_ticket_among_any_number_of_sites_with_one_prefix,
    a_removed_sites_tickets_are_gone,
}

async fn a_token_opens_its_ticket_on_its_site_only(world: World) {
    let (site, other) = (world.site("a").await, world.site("b").await);
    let (_agent, _console) = world.at_console("lucia").await;
    let (started, visitor) = world.start(&site).await;
    assert_eq!(world.desk.ticket_token(visitor), started.token);
    assert!(world.desk.find_visitor(other.id, &started.token).await.unwrap().is_none());
    let (id, mac) = started.token.0.split_once('.').unwrap();
    let nobody = Visitor::with_first_link(protocol::TicketId(world.clock.new_id()), site.id);
    let nobody = world.desk.ticket_token(nobody);
    for wrong in [String::new(), id.to_owned(), format!("{id}.{}", "A".repeat(mac.len())), nobody.0]
    {
        assert!(world.desk.find_visitor(site.id, &TicketToken(wrong)).await.unwrap().is_none());
    }
}

async fn a_link_needs_number_and_token_together(world: World) {
    // Two sites with one prefix have the same numbers; the token says which is meant.
    let file = |key| format!("key = \"{key}\"\nprefix = \"CO\"\n");
    let one = world.desk.apply_site(&file("one")).await.unwrap();
    let two = world.desk.apply_site(&file("two")).await.unwrap();
    let first = world.desk.open_request(&one, world.new_request(ROSA)).await.unwrap();
    let second = world.desk.open_request(&two, world.new_request(ROSA)).await.unwrap();
    let third = world.desk.open_request(&two, world.new_request(ROSA)).await.unwrap();
    assert_eq!(first.number, second.number);
    for (site, started) in [(&one, &first), (&two, &second), (&two, &third)] {
        let k = started.link.split_once("?k=").unwrap().1;
        let (visitor, token) =
            world.desk.find_ticket_link(&started.number, k).await.unwrap().unwrap();
        assert_eq!((visitor.site, token), (site.id, started.token.clone()));
        assert_eq!(world.desk.ticket_link(&started.number, visitor), started.link);
    }
    let k = first.link.split_once("?k=").unwrap().1;
    assert!(world.desk.find_ticket_link(&third.number, k).await.unwrap().is_none());
    assert!(world.desk.find_ticket_link(&first.number, "").await.unwrap().is_none());
    let unknown = TicketNumber("CO-9999".into());
    assert!(world.desk.find_ticket_link(&unknown, k).await.unwrap().is_none());
}

async fn a_link_finds_its_ticket_among_any_number_of_sites_with_one_prefix(world: World) {
    let mut all = Vec::new();
    for n in 0..25 {
        let file = format!("key = \"s{n}\"\nprefix = \"CO\"\n");
        let site = world.desk.apply_site(&file).await.unwrap();
        all.push((world.ask(&site, ROSA).await, site));
    }
    for (started, site) in &all {
        assert_eq!(started.number.0, "CO-1001");
        let k = started.link.split_once("?k=").unwrap().1;
        let found = world.desk.find_ticket_link(&started.number, k).await.unwrap();
        assert_eq!(found.map(|(visitor, _)| visitor.site), Some(site.id), "{}", site.key);
    }
}

async fn a_removed_sites_tickets_are_gone(world: World) {
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let visitor = world.chat_with(&site, &agent).await;
    world.desk.end_chat_as_visitor(visitor).await.unwrap();
    let token = world.desk.ticket_token(visitor);
    world.desk.remove_site(&site.key).await.unwrap();
    assert!(world.desk.find_visitor(site.id, &token).await.unwrap().is_none());
    assert!(world.desk.visitor_ticket(visitor).await.is_err());
    assert!(world.desk.post_visitor_message(visitor, world.new_id(), "x", &[]).await.is_err());
    assert!(world.desk.start_chat(&site, world.new_chat()).await.is_err());
    assert!(world.desk.open_request(&site, world.new_request(ROSA)).await.is_err());
}
