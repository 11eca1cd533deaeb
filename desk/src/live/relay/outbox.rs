//! Telling the other processes what no transaction tells: who types, which panels and consoles are there, signs of
//! life.

use super::{notice::Notice, text};
use crate::{
    Desk,
    db::{self, Attempts, in_time_of},
};
use std::time::Duration;
use tokio::runtime::Handle;

/// A notice that takes longer has failed; the next try may have a better connection.
const LONGEST: Duration = Duration::from_secs(5);

/// Tells the other processes soon, and whatever comes meanwhile together with it. What cannot be told is dropped: a
/// process that hears nothing reads everything again.
pub(crate) fn notify(desk: &Desk, notice: Notice) {
    // Without a runtime the process is at its end.
    if let Ok(runtime) = Handle::try_current()
        && desk.0.relay.leave(notice)
    {
        runtime.spawn(tell(desk.clone()));
    }
}

async fn tell(desk: Desk) {
    while let Some(notices) = desk.0.relay.take_left() {
        let texts = text::write(desk.node(), &notices);
        let mut attempts = Attempts::default();
        // A connection that does not answer must not silence the process for ever.
        while let Err(error) = in_time_of(LONGEST, db::notify(desk.db(), &texts)).await {
            if !attempts.again(&error).await {
                tracing::debug!(%error, "the other processes could not be told");
                break;
            }
        }
    }
}
