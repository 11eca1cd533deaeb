//! Sites and agents as they are now, whichever process changed them.

use super::access;
use crate::{Desk, Result, hours::availability, routing};

/// Reads them again when they were changed; who may see less is told, and every button is worked out again.
///
/// # Errors
/// They could not be read; what was read before was acted on all the same.
pub(super) async fn read_again(desk: &Desk) -> Result<()> {
    let read = desk.reload_sites().await;
    if let Ok(true) = read {
        routing::sites_changed(desk);
    }
    access::settle(desk).await;
    availability::recompute(desk, None);
    read.map(drop)
}
