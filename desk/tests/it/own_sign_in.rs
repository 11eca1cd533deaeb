//! Signing in to one's own tickets by a mailed link.

use crate::world::{ROSA, World, on_both};
use protocol::{SiteId, text::EmailAddress};
use std::{sync::Arc, time::Duration};

on_both! {
    a_link_signs_in_once_at_its_site_and_no_row_holds_it,
    only_an_address_with_tickets_is_mailed_and_only_so_often,
    what_is_too_old_lets_nobody_in,
}

async fn ask(world: &World, site: &Arc<desk::sites::Site>, email: &str) {
    let email = EmailAddress::parse(email).unwrap();
    world.desk.mail_own_tickets_link(site, &email, "es", None).await.unwrap();
}

async fn mails(world: &World) -> i64 {
    world.count("select count(*) from mails where kind = 'own_tickets_link'").await
}

/// The token of the link that was mailed last.
async fn mailed(world: &World) -> String {
    world.desk.tick().await.unwrap();
    world.mailed_tokens().pop().expect("a link")
}

async fn a_link_signs_in_once_at_its_site_and_no_row_holds_it(world: World) {
    let (site, other) = (world.site("a").await, world.site("b").await);
    world.ask(&site, ROSA).await;
    ask(&world, &site, ROSA).await;
    let token = mailed(&world).await;
    let found = async |site: SiteId| world.desk.find_own_tickets_link(site, &token).await.unwrap();
    assert_eq!(found(site.id).await.as_deref(), Some(ROSA), "looking does not use it up");
    assert_eq!(found(other.id).await, None);
    assert!(world.desk.use_own_tickets_link(other.id, &token).await.unwrap().is_none());
    let session = world.desk.use_own_tickets_link(site.id, &token).await.unwrap().unwrap();
    assert!(world.desk.use_own_tickets_link(site.id, &token).await.unwrap().is_none());
    let who = world.desk.find_own_session(site.id, &session.0).await.unwrap().unwrap();
    assert_eq!(who.email(), ROSA);
    assert!(world.desk.find_own_session(other.id, &session.0).await.unwrap().is_none());
    let (tickets, after) = world.desk.list_own_tickets(site.id, &who, None).await.unwrap();
    assert_eq!((tickets.len(), after), (1, None));
    assert!(world.desk.list_own_tickets(other.id, &who, None).await.unwrap().0.is_empty());
    world.desk.end_own_session(site.id, &session.0).await.unwrap();
    assert!(world.desk.find_own_session(site.id, &session.0).await.unwrap().is_none());
}

async fn only_an_address_with_tickets_is_mailed_and_only_so_often(world: World) {
    let site = world.site("a").await;
    world.ask(&site, ROSA).await;
    ask(&world, &site, "eva@example.com").await;
    assert_eq!(mails(&world).await, 0);
    for _ in 0..5 {
        ask(&world, &site, ROSA).await;
    }
    assert_eq!(mails(&world).await, 2, "with the receipt of the request three in an hour");
    world.clock.advance(Duration::from_mins(61));
    world.force("update tickets set mail_stopped = true").await;
    ask(&world, &site, ROSA).await;
    assert_eq!(mails(&world).await, 2, "who wants no mail gets none");
}

async fn what_is_too_old_lets_nobody_in(world: World) {
    let site = world.site("a").await;
    world.ask(&site, ROSA).await;
    ask(&world, &site, ROSA).await;
    let used = mailed(&world).await;
    let session = world.desk.use_own_tickets_link(site.id, &used).await.unwrap().unwrap();
    ask(&world, &site, ROSA).await;
    let unused = mailed(&world).await;
    world.clock.advance(Duration::from_mins(30));
    assert!(world.desk.use_own_tickets_link(site.id, &unused).await.unwrap().is_none());
    assert!(world.desk.find_own_session(site.id, &session.0).await.unwrap().is_some());
    world.clock.advance(Duration::from_hours(30 * 24));
    assert!(world.desk.find_own_session(site.id, &session.0).await.unwrap().is_none());
}
