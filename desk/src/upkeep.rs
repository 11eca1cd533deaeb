//! What time alone brings about for chats: each look reads rows and the wall clock, so that it is right after a restart and
//! after the machine slept.

use crate::{
    Desk, Result, chats,
    db::{read, retry},
    hours::availability,
    live::CONSOLE_GONE,
    mail,
    queue::jobs,
    sites::Site,
    tickets::Head,
};
use protocol::{AgentId, SiteId, TicketId, Timestamp, entry::BecameRequest, status::Reason};
use std::{collections::HashSet, time::Duration};
use tokio::sync::watch;
use uuid::Uuid;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);
/// Chats turned in one look; the rest is the next one's.
const MOST: i64 = 200;

/// Looks until told to stop.
pub(crate) async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(LOOK);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => {
                if let Err(error) = desk.look().await {
                    tracing::warn!(%error, "due chats could not be looked at");
                }
            }
            () = async { let _ = stop.wait_for(|stop| *stop).await; } => return,
        }
    }
}

impl Desk {
    /// Everything that is due by the clock, once: buttons, waits, consoles that are gone, jobs, mail. [`Desk::run`] does it
    /// all the time; a test with a clock of its own does it by hand.
    pub async fn tick(&self) -> Result<()> {
        availability::tick(self).await;
        self.look().await?;
        while jobs::tick(self).await? > 0 {}
        while mail::outbound::outbox::tick(self).await? > 0 {}
        Ok(())
    }

    /// What is due for chats.
    async fn look(&self) -> Result<()> {
        let now = self.now();
        self.0.presence.forget(now);
        self.put_back_dropped().await?;
        for ticket in self.overdue(now).await? {
            self.turn(ticket, BecameRequest::WaitLimit).await?;
        }
        for site in self.sites() {
            if self.waiting_chats(site.id) > 0 && self.is_left(&site) {
                for ticket in self.waiting_at(site.id).await? {
                    self.turn(ticket, BecameRequest::DeskClosed).await?;
                }
            }
        }
        self.withdraw_rings();
        Ok(())
    }

    /// Whether nobody will come any more for those who wait: the desk has closed, or its last agent has left for good. A
    /// console that is only being reloaded has not.
    fn is_left(&self, site: &Site) -> bool {
        let now = self.availability(site.id);
        if now.open {
            return false;
        }
        if now.reason != Reason::NoAgents {
            return true;
        }
        let snapshot = self.0.sites.now();
        let mut staff = snapshot.staff.iter().filter(|staff| staff.serves(site.id));
        !staff.any(|staff| self.may_come(staff.id, CONSOLE_GONE))
    }

    /// Waiting chats whose `wait_limit` is over (index `chats_wait_until`).
    async fn overdue(&self, now: Timestamp) -> Result<Vec<(TicketId, SiteId)>> {
        let rows = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(OVERDUE)
            .bind(now.0)
            .bind(MOST)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(|(ticket, site)| (TicketId(ticket), SiteId(site))).collect())
    }

    async fn waiting_at(&self, site: SiteId) -> Result<Vec<(TicketId, SiteId)>> {
        let rows = read!(self.db(), c => sqlx::query_as::<_, (Uuid,)>(WAITING)
            .bind(site.0)
            .bind(MOST)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(|(ticket,)| (TicketId(ticket), site)).collect())
    }

    async fn turn(&self, (ticket, site): (TicketId, SiteId), why: BecameRequest) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, ticket, &[site]).await?;
            chats::become_request(&mut tx, self, &mut head, why, now).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Chats of agents whose console has been gone for `drop_grace` go back to the head of the queue.
    async fn put_back_dropped(&self) -> Result<()> {
        for agent in self.busy_agents() {
            let Some(gone) = self.console_gone_for(agent).filter(|gone| *gone >= CONSOLE_GONE)
            else {
                continue;
            };
            let rows = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(CHATS_OF)
                .bind(agent.0)
                .fetch_all(c)
                .await)?;
            for (ticket, site) in rows {
                let Some(site) = self.find_site_by_id(SiteId(site)) else { continue };
                if gone >= site.limits.drop_grace {
                    self.put_back(TicketId(ticket), agent, &site).await?;
                }
            }
        }
        Ok(())
    }

    async fn put_back(&self, ticket: TicketId, from: AgentId, site: &Site) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, ticket, &[site.id]).await?;
            if head.live_chat().is_none_or(|chat| chat.agent != Some(from)) {
                return Ok(());
            }
            chats::requeue(&mut tx, self, &mut head, site, now).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Offers at agents who are *Desconectado* by now move on.
    fn withdraw_rings(&self) {
        let gone: HashSet<AgentId> = self
            .busy_agents()
            .into_iter()
            .filter(|agent| self.console_gone_for(*agent).is_some_and(|gone| gone >= CONSOLE_GONE))
            .collect();
        for agent in gone {
            self.0.offers.agent_changed(agent);
        }
    }
}

const OVERDUE: &str = "
    select ticket_id, site_id
    from chats
    where state in ('waiting', 'ringing') and wait_until <= $1
    order by wait_until
    limit $2";
const WAITING: &str = "
    select ticket_id
    from chats
    where site_id = $1 and state in ('waiting', 'ringing')
    order by ahead desc, started_at
    limit $2";
const CHATS_OF: &str = "
    select ticket_id, site_id from chats where agent_id = $1 and state in ('ringing', 'active') and state = 'active'";
