//! What staff are told of.

use super::{MINUTE, cuentas_ok, mails_to, text_of};
use crate::world::{
    Person, ROSA, World, on_both,
    relay::{Manner, Relay, header},
    until,
};
use desk::{
    mail::MailState,
    people::{Agent, AgentChanges, Role},
    tickets::Visitor,
};
use protocol::text::FormText;
use std::collections::BTreeSet;

on_both! {
    the_notice_of_a_chat_that_became_a_request_says_what_was_written,
    a_notice_without_words_names_no_zone,
    while_a_notice_waits_what_follows_joins_it,
    a_flood_of_replies_is_a_notice_a_minute,
    a_notice_that_waits_is_not_sent_to_who_may_not_see_its_ticket_any_more,
    who_loses_a_ticket_while_the_relay_is_slow_is_not_sent_its_notice,
    a_notice_that_waits_is_masked_for_who_reads_masked_by_now,
    who_comes_to_read_masked_while_the_relay_is_slow_is_sent_a_masked_notice,
}

/// What somebody writes, as it must not reach who reads masked.
const CARD: &str = "4111 1111 1111 1111";

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

async fn the_notice_of_a_chat_that_became_a_request_says_what_was_written(world: World) {
    let site = cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    let console = world.desk.console_connected(owner.id);
    let (_, visitor) = world.start(&site).await;
    world.visitor_posts(visitor, "No me carga el folio.").await;
    drop(console);
    world.pass(MINUTE).await;
    let notice = mails_to(&world, &owner, &owner.email).await.pop().unwrap();
    assert!(notice.subject.contains("Nueva solicitud"), "{}", notice.subject);
    let text = text_of(&world, &owner, &notice).await;
    assert!(text.contains("hola") && text.contains("No me carga el folio."), "{text}");
    assert!(text.contains("Las horas son de"), "{text}");
}

