//! What the desk does by itself: nobody asks for it but the clock.
//!
//! Each look reads rows and the wall clock and sleeps towards nothing, so that it is right after a restart, after the machine
//! slept, and when somebody set its clock.

mod access;
mod chats;
mod deadlines;
mod jobs;
mod keeper;
mod removed;
#[cfg(test)]
mod tests;

use crate::{
    Desk, Result, Stop,
    hours::availability,
    mail::outbound::{outbox::Outbox, unseen::UnseenReplies},
    queue, routing,
    supervise::supervised,
    tickets::follow,
};
pub use keeper::{Keeper, KeeperError};

use jobs::Jobs;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

/// How often the clock and the revision of sites are looked at.
const TICK: Duration = Duration::from_millis(250);

impl Desk {
    /// The desk's own work for as long as `stop` is not set: offers, the availability ticker, waiting chats that become requests,
    /// followers of the talk, jobs, the outbox. Only `ayuda serve` calls it, once it has the lock; the other commands open a desk
    /// without running it.
    ///
    /// # Errors
    /// `TakenOver` when the lock is somebody else's by now: then all of it has ended.
    pub async fn run(
        &self,
        keeper: &mut Keeper,
        stop: impl Into<Stop>,
    ) -> std::result::Result<(), KeeperError> {
        let stop = stop.into();
        let work = async {
            if let Err(error) = deadlines::take_over(self).await {
                tracing::warn!(%error, "deadlines of an earlier run could not be looked at");
            }
            tokio::join!(
                self.supervised("offers", &stop, |beginning| {
                    if beginning > 0 {
                        routing::look_at_everything(self);
                    }
                    until_stop(stop.clone(), self.route())
                }),
                self.supervised("storage", &stop, |_| every_tick(stop.clone(), || tick_storage(
                    self
                ))),
                self.supervised("chats", &stop, |_| every_tick(stop.clone(), || tick_chats(self))),
                self.supervised("sites", &stop, |beginning| {
                    if beginning > 0 {
                        access::look_at_everybody(self);
                    }
                    every_tick(stop.clone(), || tick_availability(self))
                }),
                self.supervised("jobs", &stop, |_| jobs::run(self.clone(), stop.clone())),
                self.supervised("unseen replies", &stop, |_| {
                    follow::run::<UnseenReplies>(self.clone(), stop.clone())
                }),
                self.supervised("mail", &stop, |_| {
                    queue::run::<Outbox>(self.clone(), stop.clone())
                }),
            );
        };
        tokio::select! {
            lost = keeper.lost() => Err(lost),
            () = work => Ok(()),
        }
    }

    async fn supervised<F: Future<Output = ()>>(
        &self,
        part: &'static str,
        stop: &Stop,
        begin: impl Fn(u32) -> F,
    ) {
        supervised(&self.0.faults, part, stop.clone(), begin).await;
    }

    /// Offers waiting chats until the desk is closed or gone: the part of [`Desk::run`] that nobody can do by hand. It holds no
    /// desk, so that a test may leave it running.
    pub fn route(&self) -> impl Future<Output = ()> + Send + use<> {
        routing::run(Arc::downgrade(&self.0), self.0.changes.clone())
    }

    /// Everything that is due by the clock, once: buttons, offers, waits, consoles that are gone, what follows the talk, jobs, mail.
    /// [`Desk::run`] does it all the time; a test with a clock of its own does it by hand.
    pub async fn tick(&self) -> Result<()> {
        self.try_storage().await?;
        tick_availability(self).await;
        chats::tick(self).await?;
        removed::tick(self).await?;
        routing::settle(self).await;
        follow::catch_up::<UnseenReplies>(self).await?;
        queue::tick::<Jobs>(self).await?;
        queue::tick::<Outbox>(self).await?;
        Ok(())
    }
}

async fn until_stop(mut stop: Stop, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.wait() => {}
        () = work => {}
    }
}

async fn every_tick<F: Future<Output = ()>>(mut stop: Stop, tick: impl Fn() -> F) {
    let mut every = interval(TICK);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.wait() => return,
            _ = every.tick() => tick().await,
        }
    }
}

/// The log has said why nothing can be written; that it still cannot is no news.
async fn tick_storage(desk: &Desk) {
    if let Err(error) = desk.try_storage().await {
        tracing::debug!(%error, "nothing can be stored yet");
    }
}

async fn tick_chats(desk: &Desk) {
    if let Err(error) = chats::tick(desk).await {
        tracing::warn!(%error, "due chats could not be looked at");
    }
    if let Err(error) = removed::tick(desk).await {
        tracing::warn!(%error, "a removed site could not be wound up");
    }
}

/// Sites and agents are read again when they were changed here or by another process; who may see less is told, and every button is
/// worked out again.
async fn tick_availability(desk: &Desk) {
    match desk.reload_sites().await {
        Ok(true) => routing::sites_changed(desk),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "sites could not be read again"),
    }
    access::settle(desk).await;
    availability::recompute(desk, None);
}
