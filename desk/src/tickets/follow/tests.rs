use super::*;
use crate::{
    Error, Removal,
    live::Receipt,
    tickets::{LockedTicket, Visitor},
    world::{Engine, World, on_both},
};
use protocol::{Code, entry::AgentBody};
use tokio::{sync::watch, task::JoinSet};

on_both! {
    every_entry_is_taken_once_while_many_write_and_two_processes_follow,
    a_crash_between_the_work_and_the_position_leaves_neither,
    of_two_with_the_same_page_one_writes,
    after_a_sites_removal_new_entries_are_taken_though_their_numbers_were_there_before,
    a_page_that_was_read_before_a_sites_removal_is_read_again,
    who_starts_at_the_end_takes_what_is_new,
}

/// Writes down what it takes.
struct Recorder;

/// The same, and falls over before the position is committed.
struct Crashing;

/// The same, of what is new only.
struct Latecomer;

static TAKEN: &str = "create table taken (n bigint not null, name text not null, ticket_id text not null, seq bigint not null)";
static TAKE: &str = "
    insert into taken (n, name, ticket_id, seq)
    values ((select coalesce(max(n), 0) + 1 from taken), $1, $2, $3)";

/// Entries that the recorder has not taken exactly once, among those that are there.
static NOT_ONCE: &str = "
    select count(*)
    from entries e
    where 1 <> (
      select count(*) from taken t
      where t.name = 'recorder' and t.seq = e.seq
      and replace(t.ticket_id, '-', '') = lower(replace(TICKET, '-', '')))";
static OUT_OF_ORDER: &str = "
    select count(*)
    from taken a join taken b on a.name = b.name and a.ticket_id = b.ticket_id and a.n < b.n
    where a.seq >= b.seq";

type Entries = Vec<FollowedEntry>;

async fn record(tx: &mut Tx, name: &str, entries: &Entries) -> Result<()> {
    for entry in entries {
        run!(tx, c => sqlx::query(TAKE)
            .bind(name)
            .bind(entry.ticket.to_string())
            .bind(entry.seq.0)
            .execute(c)
            .await
            .map(|_| ()))?;
    }
    Ok(())
}

impl Follower for Recorder {
    const NAME: &'static str = "recorder";
    const START: Start = Start::Beginning;
    type Plan = Entries;

    async fn plan(_desk: &Desk, page: &[FollowedEntry]) -> Result<Entries> {
        Ok(page.to_vec())
    }

    async fn write(tx: &mut Tx, _desk: &Desk, plan: &Entries) -> Result<()> {
        record(tx, Self::NAME, plan).await
    }
}

impl Follower for Crashing {
    const NAME: &'static str = Recorder::NAME;
    const START: Start = Start::Beginning;
    type Plan = Entries;

    async fn plan(_desk: &Desk, page: &[FollowedEntry]) -> Result<Entries> {
        Ok(page.to_vec())
    }

    async fn write(tx: &mut Tx, _desk: &Desk, plan: &Entries) -> Result<()> {
        record(tx, Self::NAME, plan).await?;
        Err(Error::not_found())
    }
}

impl Follower for Latecomer {
    const NAME: &'static str = "latecomer";
    const START: Start = Start::End;
    type Plan = Entries;

    async fn plan(_desk: &Desk, page: &[FollowedEntry]) -> Result<Entries> {
        Ok(page.to_vec())
    }

    async fn write(tx: &mut Tx, _desk: &Desk, plan: &Entries) -> Result<()> {
        record(tx, Self::NAME, plan).await
    }
}

impl World {
    async fn not_once(&self) -> i64 {
        let ticket =
            if self.desk.db().is_postgres() { "e.ticket_id::text" } else { "hex(e.ticket_id)" };
        self.count(&NOT_ONCE.replace("TICKET", ticket)).await
    }

    async fn follow(&self) {
        while step::<Recorder>(&self.desk, 3).await.unwrap() {}
    }

    /// An entry on the visitor's ticket that is not committed yet.
    async fn write_uncommitted(&self, visitor: Visitor) -> Tx {
        let desk = &self.desk;
        let mut tx = desk.begin().await.unwrap();
        let mut locked =
            LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await.unwrap();
        locked.add(&mut tx, desk, desk.now(), AgentBody::Requeued).await.unwrap();
        locked.save(&mut tx).await.unwrap();
        tx
    }
}

/// Whether two processes got into each other's way too often for one answer.
fn try_again(posted: crate::Result<Receipt>) -> bool {
    match posted {
        Ok(_) => false,
        Err(error) if error.refusal().code == Code::TryAgain => true,
        Err(error) => panic!("{error:?}"),
    }
}

