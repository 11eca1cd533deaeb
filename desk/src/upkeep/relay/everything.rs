//! What happened while nobody listened.

use crate::{
    Desk, Result,
    db::{in_time_of, retry},
    hours::availability,
    live::counts,
    routing,
    upkeep::sites,
};
use std::time::Duration;

/// A connection that does not answer within this is one that never will.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Sites, counts and who is there are read, everything is looked at, and all sockets are told to read what they lack.
/// Whoever listens has begun to before.
pub(super) async fn read(desk: &Desk) -> Result<()> {
    in_time_of(ANSWERS_WITHIN, read_here(desk)).await
}

async fn read_here(desk: &Desk) -> Result<()> {
    desk.0.relay.begin();
    desk.0.writer.anything_was_written_elsewhere();
    desk.0.sessions.forget_all();
    sites::read_again(desk).await?;
    retry!({ counts::load(desk).await })?;
    desk.0.panels.forget_elsewhere(desk.moment());
    availability::recompute(desk, None);
    routing::look_at_everything(desk);
    desk.0.nodes.others_changed();
    desk.0.nodes.keeper_changed();
    desk.0.wakeups.notify();
    desk.0.rows.forget_all();
    desk.hub().miss_everything();
    Ok(())
}
