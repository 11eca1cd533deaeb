//! Which site a ticket belongs to: it never changes, so it is asked once.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    people::Agent,
    sites::Site,
};
use dashmap::DashMap;
use protocol::{SiteId, TicketId};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Tickets whose sites are remembered; the map starts over when it is full.
const MAX_TICKETS: usize = 200_000;

/// Which site a ticket belongs to never changes, so it is asked once.
#[derive(Default)]
pub(crate) struct TicketSites {
    sites_of: DashMap<TicketId, SiteId>,
    sites: Mutex<HashSet<SiteId>>,
}

impl TicketSites {
    pub(crate) fn add(&self, ticket: TicketId, site: SiteId) {
        if self.sites_of.len() >= MAX_TICKETS {
            self.sites_of.clear();
        }
        self.sites_of.insert(ticket, site);
    }

    /// The site of a ticket that was asked for before.
    pub(crate) fn find(&self, ticket: TicketId) -> Option<SiteId> {
        self.sites_of.get(&ticket).map(|site| *site)
    }

    /// Forgets the tickets of sites that are gone; true when there were such sites.
    pub(crate) fn keep_sites(&self, sites: HashSet<SiteId>) -> bool {
        let mut before = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = !before.is_subset(&sites);
        if gone {
            self.sites_of.retain(|_, site| sites.contains(site));
        }
        *before = sites;
        gone
    }
}

statement!(SITE = "select site_id from tickets where id = $1");

impl Desk {
    /// The site of a ticket, if there is such a ticket.
    pub(crate) async fn find_site_of(&self, ticket: TicketId) -> Result<Option<SiteId>> {
        if let Some(site) = self.0.ticket_sites.find(ticket) {
            return Ok(Some(site));
        }
        let found = read!(self.db(), c => sqlx::query_as::<_, (Uuid,)>(SITE)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        Ok(found.map(|(site,)| {
            self.0.ticket_sites.add(ticket, SiteId(site));
            SiteId(site)
        }))
    }

    /// The site of a ticket that the agent serves; `NotFound` for any other.
    pub async fn site_of_ticket(&self, agent: &Agent, ticket: TicketId) -> Result<Arc<Site>> {
        let site = self.find_site_of(ticket).await?.filter(|site| agent.sites.contains(site));
        site.and_then(|site| self.find_site_by_id(site)).ok_or_else(Error::not_found)
    }
}
