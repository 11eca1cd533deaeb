//! Jobs on the mechanism of work, step by step.

mod model;

use super::jobs::Jobs;
use crate::{
    Desk, Result,
    db::Tx,
    mail::outbound::unseen::UnseenReplies,
    people::Agent,
    queue::{
        self, Backoff, Claimed, Lease, Outcome, Slots, Table, Wakeups, Work, claim,
        jobs::{self, Job},
        settle,
    },
    tickets::{Visitor, follow},
    world::{ROSA, World, on_both},
};
use protocol::{TicketId, text::EmailAddress};
use std::{collections::HashSet, iter, time::Duration};
use tokio::sync::Notify;
use uuid::Uuid;

on_both! {
    a_job_looks_and_leaves_the_table_at_once_and_a_reply_after_its_look_makes_another,
    an_attempt_that_panics_counts_as_one,
    a_row_whose_attempts_never_end_is_parked,
    a_row_is_one_claimers_until_the_claim_lapses,
    two_processes_claim_no_row_twice,
}

const PATIENCE: Duration = Duration::from_mins(2);

/// A chat whose visitor left an address and went away.
async fn chat(world: &World) -> (Agent, Visitor) {
    let site = world.site("a").await;
    let (agent, console) = world.at_console("lucia").await;
    std::mem::forget(console);
    let mut new = world.new_chat();
    new.email = Some(EmailAddress::parse(ROSA).unwrap());
    let started = world.desk.start_chat(&site, new).await.unwrap();
    let visitor = world.visitor(&site, &started).await;
    world.accept(&agent, visitor).await;
    (agent, visitor)
}

async fn agent_posts(world: &World, agent: &Agent, visitor: Visitor, text: &str) {
    let id = world.new_id();
    world.desk.post_agent_message(agent, visitor.ticket, id, text, &[]).await.unwrap();
}

async fn claim_one(desk: &Desk) -> Option<Claimed<<Jobs as Work>::Row>> {
    let mut claimed = claim::<Jobs>(desk, iter::empty()).await.unwrap();
    assert!(claimed.len() < 2);
    claimed.pop().map(|(_, row)| row)
}

async fn a_job_looks_and_leaves_the_table_at_once_and_a_reply_after_its_look_makes_another(
    world: World,
) {
    const JOBS: &str = "select count(*) from jobs";
    let desk = &world.desk;
    let (agent, visitor) = chat(&world).await;
    agent_posts(&world, &agent, visitor, "Uno").await;
    follow::catch_up::<UnseenReplies>(desk).await.unwrap();
    world.clock.advance(PATIENCE);
    let claimed = claim_one(desk).await.unwrap();
    let outcome = Jobs::attempt(desk, claimed.lease, &claimed.row).await;
    assert_eq!(world.count("select count(*) from mails").await, 1);
    // Whether it is in a mail of its own or in one that waits.
    let all_mailed = "select count(*) from tickets t where mailed_upto = (
        select max(seq) from entries where ticket_id = t.id and kind = 'agent')";
    assert_eq!(world.count(all_mailed).await, 1);
    assert_eq!(world.count(JOBS).await, 0, "nothing comes between its look and its end");
    agent_posts(&world, &agent, visitor, "Dos").await;
    assert_eq!(world.count(all_mailed).await, 0);
    follow::catch_up::<UnseenReplies>(desk).await.unwrap();
    assert!(settle::<Jobs>(desk, &claimed, &outcome).await.unwrap());
    assert_eq!(world.count(JOBS).await, 1, "the other's");
    world.pass(PATIENCE).await;
    assert_eq!(world.count(all_mailed).await, 1);
    assert_eq!(world.count(JOBS).await, 0);
}

/// Jobs whose attempts all panic.
struct Panics;

impl Work for Panics {
    type Row = <Jobs as Work>::Row;
    const TABLE: Table = Jobs::TABLE;
    const SLOTS: Slots = Jobs::SLOTS;
    const BACKOFF: Backoff = Backoff {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(1),
        attempts: ATTEMPTS,
    };

    fn wakeup(wakeups: &Wakeups) -> &Notify {
        &wakeups.jobs
    }

    fn lease(desk: &Desk) -> Duration {
        Jobs::lease(desk)
    }

    async fn attempt(_desk: &Desk, _lease: Lease, _row: &Self::Row) -> Outcome {
        panic!("a fault in an attempt")
    }

    async fn done(tx: &mut Tx, _desk: &Desk, lease: Lease) -> Result<bool> {
        jobs::done(tx, lease).await
    }
}

const ATTEMPTS: i64 = 3;
const PARKED: &str = "select count(*) from jobs where parked_at is not null and error is not null";

async fn an_attempt_that_panics_counts_as_one(world: World) {
    enqueue(&world.desk, 1).await;
    for n in 1..=ATTEMPTS {
        assert_eq!(world.count(PARKED).await, 0, "before attempt {n}");
        assert_eq!(queue::tick::<Panics>(&world.desk).await.unwrap(), 1, "attempt {n}");
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(world.count(PARKED).await, 1);
    assert_eq!(queue::tick::<Panics>(&world.desk).await.unwrap(), 0);
}

async fn a_row_whose_attempts_never_end_is_parked(world: World) {
    enqueue(&world.desk, 1).await;
    for _ in 0..Jobs::BACKOFF.attempts {
        claim_one(&world.desk).await.unwrap();
        world.clock.advance(Jobs::lease(&world.desk));
    }
    world.desk.tick().await.unwrap();
    assert_eq!(world.count(PARKED).await, 1);
}

async fn a_row_is_one_claimers_until_the_claim_lapses(world: World) {
    let desk = &world.desk;
    let other = world.second_process().await;
    enqueue(desk, 1).await;
    let first = claim_one(desk).await.unwrap();
    assert!(claim_one(&other).await.is_none());
    world.clock.advance(Jobs::lease(desk));
    let second = claim_one(&other).await.unwrap();
    assert_eq!(second.lease.attempts, 2);
    for outcome in [Outcome::Done, Outcome::Failed("x".into()), Outcome::Parked("x".into())] {
        assert!(!settle::<Jobs>(desk, &first, &outcome).await.unwrap());
    }
    assert!(settle::<Jobs>(&other, &second, &Outcome::Parked("x".into())).await.unwrap());
    world.clock.advance(Duration::from_hours(24));
    assert!(claim_one(desk).await.is_none(), "it waits for a person");
    enqueue(desk, 1).await;
    assert_eq!(claim_one(desk).await.unwrap().lease.attempts, 1, "or for a new cause");
    other.close().await;
}

async fn two_processes_claim_no_row_twice(world: World) {
    let other = world.second_process().await;
    enqueue(&world.desk, 40).await;
    let mut claimed: Vec<Uuid> = Vec::new();
    while claimed.len() < 40 {
        let claims = async |desk| claim::<Jobs>(desk, iter::empty()).await;
        let (one, two) = tokio::join!(claims(&world.desk), claims(&other));
        for (_, row) in one.unwrap().into_iter().chain(two.unwrap()) {
            claimed.push(row.lease.id);
        }
    }
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), 40);
    other.close().await;
}

async fn enqueue(desk: &Desk, n: usize) {
    let mut tx = desk.begin().await.unwrap();
    for n in 0..n {
        let ticket = TicketId(Uuid::from_u128(u128::try_from(n).unwrap()));
        jobs::enqueue(&mut tx, desk, Job::MailUnseen { ticket }, desk.now()).await.unwrap();
    }
    desk.commit(tx).await.unwrap();
}
