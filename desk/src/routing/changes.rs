//! What has changed since routing last looked, and what follows a change at once.

use crate::{Desk, Result, hours::availability};
use protocol::{AgentId, SiteId};
use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Where changes are left for the task that offers chats.
#[derive(Default)]
pub(crate) struct Changes {
    changed: Mutex<Changed>,
    nudge: Notify,
}

/// The changes since the task last looked.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) sites: HashSet<SiteId>,
    pub(super) agents: HashSet<AgentId>,
    pub(super) everything: bool,
    pub(super) count_again: bool,
    pub(super) stop: bool,
}

impl Changes {
    /// A chat of the site arrived, came free or left the queue.
    pub(crate) fn site_changed(&self, site: SiteId) {
        self.change(|changed| _ = changed.sites.insert(site));
    }

    /// An agent came, went, or changed state.
    pub(crate) fn agent_changed(&self, agent: AgentId) {
        self.change(|changed| _ = changed.agents.insert(agent));
    }

    /// The task ends.
    pub(crate) fn stop(&self) {
        self.change(|changed| changed.stop = true);
    }

    /// Waits until something has changed.
    pub(super) async fn changed(&self) {
        self.nudge.notified().await;
    }

    pub(super) fn take(&self) -> Changed {
        mem::take(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, how: impl FnOnce(&mut Changed)) {
        how(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        self.nudge.notify_one();
    }
}

/// The agent's state or presence changed: buttons follow at once, offers move on or start over soon after.
pub(crate) fn agent_changed(desk: &Desk, agent: AgentId) {
    availability::recompute(desk, None);
    desk.0.changes.agent_changed(agent);
}

/// Sites, queues or agents were read again: offers are looked at again.
pub(crate) fn sites_changed(desk: &Desk) {
    let sites: HashSet<SiteId> = desk.sites().iter().map(|site| site.id).collect();
    // With a site its chats are gone.
    let count_again = desk.0.ticket_sites.keep_sites(sites);
    desk.0.changes.change(|changed| {
        changed.everything = true;
        changed.count_again |= count_again;
    });
}

/// After a change of sites, queues or agents made here: memory follows at once, and so do buttons and offers.
pub(crate) async fn sites_were_changed(desk: &Desk) -> Result<()> {
    if desk.reload_sites().await? {
        availability::recompute(desk, None);
        sites_changed(desk);
    }
    Ok(())
}
