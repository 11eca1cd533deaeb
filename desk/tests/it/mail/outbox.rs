//! A mail on its way: once, also across restarts; again after a passing fault; parked after the last one.

use super::{MINUTE, cuentas_ok, mail_entries, mails_to, text_of};
use crate::world::{
    Engine, OWNER, World, on_both, refused,
    relay::{Manner, Relay, header},
    until,
};
use desk::{mail::MailState, people::Agent};
use protocol::{Code, entry::AgentBody};
use std::time::Duration;

on_both! {
    a_mail_goes_out_once_also_across_restarts,
    what_a_killed_server_had_in_hand_goes_out,
    what_was_handed_over_when_the_server_was_killed_goes_out_once_more_and_never_again,
    a_passing_refusal_is_tried_for_a_day_and_then_parked,
    a_refusal_for_good_is_not_tried_again,
    a_password_that_is_wrong_or_missing_is_a_setting_to_mend_and_costs_no_mail,
    silence_after_the_text_is_doubt_and_one_more_try,
    a_bad_address_or_a_stalled_one_delays_no_other_mail,
    forty_that_hang_delay_no_other_mail_whether_at_one_domain_or_at_forty,
    a_dead_relay_keeps_mail_waiting,
    a_mail_is_read_and_retried_by_those_who_may,
    a_mail_that_the_relay_has_taken_is_not_sent_again_because_its_note_fails,
    a_mail_whose_note_is_lost_with_the_process_goes_out_once_more_and_never_again,
    a_mail_that_may_have_arrived_has_one_more_try_also_where_the_relay_puts_that_off,
}

/// Whether all mails of the agent's sites have gone out.
async fn are_sent(world: &World, agent: &Agent) -> bool {
    let mails = world.desk.mails(agent, None).await.unwrap().mails;
    mails.iter().all(|mail| mail.state == MailState::Sent)
}

async fn a_mail_goes_out_once_also_across_restarts(mut world: World) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, "ana@example.com").await;
    assert_eq!(relay.taken().len(), 0);
    world.restart().await;
    world.desk.tick().await.unwrap();
    assert_eq!(relay.taken().len(), 2);
    world.restart().await;
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(relay.taken().len(), 2);
    assert!(are_sent(&world, &agent).await);

    let taken = relay.taken();
    let mail = taken.iter().find(|mail| header(mail, "To").unwrap().contains("ana@")).unwrap();
    assert_eq!(header(mail, "To").unwrap(), "ana@example.com");
    assert_eq!(header(mail, "From").unwrap(), "CuentasOK <ayuda@example.com>");
    assert_eq!(header(mail, "Auto-Submitted").unwrap(), "auto-generated");
    let id = header(mail, "Message-ID").unwrap();
    assert!(id.starts_with('<') && id.ends_with("@example.com>"));
    let visitor = world.visitor(&site, &started).await;
    let reply_to = header(mail, "Reply-To").unwrap();
    let address = reply_to.split(['<', '>']).nth(1).unwrap();
    assert_eq!(world.desk.find_replied_ticket(address), Some(visitor.ticket));
    assert_eq!(world.desk.find_replied_ticket("ayuda@example.com"), None);
}

async fn what_a_killed_server_had_in_hand_goes_out(mut world: World) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    world.ask(&site, "ana@example.com").await;
    world.force("update mails set attempts = 1, claimed_until = due_at + 600000").await;
    world.restart().await;
    let running = world.run().await;
    // Another node's claims run out; those on a file database are nobody's.
    if world.options.database_url.is_some() {
        world.clock.advance(11 * MINUTE);
    }
    until("it went out", async || relay.taken().len() == 1).await;
    running.stop().await;
}

async fn what_was_handed_over_when_the_server_was_killed_goes_out_once_more_and_never_again(
    mut world: World,
) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    relay.treat("ana@example.com", Manner::TakeAndFallSilent);
    let site = cuentas_ok(&world).await;
    world.ask(&site, "ana@example.com").await;
    for taken in 1..=2 {
        let running = world.run().await;
        until("it is handed over", async || relay.taken().len() == taken).await;
        drop(running);
        world.restart().await;
        world.pass((10 * MINUTE).saturating_sub(Duration::from_millis(1))).await;
        assert_eq!(relay.taken().len(), taken, "before its time");
        world.clock.advance(Duration::from_millis(1));
    }
    world.desk.tick().await.unwrap();
    assert_eq!(world.count("select count(*) from mails where parked_at is not null").await, 1);
    assert_eq!(relay.taken().len(), 2);
    let ids: Vec<_> = relay.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids[0], ids[1]);
}

