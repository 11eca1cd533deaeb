//! A ticket that waits on its customer is closed at last, and nobody is surprised by it.

use crate::world::{ROSA, World, on_both};
use desk::{people::Agent, tickets::Visitor};
use protocol::{entry::Category, text::FormText};
use std::time::Duration;

on_both! {
    a_customer_who_says_nothing_is_told_a_day_before_the_ticket_is_closed,
    a_word_of_the_customers_stops_it,
    where_the_owner_wants_it_so_nothing_is_closed,
    who_was_told_late_has_a_day_nevertheless,
    a_clock_that_is_set_back_puts_nothing_off,
}

const DAY: Duration = Duration::from_hours(24);

/// A request that an agent has answered.
async fn answered(world: &World, more: &str) -> (Agent, Visitor) {
    let site = world.site_with("a", more).await;
    let agent = world.agent("lucia").await;
    let asked = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &asked).await;
    answer(world, &agent, visitor).await;
    (agent, visitor)
}

async fn answer(world: &World, agent: &Agent, visitor: Visitor) {
    let id = world.new_id();
    world.desk.post_agent_message(agent, visitor.ticket, id, "Prueba otra vez", &[]).await.unwrap();
    assert_eq!(category(world, visitor).await, Category::Waiting);
}

async fn category(world: &World, visitor: Visitor) -> Category {
    world.desk.visitor_ticket(visitor).await.unwrap().state.category
}

async fn told(world: &World) -> i64 {
    world.count("select count(*) from mails where kind = 'closing'").await
}

async fn a_customer_who_says_nothing_is_told_a_day_before_the_ticket_is_closed(world: World) {
    let (agent, visitor) = answered(&world, "").await;
    world.pass(Duration::from_secs(6 * 86_400 - 1)).await;
    assert_eq!(told(&world).await, 0);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (1, Category::Waiting));
    world.pass(Duration::from_secs(86_400 - 1)).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (1, Category::Waiting));
    world.pass(Duration::from_secs(1)).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (1, Category::Closed));
    let kinds = world.kinds(&agent, visitor.ticket).await;
    assert_eq!(kinds.last().map(String::as_str), Some("state_changed"));
    world.pass(30 * DAY).await;
    assert_eq!(told(&world).await, 1);
    assert_eq!(world.kinds(&agent, visitor.ticket).await.len(), kinds.len(), "nothing follows");
}

async fn a_word_of_the_customers_stops_it(world: World) {
    let (agent, visitor) = answered(&world, "").await;
    world.pass(6 * DAY).await;
    assert_eq!(told(&world).await, 1);
    let text = FormText::parse("Sigue igual").unwrap();
    world.desk.post_visitor_reply(visitor, world.new_id(), Some(text), &[]).await.unwrap();
    world.pass(9 * DAY).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (1, Category::Open));
    // From the next answer on it begins anew.
    answer(&world, &agent, visitor).await;
    world.pass(Duration::from_secs(6 * 86_400 - 1)).await;
    assert_eq!(told(&world).await, 1);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (2, Category::Waiting));
}

async fn where_the_owner_wants_it_so_nothing_is_closed(world: World) {
    let (_, visitor) = answered(&world, "[limits]\nclose_after = \"0s\"").await;
    world.pass(300 * DAY).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (0, Category::Waiting));
}

async fn who_was_told_late_has_a_day_nevertheless(world: World) {
    let (_, visitor) = answered(&world, "").await;
    world.pass(20 * DAY).await;
    assert_eq!((told(&world).await, category(&world, visitor).await), (1, Category::Waiting));
    world.pass(DAY).await;
    assert_eq!(category(&world, visitor).await, Category::Closed);
}

async fn a_clock_that_is_set_back_puts_nothing_off(world: World) {
    let (_, visitor) = answered(&world, "").await;
    world.clock.set_back(2 * DAY);
    world.pass(6 * DAY).await;
    assert_eq!(told(&world).await, 1);
    world.pass(DAY).await;
    assert_eq!(category(&world, visitor).await, Category::Closed);
}
