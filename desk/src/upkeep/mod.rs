//! What the desk does by itself: nobody asks for it but the clock.
//!
//! Each look reads rows and the wall clock and sleeps towards nothing, so that it is right after a restart, after the
//! machine slept, and when somebody set its clock.

mod access;
mod chats;
mod deadlines;
mod duties;
mod idle;
mod jobs;
mod keeper;
mod lock;
mod node;
mod parts;
mod relay;
mod removed;
mod sites;
#[cfg(test)]
mod tests;
mod waiting;

use crate::{
    Desk, Result, Stop,
    mail::outbound::{outbox::Outbox, unseen::UnseenReplies},
    queue, routing,
    search::SearchIndex,
    tickets::follow,
};
pub use lock::{Lock, LockError};

use idle::IdleChats;
use jobs::Jobs;
use parts::{every_tick, part, until_stop};
use std::sync::Arc;

impl Desk {
    /// The desk's own work for as long as `stop` is not set. Every process that serves keeps its buttons, sites and
    /// counts current and tells the others of itself; offers, deadlines of chats, followers of the talk, jobs and the
    /// outbox are the work of one of them, the keeper. Only `ayuda serve` calls it; the other commands open a desk
    /// without running it.
    pub async fn run(&self, _lock: &Lock, stop: impl Into<Stop>) {
        let stop = stop.into();
        self.0.nodes.serve_until(stop.clone());
        tokio::join!(
            part(self, "storage", &stop, |_| every_tick(stop.clone(), || tick_storage(self))),
            part(self, "sites", &stop, |beginning| {
                if beginning > 0 {
                    access::look_at_everybody(self);
                }
                every_tick(stop.clone(), || tick_sites(self))
            }),
            part(self, "counts", &stop, |beginning| {
                if beginning > 0 {
                    self.0.changes.count_again();
                }
                until_stop(stop.clone(), self.count_chats())
            }),
            part(self, "relay", &stop, |_| until_stop(stop.clone(), relay::run(self))),
            part(self, "nodes", &stop, |_| node::run(self, stop.clone())),
            part(self, "keeper", &stop, |_| keeper::run(self, &stop)),
        );
    }

    fn count_chats(&self) -> impl Future<Output = ()> + Send + use<> {
        routing::count(Arc::downgrade(&self.0), self.0.changes.clone())
    }

    /// Offers waiting chats until the desk is closed or gone: the part of [`Desk::run`] that nobody can do by hand. It
    /// holds no desk, so that a test may leave it running.
    pub fn route(&self) -> impl Future<Output = ()> + Send + use<> {
        let offers = routing::run(Arc::downgrade(&self.0), self.0.changes.clone());
        let counts = self.count_chats();
        async {
            tokio::join!(offers, counts);
        }
    }

    /// Hears the other processes of one PostgreSQL until the desk is closed: a part of [`Desk::run`], for a test that
    /// does the rest by hand.
    pub async fn relay(&self) {
        Box::pin(relay::run(self)).await;
    }

    /// Everything that is due by the clock, once: buttons, offers, waits, consoles that are gone, what follows the
    /// talk, jobs, mail. [`Desk::run`] does it all the time; a test with a clock of its own does it by hand.
    pub async fn tick(&self) -> Result<()> {
        self.try_storage().await?;
        tick_sites(self).await;
        chats::tick(self).await?;
        removed::tick(self).await?;
        routing::settle(self).await;
        follow::catch_up::<UnseenReplies>(self).await?;
        follow::catch_up::<IdleChats>(self).await?;
        idle::tick(self).await?;
        waiting::tick(self).await?;
        follow::catch_up::<SearchIndex>(self).await?;
        queue::tick::<Jobs>(self).await?;
        queue::tick::<Outbox>(self).await?;
        Ok(())
    }
}

/// The log has said why nothing can be written; that it still cannot is no news.
async fn tick_storage(desk: &Desk) {
    if let Err(error) = desk.try_storage().await {
        tracing::debug!(%error, "nothing can be stored yet");
    }
}

async fn tick_sites(desk: &Desk) {
    if let Err(error) = sites::read_again(desk).await {
        tracing::warn!(%error, "sites could not be read again");
    }
    desk.0.presence.forget_old(desk.moment());
    desk.0.panels.forget_old(desk.moment());
}
