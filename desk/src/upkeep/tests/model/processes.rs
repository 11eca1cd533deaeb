//! The processes that serve the model's database, and the time that passes for all of them.
//!
//! One decides, as the keeper does; the others serve, hear and tell. Each does its work when it is told to, so that what
//! is true between two steps can be said.

use crate::{
    Desk,
    db::read,
    live::Notice,
    routing,
    upkeep::{deadlines, node, tick_sites},
    world::{World, until},
};
use protocol::AgentId;
use std::time::Duration;
use tokio::{sync::watch, task::JoinHandle};

/// A process that is there gives a sign at least this often.
const BEAT: Duration = Duration::from_secs(5);

/// A process that serves.
pub(super) struct Process {
    pub(super) desk: Desk,
    /// Hears the others.
    hears: JoinHandle<()>,
    /// Offers chats, or only counts them.
    looks: JoinHandle<()>,
}

impl Process {
    async fn open(world: &World) -> Self {
        let desk = world.second_process().await;
        let hears = {
            let desk = desk.clone();
            tokio::spawn(async move { desk.relay().await })
        };
        let looks = tokio::spawn(desk.count_chats());
        let process = Self { desk, hears, looks };
        if process.desk.db().is_postgres() {
            until("the others are heard", async || process.desk.relay_lag().is_some()).await;
        }
        process
    }

    /// Decides from now on.
    async fn keep(&mut self) {
        self.looks.abort();
        deadlines::take_over(&self.desk).await.unwrap();
        routing::look_at_everything(&self.desk);
        self.looks = tokio::spawn(self.desk.route());
    }

    /// Ends; it says so first where it is not killed and others are there to hear it.
    async fn end(self, says_so: bool) {
        if says_so {
            self.desk.0.nodes.serve_until(watch::channel(true).1.into());
            self.desk.say_stopping().await.unwrap();
        }
        self.desk.close().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.hears.abort();
        self.looks.abort();
    }
}

/// All processes.
pub(super) struct Processes {
    all: Vec<Process>,
    keeper: usize,
}

impl Processes {
    /// So many; the first one decides.
    pub(super) async fn open(world: &World, how_many: usize) -> Self {
        if how_many > 1 {
            own_clock(world).await;
        }
        let mut all = Vec::new();
        for _ in 0..how_many {
            all.push(Process::open(world).await);
        }
        all[0].keep().await;
        Self { all, keeper: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn desks(&self) -> impl Iterator<Item = &Desk> {
        self.all.iter().map(|process| &process.desk)
    }

    pub(super) fn desk(&self, at: usize) -> &Desk {
        &self.all[at].desk
    }

    /// The one that decides.
    pub(super) fn keeper(&self) -> &Desk {
        self.desk(self.keeper)
    }

    /// Ends one and begins another in its place; where others are left, one of them decides from then on.
    pub(super) async fn restart(&mut self, world: &World, at: usize, killed: bool) {
        let says_so = !killed && self.len() > 1;
        self.all.remove(at).end(says_so).await;
        self.all.insert(at, Process::open(world).await);
        if self.keeper == at {
            self.keeper = (at + 1) % self.all.len();
            self.all[self.keeper].keep().await;
        }
    }

    /// Lets time pass, in which those who are there give signs of it.
    pub(super) async fn pass(&self, world: &World, time: Duration) {
        if self.len() == 1 {
            world.clock.advance(time);
            return;
        }
        let mut left = time;
        while !left.is_zero() {
            let beat = left.min(BEAT);
            left -= beat;
            world.clock.advance(beat);
            let ahead = i64::try_from(beat.as_millis()).unwrap();
            let move_on = "update own_clock set ahead = ahead + $1";
            read!(self.keeper().db(), c => sqlx::query(move_on).bind(ahead).execute(c).await.map(drop))
                .unwrap();
            self.give_signs().await;
        }
    }

    /// Everything that is due is done, and everybody has heard of it.
    pub(super) async fn settle(&self) {
        self.hear_all().await;
        self.give_signs().await;
        for desk in self.desks() {
            tick_sites(desk).await;
        }
        self.hear_all().await;
        self.keeper().tick().await.unwrap();
        self.hear_all().await;
    }

    /// Each says where consoles are, and reads what the others say.
    async fn give_signs(&self) {
        if self.len() == 1 {
            return;
        }
        for desk in self.desks() {
            desk.give_sign().await.unwrap();
        }
        for desk in self.desks() {
            assert!(node::read(desk).await.unwrap(), "it has given a sign");
        }
    }

    /// Whatever one has told before, the others have acted on.
    pub(super) async fn hear_all(&self) {
        if self.len() == 1 {
            return;
        }
        // What is told of nobody is last, and leaves a trace.
        let told: Vec<_> =
            self.desks().map(|from| (from, AgentId(from.clock().new_id()))).collect();
        until("what was told is heard", async || {
            let mut is_heard = true;
            for &(from, nobody) in &told {
                let mut others = self.desks().filter(|desk| desk.node() != from.node());
                if !others.all(|desk| desk.0.counts.idle_since(nobody).is_some()) {
                    from.notify(Notice::HasRoom { agent: nobody });
                    is_heard = false;
                }
            }
            is_heard
        })
        .await;
    }
}

/// The database's clock is the test's: it stands still until it is moved. What opens the database from now on finds it.
async fn own_clock(world: &World) {
    for sql in [
        "create table own_clock (ahead bigint not null)",
        "insert into own_clock values (0)",
        "create function clock_timestamp() returns timestamptz language sql volatile as
         $$ select timestamptz '2026-11-23 17:00Z' + ahead * interval '1 millisecond' from public.own_clock $$",
        "do $$ begin
           execute format('alter database %I set search_path = public, pg_catalog', current_database());
         end $$",
    ] {
        world.force(sql).await;
    }
}
