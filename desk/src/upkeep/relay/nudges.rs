//! What the commits of other processes mean for counts and offers: the rows are counted again, and then whoever offers
//! chats hears what changed, as after a commit of one's own.

use crate::{
    Desk,
    db::retry,
    hours::availability,
    live::{Notice, counts, relay::News},
    routing,
};
use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};

/// The rows are counted at most this often.
const COUNT_EVERY: Duration = Duration::from_millis(100);

/// What was heard and waits for a count.
#[derive(Default)]
pub(super) struct Nudges {
    waiting: Mutex<News>,
    added: Notify,
}

impl Nudges {
    pub(super) fn add(&self, notice: Notice) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).add(notice);
        self.added.notify_one();
    }

    /// Counts and hands on what was added, for ever.
    pub(super) async fn run(&self, desk: &Desk) {
        loop {
            self.added.notified().await;
            let notices = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                mem::take(&mut *waiting).take_others()
            };
            let count = notices.contains(&Notice::Counts);
            if count && let Err(error) = retry!({ counts::load(desk).await }) {
                tracing::warn!(%error, "what is under way could not be counted");
                self.add(Notice::Counts);
            }
            for notice in notices {
                hand_on(desk, notice);
            }
            if count {
                sleep(COUNT_EVERY).await;
            }
        }
    }
}

/// Where nobody offers chats it is kept for nobody: whoever begins to looks at everything.
fn hand_on(desk: &Desk, notice: Notice) {
    let changes = &desk.0.changes;
    let is_looked_at = changes.is_looked_at();
    match notice {
        Notice::AgentState { agent } if is_looked_at => routing::agent_changed(desk, agent),
        Notice::AgentState { .. } => availability::recompute(desk, None),
        Notice::Freed { agent } if is_looked_at => changes.agent_freed(agent),
        Notice::HasRoom { agent } => {
            desk.0.counts.came_free(agent, desk.now());
            if is_looked_at {
                changes.agent_has_room(agent);
            }
        }
        Notice::Line { site } if is_looked_at => changes.site_changed(site),
        _ => {}
    }
}
