//! The task that offers chats.
//!
//! It looks at the sites where something changed: a chat arrived or came free, an agent came, went or got room. It
//! decides from rows, so that losing a nudge loses nothing.

use super::{
    candidates::{Candidate, candidates},
    changes::{Changed, Changes},
    handover,
    line::{FAR, HEAD, note_tried, publish_places, waiting},
    pick::{Look, pick},
    withdraw::withdraw,
};
use crate::{
    Desk, Inner, Result,
    chats::{self, Ring},
    db::{MAX_ROWS, retry},
    live::counts,
    sites::Site,
};
use protocol::{AgentId, OfferId};
use std::{
    collections::HashSet,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// How soon the task finds that its desk is gone.
const CHECK_DESK_EVERY: Duration = Duration::from_secs(5);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);
/// The pause after rows could not be counted.
const COUNT_LATER: Duration = Duration::from_millis(250);

/// Looks whenever something changed, until the desk is closed or gone.
pub(crate) async fn run(desk: Weak<Inner>, changes: Arc<Changes>) {
    let _looks = changes.begin_to_look();
    loop {
        // Nothing holds the desk while this waits, so that its last owner's drop ends the task.
        _ = timeout(CHECK_DESK_EVERY, changes.changed()).await;
        let Some(inner) = desk.upgrade() else { return };
        if changes.has_stopped() {
            return;
        }
        look(&Desk(inner)).await;
        // Under a rush of new chats one look serves many of them.
        sleep(PAUSE).await;
    }
}

/// Counts the rows again whenever it is not known what has changed, until the desk is closed or gone. Every process
/// does, for its own memory.
pub(crate) async fn count(desk: Weak<Inner>, changes: Arc<Changes>) {
    loop {
        _ = timeout(CHECK_DESK_EVERY, changes.to_count()).await;
        let Some(inner) = desk.upgrade() else { return };
        if changes.has_stopped() {
            return;
        }
        let counted = count_again(&Desk(inner)).await;
        sleep(if counted { PAUSE } else { COUNT_LATER }).await;
    }
}

/// What is due by the clock: offers that rang long enough or whose agent is gone, chats that start over.
pub(crate) async fn tick(desk: &Desk) -> Result<()> {
    withdraw(desk).await?;
    desk.0.changes.look_at_due(desk.moment());
    Ok(())
}

/// Looks until there is nothing to look at: what follows a tick has happened.
pub(crate) async fn settle(desk: &Desk) {
    count_again(desk).await;
    while look(desk).await {}
}

/// Counts the rows if that has to be; false: it could not be done, and has to be still.
async fn count_again(desk: &Desk) -> bool {
    let changes = &desk.0.changes;
    if !changes.take_count() {
        return true;
    }
    let sites = desk.sites();
    let quiet: Vec<_> = sites.iter().filter(|site| desk.waiting_chats(site.id) == 0).collect();
    if let Err(error) = retry!({ counts::load(desk).await }) {
        tracing::error!(%error, "what is under way could not be counted");
        changes.count_again();
        return false;
    }
    // At these nobody seemed to wait.
    for site in quiet.into_iter().filter(|site| desk.waiting_chats(site.id) > 0) {
        changes.site_changed(site.id);
    }
    true
}

/// One look at everything that changed; false when nothing had.
async fn look(desk: &Desk) -> bool {
    let left = &desk.0.changes;
    let _alone = left.looking.lock().await;
    let Some(changed) = left.take() else { return false };
    if (changed.everything || !changed.agents.is_empty())
        && let Err(error) = withdraw(desk).await
    {
        tracing::warn!(%error, "offers could not be withdrawn");
    }
    if let Err(error) = handover::look(desk).await {
        tracing::warn!(%error, "handovers could not be offered");
        left.look_again_soon();
    }
    for site in sites(desk, &changed) {
        if let Err(error) = retry!({ offer_waiting(desk, &site, &changed).await }) {
            tracing::warn!(site = %site.key, %error, "chats could not be offered");
            left.look_again(site.id, Some(desk.moment()));
        }
    }
    true
}

/// The sites to look at.
fn sites(desk: &Desk, changed: &Changed) -> Vec<Arc<Site>> {
    let snapshot = desk.0.sites.now();
    let agents: HashSet<AgentId> = changed.all_agents().collect();
    let staff: Vec<_> = snapshot.staff.iter().filter(|staff| agents.contains(&staff.id)).collect();
    let is_concerned = |site: &&Arc<Site>| {
        changed.everything
            || changed.sites.contains(&site.id)
            || staff.iter().any(|staff| staff.serves(site.id))
    };
    snapshot.sites.iter().filter(is_concerned).cloned().collect()
}

/// One look at a site.
async fn offer_waiting(desk: &Desk, site: &Site, changed: &Changed) -> Result<()> {
    desk.0.changes.look_again(site.id, None);
    // At a removed site nobody takes a chat any more: who waits gets a request.
    if desk.waiting_chats(site.id) == 0 || site.removed_at.is_some() {
        publish_places(desk, site.id, &[]);
        return Ok(());
    }
    let mut line = waiting(desk, site.id, HEAD).await?;
    publish_places(desk, site.id, &line);
    let is_all = line.len() < HEAD;
    if is_all && line.iter().all(|chat| chat.rings) {
        return Ok(());
    }
    let mut candidates = candidates(desk, site).await?;
    if candidates.iter().all(|one| one.chats >= one.capacity) {
        return Ok(());
    }
    if !is_all {
        // Whoever comes after five hundred that ring is not to wait until they have stopped.
        line = waiting(desk, site.id, FAR).await?;
    }
    note_tried(desk, site.id, &mut line).await?;
    let got_below = |one: &Candidate| {
        let freed = changed.freed.get(&one.agent).copied().unwrap_or(0);
        one.chats < one.capacity && one.chats + freed >= one.capacity
    };
    let back: HashSet<AgentId> = candidates
        .iter()
        .filter(|one| changed.agents.contains(&one.agent) || got_below(one))
        .map(|one| one.agent)
        .collect();
    let now = desk.now();
    let picked = pick(&line, &mut candidates, &Look { back: &back, now, most: MAX_ROWS });
    let again = picked.look_again.map(|wait| desk.moment() + wait);
    desk.0.changes.look_again(site.id, again);
    let rings: Vec<Ring> = picked
        .rings
        .iter()
        .map(|pick| {
            let chat = &line[pick.place];
            Ring {
                offer: OfferId(desk.clock().new_id()),
                chat: chat.chat,
                ticket: chat.ticket,
                at: pick.at,
                read_round: chat.round,
                round: pick.round,
            }
        })
        .collect();
    chats::ring(desk, site.id, &rings, desk.due_now() + site.limits.ring_time, now).await?;
    if rings.len() == MAX_ROWS {
        // There may be more that could ring.
        desk.0.changes.site_changed(site.id);
    }
    Ok(())
}