async fn every_entry_is_taken_once_while_many_write_and_two_processes_follow(world: World) {
    world.force(TAKEN).await;
    let site = world.site("a").await;
    let (agent, _console) = world.at_console("lucia").await;
    let other = world.second_process().await;
    let mut visitors = Vec::new();
    for _ in 0..4 {
        visitors.push(world.chat_with(&site, &agent).await);
    }
    let mut writers = JoinSet::new();
    for visitor in visitors {
        for desk in [&world.desk, &other] {
            let (desk, agent, clock) = (desk.clone(), agent.clone(), world.clock.clone());
            writers.spawn(async move {
                for _ in 0..15 {
                    // As clients do: told to try again, they send the same message.
                    let id = clock.new_entry_id();
                    while try_again(desk.post_visitor_message(visitor, id, "x", &[]).await) {}
                    let id = clock.new_entry_id();
                    let ticket = visitor.ticket;
                    while try_again(desk.post_agent_message(&agent, ticket, id, "y", &[]).await) {}
                }
            });
        }
    }
    let (stop, stopped) = watch::channel(false);
    let mut followers = JoinSet::new();
    for desk in [world.desk.clone(), other.clone()] {
        let stopped = stopped.clone();
        followers.spawn(async move {
            while !*stopped.borrow() {
                step::<Recorder>(&desk, 3).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    stop.send(true).unwrap();
    followers.join_all().await;
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
    assert!(world.count("select count(*) from taken").await >= 240);
    other.close().await;
}

async fn a_crash_between_the_work_and_the_position_leaves_neither(world: World) {
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let site = world.site("a").await;
    world.start(&site).await;
    assert!(catch_up::<Crashing>(&world.desk).await.is_err());
    assert_eq!(world.count("select count(*) from taken").await, 0);
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
    assert_eq!(world.count(OUT_OF_ORDER).await, 0);
}

async fn of_two_with_the_same_page_one_writes(world: World) {
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let site = world.site("a").await;
    world.start(&site).await;
    let desk = &world.desk;
    let place = place_of::<Recorder>(desk).await.unwrap();
    let page = read_page::<Recorder>(desk, &place, ENTRIES_A_PAGE).await.unwrap().unwrap();
    let (one, two) =
        tokio::join!(take::<Recorder>(desk, &place, &page), take::<Recorder>(desk, &place, &page));
    assert!(one.is_ok() && two.is_ok());
    take::<Recorder>(desk, &place, &page).await.unwrap();
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
}

async fn after_a_sites_removal_new_entries_are_taken_though_their_numbers_were_there_before(
    world: World,
) {
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let (stays, goes) = (world.site("a").await, world.site("b").await);
    world.start(&stays).await;
    for _ in 0..5 {
        let (_, visitor) = world.start(&goes).await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
    }
    world.follow().await;
    let last = world.count("select max(position) from entries").await;
    assert_eq!(world.desk.remove_site(&goes.key).await.unwrap(), Removal::Gone);
    world.start(&stays).await;
    if !world.desk.db().is_postgres() {
        assert!(world.count("select max(position) from entries").await < last);
    }
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
}

async fn a_page_that_was_read_before_a_sites_removal_is_read_again(world: World) {
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let (stays, goes) = (world.site("a").await, world.site("b").await);
    world.start(&stays).await;
    world.follow().await;
    for _ in 0..5 {
        let (_, visitor) = world.start(&goes).await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
    }
    let place = place_of::<Recorder>(&world.desk).await.unwrap();
    let page = read_page::<Recorder>(&world.desk, &place, ENTRIES_A_PAGE).await.unwrap().unwrap();
    assert_eq!(world.desk.remove_site(&goes.key).await.unwrap(), Removal::Gone);
    world.start(&stays).await;
    take::<Recorder>(&world.desk, &place, &page).await.unwrap();
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
}

async fn who_starts_at_the_end_takes_what_is_new(world: World) {
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let site = world.site("a").await;
    world.start(&site).await;
    catch_up::<Latecomer>(&world.desk).await.unwrap();
    assert_eq!(world.count("select count(*) from taken").await, 0);
    let (_, visitor) = world.start(&site).await;
    world.visitor_posts(visitor, "hola").await;
    catch_up::<Latecomer>(&world.desk).await.unwrap();
    assert_eq!(world.count("select count(*) from taken").await, 3);
}

#[tokio::test]
async fn an_entry_that_is_committed_late_is_taken_once_and_nobody_waits_for_it() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(Engine::Postgres).await;
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let site = world.site("a").await;
    let (_, late) = world.start(&site).await;
    let (_, later) = world.start(&site).await;
    let (_, never) = world.start(&site).await;
    let (_, other) = world.start(&site).await;
    world.follow().await;
    let late = world.write_uncommitted(late).await;
    let later = world.write_uncommitted(later).await;
    let never = world.write_uncommitted(never).await;
    catch_up::<Latecomer>(&world.desk).await.unwrap();
    for text in ["uno", "dos", "tres", "cuatro"] {
        world.visitor_posts(other, text).await;
        world.follow().await;
        assert_eq!(world.not_once().await, 0, "nobody waits");
    }
    world.desk.commit(late).await.unwrap();
    world.visitor_posts(other, "cinco").await;
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
    drop(never);
    world.desk.commit(later).await.unwrap();
    // Nothing new comes after it.
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
    assert_eq!(world.count(OUT_OF_ORDER).await, 0);
    // Who had started at the end had not seen them either.
    catch_up::<Latecomer>(&world.desk).await.unwrap();
    assert_eq!(world.count("select count(*) from taken where name = 'latecomer'").await, 7);
}

#[tokio::test]
async fn a_database_that_was_restored_on_another_server_is_followed_on() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let mut world = World::new(Engine::Postgres).await;
    world.force(TAKEN).await;
    let (_, _console) = world.at_console("lucia").await;
    let site = world.site("a").await;
    world.start(&site).await;
    world.follow().await;
    let (_, visitor) = world.start(&site).await;
    // As where many more transactions had been.
    world.force("update entries set position = position + 9000000000").await;
    world.force("update followers set position = position + 9000000000").await;
    world.restart().await;
    world.visitor_posts(visitor, "hola").await;
    world.follow().await;
    assert_eq!(world.not_once().await, 0);
    assert_eq!(world.count(OUT_OF_ORDER).await, 0);
}