async fn a_passing_refusal_is_tried_for_a_day_and_then_parked(mut world: World) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    relay.treat("ana@example.com", Manner::Later);
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    let started = world.ask(&site, "ana@example.com").await;
    world.desk.tick().await.unwrap();
    assert_eq!(relay.tries("ana@example.com"), 1);
    let mut pause = 1;
    for tries in 2..=29 {
        world.pass((MINUTE * pause).saturating_sub(Duration::from_millis(1))).await;
        assert_eq!(relay.tries("ana@example.com"), tries - 1, "before its time");
        world.pass(Duration::from_millis(1)).await;
        assert_eq!(relay.tries("ana@example.com"), tries, "after {pause} minutes");
        pause = (pause * 2).min(60);
    }
    world.pass(Duration::from_hours(24)).await;
    assert_eq!(relay.tries("ana@example.com"), 29);
    let mail = mails_to(&world, &agent, "ana@example.com").await.remove(0);
    assert_eq!(mail.state, MailState::Parked);
    assert!(mail.error.as_ref().unwrap().contains("greylisted"), "{:?}", mail.error);
    let visitor = world.visitor(&site, &started).await;
    let history = mail_entries(&world, &agent, visitor).await;
    assert!(
        matches!(history.last(), Some(AgentBody::MailHeld { why, .. }) if why.contains("greylisted"))
    );

    relay.treat("ana@example.com", Manner::Take);
    world.desk.retry_mail(&agent, mail.id).await.unwrap();
    world.desk.tick().await.unwrap();
    assert_eq!(mails_to(&world, &agent, "ana@example.com").await[0].state, MailState::Sent);
    assert!(world.desk.retry_mail(&agent, mail.id).await.is_err());
}

async fn a_refusal_for_good_is_not_tried_again(mut world: World) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    relay.treat("ana@example.com", Manner::Refuse);
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    world.ask(&site, "ana@example.com").await;
    world.desk.tick().await.unwrap();
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(relay.tries("ana@example.com"), 1);
    let mail = mails_to(&world, &agent, "ana@example.com").await.remove(0);
    assert_eq!(mail.state, MailState::Parked);
    assert!(mail.error.as_ref().unwrap().contains("no such user"));
    assert_eq!(mails_to(&world, &agent, OWNER).await[0].state, MailState::Sent);
}

async fn a_password_that_is_wrong_or_missing_is_a_setting_to_mend_and_costs_no_mail(
    mut world: World,
) {
    let relay = Relay::start().await;
    relay.want("buena");
    let site = cuentas_ok(&world).await;
    let (agent, _) = world.owner().await;
    for (url, said) in [(relay.url.clone(), "530"), (relay.url_with("mala"), "535")] {
        world.restart_with_relay(&url).await;
        world.ask(&site, &format!("ana{said}@example.com")).await;
        world.desk.tick().await.unwrap();
        let mail = mails_to(&world, &agent, &format!("ana{said}@example.com")).await.remove(0);
        assert_eq!(mail.state, MailState::Queued, "{said}");
        assert!(mail.error.as_ref().is_some_and(|why| why.contains(said)), "{said}");
    }
    assert_eq!(relay.taken().len(), 0);
    world.restart_with_relay(&relay.url_with("buena")).await;
    world.pass(2 * MINUTE).await;
    assert!(are_sent(&world, &agent).await);
}

