//! Work that goes on after a fault of our own: a panic ends one round of it, is told, and the work begins again
//! (`reliability.md`, "Nothing lost").

use crate::Stop;
use futures_util::FutureExt;
use std::{
    panic::AssertUnwindSafe,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The pause before work that panicked begins again.
const RESTARTS_AFTER: Duration = Duration::from_secs(1);
/// So long after its last panic a part counts as sound again.
const SOUND_AFTER: Duration = Duration::from_secs(30);

/// The part that panicked last, and when.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Option<(&'static str, Instant)>>);

impl Faults {
    /// A part panicked and begins again.
    pub(crate) fn note(&self, part: &'static str) {
        tracing::error!(part, "a part of the desk panicked and begins again");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((part, Instant::now()));
    }

    /// The part that panicked a moment ago; none when all is well.
    pub(crate) fn recent(&self) -> Option<&'static str> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(_, at)| at.elapsed() < SOUND_AFTER).map(|(part, _)| part)
    }
}

/// Does work until it ends or `stop` is set; whenever it panics it begins again. `begin` is told which beginning it is,
/// from 0: from the second on, what the work holds in memory has to be read anew.
pub(crate) async fn supervised<F: Future<Output = ()>>(
    faults: &Faults,
    part: &'static str,
    mut stop: Stop,
    begin: impl Fn(u32) -> F,
) {
    let mut beginning = 0;
    while AssertUnwindSafe(begin(beginning)).catch_unwind().await.is_err() {
        faults.note(part);
        beginning = beginning.saturating_add(1);
        tokio::select! {
            () = stop.wait() => return,
            () = tokio::time::sleep(RESTARTS_AFTER) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::watch;

    #[tokio::test(start_paused = true)]
    async fn work_that_panics_begins_again_and_is_told_of() {
        let (_keep, stop) = watch::channel(false);
        let (faults, begun) = (Faults::default(), AtomicU32::new(0));
        let work = |beginning| {
            assert_eq!(begun.fetch_add(1, Ordering::SeqCst), beginning);
            async move { assert!(beginning == 2, "a fault in beginning {beginning}") }
        };
        assert_eq!(faults.recent(), None);
        supervised(&faults, "work", stop.into(), work).await;
        assert_eq!(begun.load(Ordering::SeqCst), 3);
        assert_eq!(faults.recent(), Some("work"));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_panics_does_not_begin_again_once_it_is_to_stop() {
        let (_keep, stop) = watch::channel(true);
        let begun = AtomicU32::new(0);
        let work = |_| {
            begun.fetch_add(1, Ordering::SeqCst);
            async { panic!("a fault") }
        };
        supervised(&Faults::default(), "work", stop.into(), work).await;
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }
}
