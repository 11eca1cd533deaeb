//! What staff are told of.

use super::{MINUTE, cuentas_ok, mails_to, text_of};
use crate::world::{World, on_both, relay::Relay};
use desk::tickets::Visitor;
use protocol::text::FormText;

on_both! {
    while_a_notice_waits_what_follows_joins_it,
    a_flood_of_replies_is_a_notice_a_minute,
}

const STAFF: [&str; 5] = ["ana", "berta", "carla", "dora", "emma"];

async fn replies(world: &World, visitor: Visitor, text: &str) {
    let text = FormText::parse(text).unwrap();
    world.desk.post_visitor_reply(visitor, world.new_id(), Some(text), &[]).await.unwrap();
}

async fn notices(world: &World) -> i64 {
    world
        .count(
            "select count(*) from mails where kind in ('request_for_agents', 'reply_for_agents')",
        )
        .await
}

async fn while_a_notice_waits_what_follows_joins_it(mut world: World) {
    let relay = Relay::start().await;
    relay.want("a password that nobody gives");
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    for name in STAFF {
        world.agent(name).await;
    }
    let started = world.ask(&site, "rosa@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    for n in 0..64 {
        replies(&world, visitor, &format!("Mensaje {n}.")).await;
        // The relay takes nothing, and what waits has been tried.
        world.desk.tick().await.unwrap();
    }
    assert_eq!(notices(&world).await, 6, "the owner's too");
    let waits = mails_to(&world, &owner, "emma@example.com").await.pop().unwrap();
    assert!(waits.subject.contains("Nueva solicitud"), "{}", waits.subject);
    let text = text_of(&world, &owner, &waits).await;
    assert!((0..64).all(|n| text.contains(&format!("Mensaje {n}."))), "{text}");
}

async fn a_flood_of_replies_is_a_notice_a_minute(world: World) {
    let site = cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    let started = world.ask(&site, "rosa@example.com").await;
    let visitor = world.visitor(&site, &started).await;
    world.desk.tick().await.unwrap();
    for n in 0..64 {
        replies(&world, visitor, &format!("Mensaje {n}.")).await;
        world.desk.tick().await.unwrap();
    }
    let kept = || {
        let is_notice = |mail: &String| mail.contains("To: ") && mail.contains("respondi=C3=B3");
        world.kept().into_iter().filter(is_notice).count()
    };
    assert_eq!((notices(&world).await, kept()), (3, 1), "the first one went out at once");
    world.pass(MINUTE).await;
    assert_eq!(kept(), 2);
    let second = mails_to(&world, &owner, &owner.email).await.pop().unwrap();
    let text = text_of(&world, &owner, &second).await;
    assert!((1..64).all(|n| text.contains(&format!("Mensaje {n}."))), "{text}");
    assert!(!text.contains("Mensaje 0."), "{text}");
}