async fn a_notice_without_words_names_no_zone(world: World) {
    let site = cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    world.ask(&site, ROSA).await;
    world.force("update entries set kind = 'requeued', body = '\"requeued\"'").await;
    world.desk.tick().await.unwrap();
    let notice = mails_to(&world, &owner, &owner.email).await.pop().unwrap();
    let text = text_of(&world, &owner, &notice).await;
    assert!(!text.contains("Las horas son de"), "{text}");
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

/// To whom the relay has taken mail.
fn taken(relay: &Relay) -> BTreeSet<String> {
    relay.taken().iter().map(|mail| header(mail, "To").unwrap()).map(|to| address_in(&to)).collect()
}

/// `Ana <ana@example.com>`, or the address alone.
fn address_in(header: &str) -> String {
    header.split(['<', '>']).nth(1).unwrap_or(header).to_owned()
}

fn moved(sites: Option<&str>, queues: &[&str]) -> AgentChanges {
    let queues = queues.iter().map(|&name| name.to_owned()).collect();
    AgentChanges {
        sites: sites.map(|site| vec![site.to_owned()]),
        queues: Some(queues),
        ..AgentChanges::default()
    }
}

/// The states of the mails to an address, the oldest first, with what the last attempt failed of.
async fn states(world: &World, owner: &Agent, address: &str) -> Vec<(MailState, Option<String>)> {
    let mails = mails_to(world, owner, address).await;
    mails.into_iter().map(|mail| (mail.state, mail.error.clone())).collect()
}

async fn a_notice_that_waits_is_not_sent_to_who_may_not_see_its_ticket_any_more(mut world: World) {
    world.restart_with_relay("smtp://127.0.0.1:9").await;
    let site = world.site_with("uno", "[[queues]]\nname = \"Facturas\"").await;
    world.site("dos").await;
    let (owner, _) = world.owner().await;
    let serves = |name| Person { name, role: Role::Agent, sites: &["uno"], queues: &["Facturas"] };
    for name in STAFF {
        world.hire(serves(name)).await;
    }
    world.hire(Person { role: Role::Supervisor, ..serves("sara") }).await;
    world.ask(&site, ROSA).await;
    world.desk.tick().await.unwrap();
    assert_eq!(notices(&world).await, 7);

    let other = world.second_process().await;
    other.disable_agent("ana@example.com").await.unwrap();
    other.change_agent("berta@example.com", &moved(None, &["Soporte"])).await.unwrap();
    other.change_agent("carla@example.com", &moved(Some("dos"), &[])).await.unwrap();
    // Who leads the site sees the ticket, whichever queue is theirs.
    other.change_agent("sara@example.com", &moved(None, &["Soporte"])).await.unwrap();
    // The owner of another address than the one that was written to is nobody here.
    world.force("update agents set email = 'd@example.com' where name = 'dora'").await;
    other.close().await;

    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    world.pass(MINUTE).await;
    let stay = ["emma@example.com", "lucia@example.com", "sara@example.com", ROSA];
    assert_eq!(taken(&relay), stay.map(str::to_owned).into());
    let why = Some("its recipient may not see the ticket any more".to_owned());
    for name in ["ana", "berta", "carla", "dora"] {
        let address = format!("{name}@example.com");
        assert_eq!(states(&world, &owner, &address).await, [(MailState::Parked, why.clone())]);
        // Nor when somebody tries again.
        let mail = mails_to(&world, &owner, &address).await.remove(0);
        world.desk.retry_mail(&owner, mail.id).await.unwrap();
    }
    world.desk.enable_agent("ana@example.com").await.unwrap();
    world.desk.tick().await.unwrap();
    let sent: Vec<String> =
        stay.into_iter().chain(["ana@example.com"]).map(str::to_owned).collect();
    assert_eq!(taken(&relay), sent.into_iter().collect(), "who is let in again gets theirs");
    assert_eq!(relay.taken().len(), 5);
}

async fn who_loses_a_ticket_while_the_relay_is_slow_is_not_sent_its_notice(mut world: World) {
    let relay = Relay::start().await;
    relay.treat("ana@example.com", Manner::StallUntilTold);
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    let (owner, _) = world.owner().await;
    world.agent("ana").await;
    world.ask(&site, ROSA).await;
    let desk = world.desk.clone();
    let ticking = tokio::spawn(async move { desk.tick().await });
    until("it is asked", async || relay.tries("ana@example.com") == 1).await;
    world.desk.disable_agent("ana@example.com").await.unwrap();
    relay.say();
    ticking.await.unwrap().unwrap();
    assert_eq!(taken(&relay), ["lucia@example.com", ROSA].map(str::to_owned).into());
    let why = Some("its recipient may not see the ticket any more".to_owned());
    assert_eq!(states(&world, &owner, "ana@example.com").await, [(MailState::Parked, why)]);
}

async fn sees(world: &World, sees: bool) {
    let changes = AgentChanges { sees_sensitive: Some(sees), ..AgentChanges::default() };
    world.desk.change_agent("ana@example.com", &changes).await.unwrap();
}

/// A request that waits for its notices, with a card in it, at a site that masks.
async fn asks_with_a_card(world: &World) {
    let site = world.site_with("uno", "masking = true").await;
    world.owner().await;
    world.agent("ana").await;
    sees(world, true).await;
    let started = world.ask(&site, ROSA).await;
    let visitor = world.visitor(&site, &started).await;
    replies(world, visitor, &format!("Mi tarjeta es {CARD}")).await;
}

/// What the relay has taken for ana, without the ends of lines.
fn letters(relay: &Relay) -> Vec<String> {
    let mails = relay.taken().into_iter();
    mails
        .filter(|mail| address_in(&header(mail, "To").unwrap()) == "ana@example.com")
        .map(|mail| mail.replace("=\r\n", ""))
        .collect()
}

fn is_masked(letter: &str) -> bool {
    letter.contains("************1111") && !letter.contains(CARD)
}

async fn a_notice_that_waits_is_masked_for_who_reads_masked_by_now(mut world: World) {
    let relay = Relay::start().await;
    relay.treat("ana@example.com", Manner::Later);
    world.restart_with_relay(&relay.url).await;
    asks_with_a_card(&world).await;
    world.desk.tick().await.unwrap();
    assert_eq!(relay.tries("ana@example.com"), 1);
    let raw =
        "select count(*) from mails where to_key = 'ana@example.com' and text like '%4111 1111%'";
    assert_eq!(world.count(raw).await, 1, "it was composed while she read everything");
    sees(&world, false).await;
    relay.treat("ana@example.com", Manner::Take);
    world.pass(MINUTE).await;
    let letters = letters(&relay);
    assert!(letters.len() == 1 && is_masked(&letters[0]), "{letters:?}");
    assert_eq!(world.count(raw).await, 0, "what was kept is what was sent");
}

async fn who_comes_to_read_masked_while_the_relay_is_slow_is_sent_a_masked_notice(
    mut world: World,
) {
    let relay = Relay::start().await;
    relay.treat("ana@example.com", Manner::StallUntilTold);
    world.restart_with_relay(&relay.url).await;
    asks_with_a_card(&world).await;
    let desk = world.desk.clone();
    let ticking = tokio::spawn(async move { desk.tick().await });
    until("it is asked", async || relay.tries("ana@example.com") == 1).await;
    sees(&world, false).await;
    relay.treat("ana@example.com", Manner::Take);
    relay.say();
    ticking.await.unwrap().unwrap();
    world.desk.tick().await.unwrap();
    let letters = letters(&relay);
    assert!(letters.len() == 1 && is_masked(&letters[0]), "{letters:?}");
}
