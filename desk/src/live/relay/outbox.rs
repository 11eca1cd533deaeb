//! Telling the other processes what no transaction tells: who types, which panels and consoles are there, signs of life.

use super::{news::News, notice::Notice, text};
use crate::{
    Desk,
    db::{self, Attempts},
};
use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::runtime::Handle;

/// What waits to be told. What cannot be told is dropped: whoever lost a connection reads everything again.
#[derive(Default)]
pub(super) struct Outbox(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    news: News,
    /// Somebody is telling, and will tell this too.
    is_telling: bool,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits; without anything the telling ends.
    fn take(&self) -> Option<Vec<Notice>> {
        let mut waiting = self.lock();
        if waiting.news.is_empty() {
            waiting.is_telling = false;
            return None;
        }
        Some(mem::take(&mut waiting.news).into_notices())
    }
}

/// Tells the other processes soon, and whatever comes meanwhile together with it.
pub(super) fn notify(desk: &Desk, notice: Notice) {
    let Ok(runtime) = Handle::try_current() else { return };
    let mut waiting = desk.0.relay.outbox.lock();
    waiting.news.add(notice);
    if !mem::replace(&mut waiting.is_telling, true) {
        runtime.spawn(tell(desk.clone()));
    }
}

async fn tell(desk: Desk) {
    while let Some(notices) = desk.0.relay.outbox.take() {
        let texts = text::write(desk.node(), &notices);
        let mut attempts = Attempts::default();
        while let Err(error) = db::notify(desk.db(), &texts).await {
            if !attempts.again(&error).await {
                tracing::debug!(%error, "the other processes could not be told");
                break;
            }
        }
    }
}
