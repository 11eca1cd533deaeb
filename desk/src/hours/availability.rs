//! The button's answer for each site, kept current: by the schedule to the second, by agents coming and going, by the
//! owner's changes.
//!
//! The rule itself is [`protocol::availability`]. Here is who asks it again, and when: whoever changes presence, the
//! ticker four times a second. The ticker compares the wall clock with the instant of the next change and sleeps
//! towards nothing, so it is right after the machine slept, and when somebody set its clock.

use super::{holidays::Holidays, zones::parse_schedule};
use crate::{
    Desk,
    sites::{Site, Staff},
};
use dashmap::DashMap;
use protocol::{
    SiteId, Timestamp,
    agent::AgentState,
    availability::availability,
    schedule::{Schedule, Zone},
    status::{Availability, Reason},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// An answer is worked out again after this at the latest.
const FRESH_FOR: Duration = Duration::from_mins(1);

/// Nobody is told anything about a site that is not there.
const GONE: Availability = Availability { open: false, reason: Reason::Override, changes_at: None };

/// The answers as they are, and who watches them.
#[derive(Default)]
pub(crate) struct AvailabilityCache {
    by_site: DashMap<SiteId, CachedAvailability>,
}

struct CachedAvailability {
    sender: watch::Sender<Availability>,
    /// The site's settings that it was worked out from.
    site: Arc<Site>,
    hours: Option<Hours>,
    agents: u32,
    computed_at: Timestamp,
}

type Hours = (Schedule, Arc<dyn Zone + Send + Sync>);

impl CachedAvailability {
    fn new(site: Arc<Site>) -> Self {
        let hours = hours_of(&site);
        Self {
            sender: watch::Sender::new(GONE),
            site,
            hours,
            agents: 0,
            computed_at: Timestamp(i64::MIN),
        }
    }

    /// Whether the last answer may be given again: nothing it was made from has changed, and its time has not come.
    fn is_fresh(&self, site: &Arc<Site>, agents: u32, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.site, site)
            && (self.agents > 0) == (agents > 0)
            && self.computed_at <= now
            && now.since(self.computed_at) < FRESH_FOR
            && self.sender.borrow().changes_at.is_none_or(|at| now < at)
    }

    fn recompute(&mut self, site: &Arc<Site>, agents: u32, now: Timestamp) {
        // Also when only a minute has passed: zone data may be newer than before.
        self.hours = hours_of(site);
        self.site = site.clone();
        self.agents = agents;
        self.computed_at = now;
        let answer = answer(site, self.hours.as_ref(), agents, now);
        self.sender.send_if_modified(|sender| {
            let changed = *sender != answer;
            *sender = answer;
            changed
        });
    }
}

fn hours_of(site: &Site) -> Option<Hours> {
    parse_schedule(&site.schedule)
        .inspect_err(|error| tracing::error!(site = %site.key, %error, "a stored schedule is not understood"))
        .ok()
}

fn answer(site: &Site, hours: Option<&Hours>, agents: u32, now: Timestamp) -> Availability {
    match hours {
        Some((schedule, zone)) => {
            availability(schedule, zone.as_ref(), &Holidays, site.closed_now, agents, now)
        }
        None => GONE,
    }
}

impl Desk {
    /// The answer now. A site that is not there answers closed, `override`.
    pub fn availability(&self, site: SiteId) -> Availability {
        // Between two ticks a boundary may have passed.
        recompute(self, Some(site));
        self.0.availability.by_site.get(&site).map_or(GONE, |cached| *cached.sender.borrow())
    }

    /// The answer as it changes; the first value is the answer now.
    pub fn watch_availability(&self, site: SiteId) -> watch::Receiver<Availability> {
        recompute(self, Some(site));
        match self.0.availability.by_site.get(&site) {
            Some(cached) => cached.sender.subscribe(),
            // Its sender is gone: whoever waits for a change learns that none will come.
            None => watch::Sender::new(GONE).subscribe(),
        }
    }

    /// What the answer would be at another instant with the agents who are there now.
    pub fn availability_at(&self, site: SiteId, at: Timestamp, agents: u32) -> Availability {
        match self.find_site_by_id(site) {
            Some(site) => answer(&site, hours_of(&site).as_ref(), agents, at),
            None => GONE,
        }
    }

    /// Agents who can take a chat of this site now: Disponible, with the console connected, serving it. When all of
    /// them are at capacity and the queue is longer than `queue_limit`, it is as if nobody were there.
    pub fn agents_present(&self, site: SiteId) -> u32 {
        match self.find_site_by_id(site) {
            Some(site) => agents_for(self, &site),
            None => 0,
        }
    }
}

fn agents_for(desk: &Desk, site: &Site) -> u32 {
    let snapshot = desk.0.sites.now();
    let is_there = |staff: &&Arc<Staff>| {
        staff.state == AgentState::Available
            && staff.serves(site.id)
            && desk.console_is_connected(staff.id)
    };
    let mut present = 0;
    let mut below_capacity = false;
    for staff in snapshot.staff.iter().filter(is_there) {
        present += 1;
        below_capacity |= desk.active_chats(staff.id) < staff.capacity_at(site);
    }
    let full = !below_capacity && desk.waiting_chats(site.id) > site.limits.queue_limit;
    if full { 0 } else { present }
}

/// Works the answer out again for one site or all, and tells those who watch where it is another.
pub(crate) fn recompute(desk: &Desk, site: Option<SiteId>) {
    let now = desk.now();
    if let Some(id) = site {
        return match desk.find_site_by_id(id) {
            Some(site) => refresh(desk, &site, now),
            None => retire(desk, id),
        };
    }
    for site in desk.sites() {
        refresh(desk, &site, now);
    }
    let cache = &desk.0.availability.by_site;
    let known: Vec<SiteId> = cache.iter().map(|cached| *cached.key()).collect();
    for id in known {
        if desk.find_site_by_id(id).is_none() {
            retire(desk, id);
        }
    }
}

fn refresh(desk: &Desk, site: &Arc<Site>, now: Timestamp) {
    let agents = agents_for(desk, site);
    let is_fresh = |cached: &CachedAvailability| cached.is_fresh(site, agents, now);
    if desk.0.availability.by_site.get(&site.id).is_some_and(|cached| is_fresh(&cached)) {
        return;
    }
    let mut cached = desk
        .0
        .availability
        .by_site
        .entry(site.id)
        .or_insert_with(|| CachedAvailability::new(site.clone()));
    // Counted again under the lock: of two who come at once, the one with the older number must not have the last word.
    let agents = agents_for(desk, site);
    cached.recompute(site, agents, now);
}

fn retire(desk: &Desk, site: SiteId) {
    if let Some((_, cached)) = desk.0.availability.by_site.remove(&site) {
        cached.sender.send_replace(GONE);
    }
}