async fn silence_after_the_text_is_doubt_and_one_more_try(mut world: World) {
    let relay = Relay::start().await;
    // The test waits it out twice; what this machine stands still before the text has to be shorter.
    world.restart_with_relay(&relay.url_for_patience_of(10)).await;
    relay.treat("ana@example.com", Manner::TakeAndFallSilent);
    relay.treat("eva@example.com", Manner::TakeAndHangUp);
    let site = cuentas_ok(&world).await;
    world.ask(&site, "ana@example.com").await;
    world.ask(&site, "eva@example.com").await;
    world.desk.tick().await.unwrap();
    assert_eq!(relay.taken().len(), 2);
    world.pass((10 * MINUTE).saturating_sub(Duration::from_millis(1))).await;
    assert_eq!(relay.taken().len(), 2);
    world.clock.advance(Duration::from_millis(1));
    relay.treat("eva@example.com", Manner::Take);
    world.desk.tick().await.unwrap();
    assert_eq!(relay.taken().len(), 4);
    world.pass(Duration::from_hours(24)).await;
    assert_eq!(relay.taken().len(), 4, "never a third time");
    let mut ids: Vec<_> = relay.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    assert_eq!(world.count("select count(*) from mails where parked_at is not null").await, 1);
    assert_eq!(world.count("select count(*) from mails where outcome = 'sent'").await, 1);
}

async fn a_bad_address_or_a_stalled_one_delays_no_other_mail(mut world: World) {
    const STALLED: usize = 5;
    let relay = Relay::start().await;
    // Longer than the test: nothing that stalls is given up while it runs.
    world.restart_with_relay(&relay.url_for_patience_of(600)).await;
    let site = cuentas_ok(&world).await;
    let stalled: Vec<_> = (0..STALLED).map(|n| format!("stalled{n}@example.com")).collect();
    for address in &stalled {
        relay.treat(address, Manner::Stall);
        world.ask(&site, address).await;
    }
    // Right for a browser, and to a mail system with its name in quotes alone.
    world.ask(&site, "a..b@example.com").await;
    let _running = world.run().await;
    until("the stalled ones are on their way", async || {
        stalled.iter().all(|address| relay.tries(address) == 1)
    })
    .await;
    world.ask(&site, "ana@example.com").await;
    until("both went out", async || relay.taken().len() == 2).await;
    let to: Vec<_> = relay.taken().iter().map(|mail| header(mail, "To").unwrap()).collect();
    assert!(to.contains(&"\"a..b\"@example.com".to_owned()), "{to:?}");
    let count = async |which| {
        world.count(&format!("select count(*) from mails where to_address {which}")).await
    };
    assert_eq!(count("like 'stalled%' and claimed_until is not null").await, 5, "they still wait");
    assert_eq!(count("= 'a..b@example.com' and parked_at is not null").await, 0);
}

async fn forty_that_hang_delay_no_other_mail_whether_at_one_domain_or_at_forty(mut world: World) {
    let at_one: fn(usize) -> String = |n| format!("a{n}@slow.example");
    let at_forty: fn(usize) -> String = |n| format!("a@slow{n}.example");
    for address in [at_one, at_forty] {
        let relay = Relay::start().await;
        // Longer than the test: nothing that stalls is given up while it runs.
        world.restart_with_relay(&relay.url_for_patience_of(600)).await;
        let site = cuentas_ok(&world).await;
        for n in 0..40 {
            relay.treat(&address(n), Manner::Stall);
            world.ask(&site, &address(n)).await;
        }
        for to in ["rosa@slow.example", "eva@quick.example"] {
            world.ask(&site, to).await;
        }
        let _running = world.run().await;
        until("both", async || relay.taken().len() == 2).await;
        let hang = || (0..40).map(|n| relay.tries(&address(n))).sum::<u32>();
        until("all others hang", async || hang() == 40).await;
        world.force("delete from mails").await;
    }
}

async fn a_dead_relay_keeps_mail_waiting(mut world: World) {
    world.restart_with_relay("smtp://127.0.0.1:9").await;
    let site = cuentas_ok(&world).await;
    world.ask(&site, "ana@example.com").await;
    world.desk.tick().await.unwrap();
    assert_eq!(
        world.count("select count(*) from mails where due_at is not null and attempts = 1").await,
        1
    );
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    world.pass(MINUTE).await;
    assert_eq!(relay.taken().len(), 1);
}

async fn a_mail_is_read_and_retried_by_those_who_may(world: World) {
    let site = cuentas_ok(&world).await;
    let other = world.site("dos").await;
    let (owner, _) = world.owner().await;
    world.ask(&site, "ana@example.com").await;
    let mail = mails_to(&world, &owner, "ana@example.com").await.remove(0);
    // Before it is sent it is shown as it will be.
    assert!(text_of(&world, &owner, &mail).await.contains("CO-1001"));
    let mut elsewhere = owner.clone();
    elsewhere.sites.retain(|site, _| *site == other.id);
    assert!(world.desk.mails(&elsewhere, None).await.unwrap().mails.is_empty());
    assert!(world.desk.mail(&elsewhere, mail.id).await.is_err());
    assert!(world.desk.retry_mail(&elsewhere, mail.id).await.is_err());
    let mut plain = owner.clone();
    plain.role = desk::people::Role::Agent;
    assert_eq!(refused(world.desk.retry_mail(&plain, mail.id).await), Code::Forbidden);
}

