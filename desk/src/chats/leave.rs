//! A chat is under way no longer.

use super::ringing::close_offer;
use crate::{
    Result,
    db::{Count, Tx},
    tickets::LockedChat,
};
use protocol::{SiteId, Timestamp};

/// What is counted and offered when a chat is under way no longer.
pub(super) async fn leave(
    tx: &mut Tx,
    site: SiteId,
    chat: &LockedChat,
    outcome: &'static str,
    now: Timestamp,
) -> Result<()> {
    if chat.state.is_waiting() {
        close_offer(tx, chat.id, outcome, now).await?;
        tx.count(Count::Waiting(site, -1));
    } else if let Some(agent) = chat.agent {
        tx.count(Count::Active(agent, -1));
    }
    tx.offer(site);
    Ok(())
}
