//! What the keeper does: all that has to be done once, however many nodes there are.

use super::{
    chats, deadlines,
    idle::{self, IdleChats},
    jobs,
    parts::{every_tick, part, until_stop},
    removed, waiting,
};
use crate::{
    Desk, Stop,
    mail::outbound::{outbox::Outbox, unseen::UnseenReplies},
    queue, routing,
    search::SearchIndex,
    tickets::follow,
};
use std::sync::Arc;

/// What is decided about chats: whom they ring at, what their deadlines bring about, what becomes of those at removed
/// sites. Whoever begins with it knows nothing of what an earlier keeper had in memory, and looks at everything.
pub(super) async fn decide(desk: &Desk, stop: &Stop) {
    if let Err(error) = deadlines::take_over(desk).await {
        tracing::warn!(%error, "deadlines of an earlier run could not be looked at");
    }
    routing::look_at_everything(desk);
    tokio::join!(
        part(desk, "offers", stop, |beginning| {
            if beginning > 0 {
                routing::look_at_everything(desk);
            }
            let offers = routing::run(Arc::downgrade(&desk.0), desk.0.changes.clone());
            until_stop(stop.clone(), offers)
        }),
        part(desk, "chats", stop, |_| every_tick(stop.clone(), || tick_chats(desk))),
    );
}

/// What is worked on row by row, each claimed by who works on it: followers of the talk, jobs, the outbox. Ends when
/// attempts under way have ended.
pub(super) async fn work(desk: &Desk, stop: &Stop) {
    tokio::join!(
        part(desk, "jobs", stop, |_| jobs::run(desk.clone(), stop.clone())),
        part(desk, "unseen replies", stop, |_| {
            follow::run::<UnseenReplies>(desk.clone(), stop.clone())
        }),
        part(desk, "idle chats", stop, |_| follow::run::<IdleChats>(desk.clone(), stop.clone())),
        part(desk, "search", stop, |_| follow::run::<SearchIndex>(desk.clone(), stop.clone())),
        part(desk, "mail", stop, |_| queue::run::<Outbox>(desk.clone(), stop.clone())),
    );
}

async fn tick_chats(desk: &Desk) {
    if let Err(error) = chats::tick(desk).await {
        tracing::warn!(%error, "due chats could not be looked at");
    }
    if let Err(error) = idle::tick(desk).await {
        tracing::warn!(%error, "idle chats could not be looked at");
    }
    if let Err(error) = waiting::tick(desk).await {
        tracing::warn!(%error, "tickets that wait on their customers could not be looked at");
    }
    if let Err(error) = removed::tick(desk).await {
        tracing::warn!(%error, "a removed site could not be wound up");
    }
}