/// From now on no row of a mail can be made to say that it has gone out.
async fn fail_notes(world: &World) {
    if world.options.database_url.is_some() {
        world
            .force(
                "create function no_note() returns trigger language plpgsql as $$
                 begin raise exception 'no note'; end $$",
            )
            .await;
        world
            .force(
                "create trigger no_note before update on mails for each row
                 when (new.outcome is not null) execute function no_note()",
            )
            .await;
    } else {
        world
            .force(
                "create trigger no_note before update on mails when new.outcome is not null
                 begin select raise(abort, 'no note'); end",
            )
            .await;
    }
}

async fn notes_succeed(world: &World) {
    let on = if world.options.database_url.is_some() { " on mails" } else { "" };
    world.force(&format!("drop trigger no_note{on}")).await;
}

const SENT: &str = "select count(*) from mails where outcome = 'sent'";

async fn a_mail_that_the_relay_has_taken_is_not_sent_again_because_its_note_fails(
    mut world: World,
) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    fail_notes(&world).await;
    world.ask(&site, "ana@example.com").await;
    for pause in [0, 10, 10, 24 * 60] {
        world.pass(MINUTE * pause).await;
        assert_eq!(relay.taken().len(), 1);
    }
    assert_eq!(world.count(SENT).await, 0);
    notes_succeed(&world).await;
    world.desk.tick().await.unwrap();
    assert_eq!(world.count(SENT).await, 1);
    world.pass(Duration::from_hours(24)).await;
    assert_eq!(relay.taken().len(), 1);
}

async fn a_mail_whose_note_is_lost_with_the_process_goes_out_once_more_and_never_again(
    mut world: World,
) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    fail_notes(&world).await;
    world.ask(&site, "ana@example.com").await;
    for taken in [1, 2, 2] {
        world.desk.tick().await.unwrap();
        assert_eq!(relay.taken().len(), taken);
        world.restart().await;
        world.clock.advance(Duration::from_hours(1));
    }
    assert_eq!(world.count("select count(*) from mails where parked_at is not null").await, 1);
    let ids: Vec<_> = relay.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids[0], ids[1]);
}

async fn a_mail_that_may_have_arrived_has_one_more_try_also_where_the_relay_puts_that_off(
    mut world: World,
) {
    let relay = Relay::start().await;
    world.restart_with_relay(&relay.url).await;
    let site = cuentas_ok(&world).await;
    world.ask(&site, "ana@example.com").await;
    for manner in [Manner::TakeAndHangUp, Manner::PutOffAfterText, Manner::Take] {
        relay.treat("ana@example.com", manner);
        world.desk.tick().await.unwrap();
        world.clock.advance(Duration::from_hours(2));
    }
    assert_eq!(relay.tries("ana@example.com"), 2);
    assert_eq!(world.count("select count(*) from mails where parked_at is not null").await, 1);
}

/// The database is away while the relay has the text in its hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_was_taken_while_the_database_was_away_is_not_sent_again() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    let relay = Relay::start().await;
    world.options.smtp_url = Some(relay.url.clone());
    let proxy = world.behind_proxy().await;
    let site = cuentas_ok(&world).await;
    relay.treat("ana@example.com", Manner::TakeWhenTold);
    world.ask(&site, "ana@example.com").await;
    let desk = world.desk.clone();
    let tick = tokio::spawn(async move { desk.tick().await });
    until("it is handed over", async || relay.taken().len() == 1).await;
    proxy.set_down(true);
    relay.say();
    // It fails to look for more.
    assert!(tick.await.unwrap().is_err());
    proxy.set_down(false);
    assert_eq!(world.count(SENT).await, 0);
    relay.treat("ana@example.com", Manner::Take);
    world.pass(Duration::from_hours(1)).await;
    assert_eq!(relay.taken().len(), 1);
    assert_eq!(world.count(SENT).await, 1);
}
