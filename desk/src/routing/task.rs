//! The task that offers chats.
//!
//! It looks at the sites where something changed: a chat arrived or came free, an agent came, went or got room. It
//! decides from rows, so that losing a nudge loses nothing: the ticker nudges again.

use super::{
    candidates::candidates,
    changes::{Changed, Changes},
    line::{publish_places, tried, waiting},
    offer::{begin_new_round, offer, withdraw},
    pick::pick,
};
use crate::{
    Desk, Inner, Result,
    db::{MAX_ROWS, retry},
    live::counts,
    sites::Site,
};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// How soon the task finds that its desk is gone.
const CHECK_DESK_EVERY: Duration = Duration::from_secs(5);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks whenever something changed, until the desk is closed or gone.
pub(crate) async fn run(desk: Weak<Inner>, changes: Arc<Changes>) {
    loop {
        // Nothing holds the desk while this waits, so that its last owner's drop ends the task.
        _ = timeout(CHECK_DESK_EVERY, changes.changed()).await;
        let Some(inner) = desk.upgrade() else { return };
        let news = changes.take();
        if news.stop {
            return;
        }
        look(&Desk(inner), news).await;
        // Under a rush of new chats one look serves many of them.
        sleep(PAUSE).await;
    }
}

async fn look(desk: &Desk, changed: Changed) {
    if changed.count_again
        && let Err(error) = counts::load(desk).await
    {
        tracing::warn!(%error, "what is under way could not be counted");
    }
    for agent in &changed.agents {
        if desk.console_is_connected(*agent)
            && let Err(error) = begin_new_round(desk, *agent).await
        {
            tracing::warn!(%agent, %error, "waiting chats could not start over");
        }
    }
    let sites = if changed.everything || !changed.agents.is_empty() {
        desk.sites()
    } else {
        changed.sites.iter().filter_map(|site| desk.find_site_by_id(*site)).collect()
    };
    for site in sites {
        if let Err(error) = retry!({ offer_waiting(desk, &site).await }) {
            tracing::warn!(site = %site.key, %error, "chats could not be offered");
        }
    }
}

/// One look at a site.
async fn offer_waiting(desk: &Desk, site: &Site) -> Result<()> {
    withdraw(desk, site).await?;
    if desk.waiting_chats(site.id) == 0 {
        return Ok(());
    }
    let line = waiting(desk, site.id).await?;
    publish_places(desk, &line);
    let snapshot = desk.0.sites.now();
    let mut candidates = candidates(desk, site, &snapshot.staff);
    if candidates.is_empty() {
        return Ok(());
    }
    let tried = tried(desk, site.id).await?;
    let picked = pick(site, &line, &mut candidates, &tried, MAX_ROWS);
    offer(desk, picked).await
}
