//! Where a ticket lies. Its site never changes, so it is asked once; queue and chat are read each time.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    people::{
        Agent,
        permission::{self, Action, On, Party},
    },
    sites::Site,
    tickets::ChatState,
};
use dashmap::DashMap;
use protocol::{AgentId, QueueId, SiteId, TicketId};
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

    /// Where a ticket lies and whose it is, if there is such a ticket. Read anew each time: all but the site may
    /// change.
    pub(crate) async fn find_place(&self, ticket: TicketId) -> Result<Option<On>> {
        let row = read!(self.db(), c => sqlx::query_as::<_, PlaceRow>(PLACE)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        row.map(PlaceRow::on).transpose()
    }

    /// The site of a ticket to which the agent may do this; for whom it may not, see [`permission::check`].
    pub(crate) async fn check_ticket(
        &self,
        agent: &Agent,
        action: Action,
        ticket: TicketId,
    ) -> Result<Arc<Site>> {
        let on = self.find_place(ticket).await?.ok_or_else(Error::not_found)?;
        let on = self.with_mention(agent, ticket, on).await?;
        permission::check(agent, action, &on)?;
        self.find_site_by_id(on.site).ok_or_else(Error::not_found)
    }
}

/// What there is to know of a ticket for a permission: the columns of [`place_columns!`].
#[derive(sqlx::FromRow)]
pub(crate) struct PlaceRow {
    site_id: Uuid,
    queue_id: Option<Uuid>,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    chat_guest: Option<Uuid>,
    asked: Option<Uuid>,
}

impl PlaceRow {
    pub(crate) fn on(self) -> Result<On> {
        let state = self.chat_state.as_deref().map(ChatState::from_text).transpose()?;
        Ok(On {
            site: SiteId(self.site_id),
            queue: self.queue_id.map(QueueId),
            party: party(
                state,
                Party {
                    owner: self.chat_agent.map(AgentId),
                    guest: self.chat_guest.map(AgentId),
                    asked: self.asked.map(AgentId),
                    ..Party::default()
                },
            ),
        })
    }
}

/// Who has to do with a ticket whose last chat is in this state and names these agents.
pub(crate) fn party(state: Option<ChatState>, named: Party) -> Party {
    if state == Some(ChatState::Active) { named } else { Party::default() }
}

/// What [`PlaceRow`] is read from: ticket `t`, and its last chat `c` joined from the left.
macro_rules! place_columns {
    () => {
        " t.site_id, t.queue_id, c.state as chat_state, c.agent_id as chat_agent, c.guest_id as chat_guest,
          (select o.to_agent from offers o where o.chat_id = c.id and o.kind <> 'chat' and o.outcome is null) as asked "
    };
}
pub(crate) use place_columns;

statement!(
    PLACE = concat!(
        "select",
        place_columns!(),
        "from tickets t left join chats c on c.id = t.chat_id where t.id = $1"
    )
);
