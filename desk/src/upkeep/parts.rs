//! What the parts of the desk's work have in common: each goes on after a fault, and ends when it is told to.

use crate::{Desk, Stop, supervise::supervised};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often the clock and the revision of sites are looked at.
const TICK: Duration = Duration::from_millis(250);

/// A part that begins again when it panics; `begin` is told which beginning it is.
pub(super) async fn part<F: Future<Output = ()>>(
    desk: &Desk,
    name: &'static str,
    stop: &Stop,
    begin: impl Fn(u32) -> F,
) {
    supervised(&desk.0.faults, name, stop.clone(), begin).await;
}

/// Work that does not end by itself.
pub(super) async fn until_stop(mut stop: Stop, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.wait() => {}
        () = work => {}
    }
}

/// Work that is done every [`TICK`].
pub(super) async fn every_tick<F: Future<Output = ()>>(mut stop: Stop, tick: impl Fn() -> F) {
    let mut every = interval(TICK);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.wait() => return,
            _ = every.tick() => tick().await,
        }
    }
}
