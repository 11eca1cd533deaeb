//! What an address that nobody has confirmed gets.

use super::{MINUTE, cuentas_ok, mail_entries};
use crate::world::{World, on_both};
use std::time::Duration;

on_both! {
    an_unverified_address_gets_three_an_hour_and_ten_a_day,
    a_mailed_link_confirms_the_address_and_lifts_the_cap,
    what_an_agent_does_is_mailed_whatever_the_cap_holds_back,
}

async fn an_unverified_address_gets_three_an_hour_and_ten_a_day(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    for hour in 0..5 {
        for _ in 0..4 {
            let started = world
                .ask(&site, if hour % 2 == 0 { "ana@example.com" } else { "ANA@example.com" })
                .await;
            let visitor = world.visitor(&site, &started).await;
            let history = mail_entries(&world, &agent, visitor).await;
            assert_eq!(history.len(), 1, "never silent");
        }
        world.clock.advance(60 * MINUTE);
    }
    assert_eq!(
        world.count("select count(*) from mails where to_key = 'ana@example.com'").await,
        10
    );
    assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 10);
    world.clock.advance(Duration::from_hours(20));
    world.ask(&site, "ana@example.com").await;
    assert_eq!(
        world.count("select count(*) from mails where to_key = 'ana@example.com'").await,
        11
    );
}

async fn a_mailed_link_confirms_the_address_and_lifts_the_cap(world: World) {
    let site = cuentas_ok(&world).await;
    let started = world.ask(&site, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    for _ in 0..3 {
        world.ask(&site, "ana@example.com").await;
    }
    assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 1);
    // The page's own link proves nothing.
    let k = started.link.split("?k=").nth(1).unwrap();
    world.desk.find_ticket_link(&started.number, k).await.unwrap().unwrap();
    let proved = async || world.count("select count(*) from tickets where contact_verified").await;
    assert_eq!(proved().await, 0);
    world.desk.tick().await.unwrap();
    let k = world.mailed_tokens().remove(0);
    let (who, _) = world.desk.find_ticket_link(&started.number, &k).await.unwrap().unwrap();
    assert_eq!(who.ticket, visitor.ticket);
    assert_eq!(proved().await, 1);
    world.desk.send_transcript(visitor, None).await.unwrap();
    assert_eq!(world.count("select count(*) from entries where kind = 'mail_held'").await, 1);
}

async fn what_an_agent_does_is_mailed_whatever_the_cap_holds_back(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    for _ in 0..3 {
        world.ask(&site, "ana@example.com").await;
    }
    let held = async || world.count("select count(*) from entries where kind = 'mail_held'").await;
    assert_eq!(held().await, 1, "what the visitor causes");
    for n in 0..4 {
        let (id, text) = (world.new_id(), format!("Respuesta {n}"));
        world.desk.post_agent_message(&agent, visitor.ticket, id, &text, &[]).await.unwrap();
    }
    world.desk.close_ticket(&agent, visitor.ticket, &site.closing_reasons[0]).await.unwrap();
    assert_eq!(held().await, 1);
    for (kind, n) in [("replies", 4), ("state_changed", 1)] {
        let mails = format!("select count(*) from mails where kind = '{kind}'");
        assert_eq!(world.count(&mails).await, n, "{kind}");
    }
}
