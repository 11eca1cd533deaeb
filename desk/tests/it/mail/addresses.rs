//! What an address that nobody has confirmed gets.

use super::{MINUTE, cuentas_ok, mail_entries};
use crate::world::{World, on_both};
use std::time::Duration;

on_both! {
    an_unverified_address_gets_three_an_hour_and_ten_a_day,
    a_confirmed_address_is_under_no_cap,
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

async fn a_confirmed_address_is_under_no_cap(world: World) {
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, "ana@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    for _ in 0..3 {
        let _ = world.desk.send_transcript(visitor, None).await;
    }
    let held = async || world.count("select count(*) from entries where kind = 'mail_held'").await;
    assert_eq!(held().await, 1);
    world.desk.tick().await.unwrap();
    let proof = world.mailed_tokens().remove(0).split_once('~').unwrap().1.to_owned();
    assert!(world.desk.confirm_email(visitor, &proof).await.unwrap().is_some());
    for _ in 0..20 {
        world.desk.send_transcript(visitor, None).await.unwrap();
    }
    assert_eq!(held().await, 1);
    // The one that was asked for before, and these.
    let transcripts = "select count(*) from mails where kind = 'transcript'";
    assert_eq!(world.count(transcripts).await, 21);
    assert_eq!(mail_entries(&world, &agent, visitor).await.len(), 4);
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
    // It waits as one mail.
    for (kind, n) in [("replies", 1), ("state_changed", 0)] {
        let mails = format!("select count(*) from mails where kind = '{kind}'");
        assert_eq!(world.count(&mails).await, n, "{kind}");
    }
}
