//! Offers: a waiting chat rings at one agent at a time (`behaviours.md`, "Offers").
//!
//! One task looks at the sites where something changed: a chat arrived or came free, an agent came, went or got room. It
//! decides from rows, so that losing a nudge loses nothing: the ticker nudges again.

use crate::{
    Desk, Inner, Result, chats,
    db::{
        Tx, read, retry,
        rows::{MOST, Rows},
        run,
    },
    live::{CONSOLE_GONE, Count, Event},
    sites::{Site, Staff},
};
use protocol::{AgentId, ChatId, QueueId, SiteId, TicketId, Timestamp, agent::AgentState};
use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use uuid::Uuid;

/// Waiting chats looked at in one go.
const LOOK: i64 = 500;

/// How soon the task finds that its desk is gone.
const LOST: Duration = Duration::from_secs(5);
/// The pause between two looks.
const BREATH: Duration = Duration::from_millis(5);

/// What has changed since the task last looked.
#[derive(Default)]
pub(crate) struct Offers {
    changed: Mutex<Changed>,
    nudge: Notify,
}

#[derive(Default)]
struct Changed {
    sites: HashSet<SiteId>,
    agents: HashSet<AgentId>,
    everything: bool,
    count_again: bool,
    stop: bool,
}

impl Offers {
    /// A chat of the site arrived, came free or left the queue.
    pub(crate) fn site_changed(&self, site: SiteId) {
        self.change(|changed| _ = changed.sites.insert(site));
    }

    /// An agent came, went, or changed state.
    pub(crate) fn agent_changed(&self, agent: AgentId) {
        self.change(|changed| _ = changed.agents.insert(agent));
    }

    pub(crate) fn everything_changed(&self) {
        self.change(|changed| changed.everything = true);
    }

    /// A site is gone, and what was under way there with it.
    pub(crate) fn count_again(&self) {
        self.change(|changed| changed.count_again = true);
    }

    pub(crate) fn stop(&self) {
        self.change(|changed| changed.stop = true);
    }

    fn change(&self, how: impl FnOnce(&mut Changed)) {
        how(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        self.nudge.notify_one();
    }

    fn take(&self) -> Changed {
        mem::take(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Looks whenever something changed, until the desk is closed or gone.
pub(crate) async fn run(desk: Weak<Inner>, offers: Arc<Offers>) {
    loop {
        // Nothing holds the desk while this waits, so that its last owner's drop ends the task.
        _ = timeout(LOST, offers.nudge.notified()).await;
        let Some(inner) = desk.upgrade() else { return };
        let changed = offers.take();
        if changed.stop {
            return;
        }
        look(&Desk(inner), changed).await;
        // Under a rush of new chats one look serves many of them.
        sleep(BREATH).await;
    }
}

async fn look(desk: &Desk, changed: Changed) {
    if changed.count_again
        && let Err(error) = chats::load_counts(desk).await
    {
        tracing::warn!(%error, "what is under way could not be counted");
    }
    for agent in &changed.agents {
        if desk.console_is_connected(*agent)
            && let Err(error) = start_over(desk, *agent).await
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
        if let Err(error) = retry!({ pass(desk, &site).await }) {
            tracing::warn!(site = %site.key, %error, "chats could not be offered");
        }
    }
}

const START_OVER: &str = "
    update chats set round = round + 1
    where state in ('waiting', 'ringing') and state = 'waiting'
      and exists (select 1 from chat_offers o where o.chat_id = chats.id and o.round = chats.round)
      and exists (
        select 1 from agents a
        where a.id = $1 and a.state = 'available'
          and (a.every_site or exists (
            select 1 from agent_sites s where s.agent_id = a.id and s.site_id = chats.site_id)))";

/// Somebody became available: chats that nobody took may ring at everybody again.
async fn start_over(desk: &Desk, agent: AgentId) -> Result<()> {
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(START_OVER).bind(agent.0).execute(c).await.map(|_| ()))?;
    desk.commit(tx).await
}

/// A chat that waits.
struct Waiting {
    chat: ChatId,
    ticket: TicketId,
    queue: Option<QueueId>,
    round: i64,
}

/// An agent at whom a chat may ring.
struct Ready<'a> {
    staff: &'a Staff,
    load: u32,
    idle_since: Timestamp,
}

/// One look at a site.
async fn pass(desk: &Desk, site: &Site) -> Result<()> {
    withdraw(desk, site).await?;
    if desk.waiting_chats(site.id) == 0 {
        return Ok(());
    }
    let waiting = waiting(desk, site.id).await?;
    tell_positions(desk, &waiting);
    let snapshot = desk.0.sites.now();
    let mut ready = ready(desk, site, &snapshot.staff);
    if ready.is_empty() {
        return Ok(());
    }
    let tried = tried(desk, site.id).await?;
    let mut offers = Vec::new();
    for chat in waiting.into_iter().filter(|chat| !chat.rings) {
        let Some(next) = ready
            .iter_mut()
            .filter(|ready| ready.load < site.limits.capacity)
            .filter(|ready| ready.staff.serves_queue(site, chat.chat.queue))
            .filter(|ready| !tried.contains(&(chat.chat.chat, ready.staff.id)))
            .min_by_key(|ready| (ready.load, ready.idle_since))
        else {
            continue;
        };
        next.load += 1;
        offers.push((chat.chat, next.staff.id));
        if offers.len() == MOST {
            break;
        }
    }
    offer(desk, offers).await
}

/// Agents who are Disponible, connected and below capacity.
fn ready<'a>(desk: &Desk, site: &Site, staff: &'a [Arc<Staff>]) -> Vec<Ready<'a>> {
    let there = |staff: &&Arc<Staff>| {
        staff.state == AgentState::Available
            && staff.serves(site.id)
            && desk.console_is_connected(staff.id)
            && desk.active_chats(staff.id) < site.limits.capacity
    };
    staff
        .iter()
        .filter(there)
        .map(|staff| Ready {
            staff,
            load: desk.active_chats(staff.id),
            idle_since: desk.0.presence.idle_since(staff.id).unwrap_or(staff.since),
        })
        .collect()
}

const RINGING: &str = "
    select id, agent_id from chats
    where site_id = $1 and state in ('waiting', 'ringing') and state = 'ringing'";
const WITHDRAW: &str = "
    update chats set state = 'waiting', agent_id = null, offered_at = null
    where id = $1 and state = 'ringing'";

/// Takes offers back from agents who are away or whose console is gone.
async fn withdraw(desk: &Desk, site: &Site) -> Result<()> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Option<Uuid>)>(RINGING)
        .bind(site.id.0)
        .fetch_all(c)
        .await)?;
    for (chat, agent) in rows {
        let there = agent.is_some_and(|agent| desk.may_come(AgentId(agent), CONSOLE_GONE));
        if !there {
            let mut tx = desk.begin().await?;
            let withdrawn = run!(tx, c => sqlx::query(WITHDRAW)
                .bind(chat)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if withdrawn == 1 {
                settle(&mut tx, ChatId(chat), "withdrawn", desk.now()).await?;
                desk.commit(tx).await?;
            }
        }
    }
    Ok(())
}

const WAITING: &str = "
    select id, ticket_id, queue_id, round, state
    from chats
    where site_id = $1 and state in ('waiting', 'ringing')
    order by ahead desc, started_at, id
    limit $2";

/// The head of the site's queue, first come first (index `chats_waiting`).
async fn waiting(desk: &Desk, site: SiteId) -> Result<Vec<InLine>> {
    type Row = (Uuid, Uuid, Option<Uuid>, i64, String);
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(WAITING)
        .bind(site.0)
        .bind(LOOK)
        .fetch_all(c)
        .await)?;
    Ok(rows
        .into_iter()
        .map(|(chat, ticket, queue, round, state)| InLine {
            chat: Waiting {
                chat: ChatId(chat),
                ticket: TicketId(ticket),
                queue: queue.map(QueueId),
                round,
            },
            rings: state == "ringing",
        })
        .collect())
}

/// A place in the line; a chat that rings keeps its place.
struct InLine {
    chat: Waiting,
    rings: bool,
}

/// Tells waiting panels whose place has changed.
fn tell_positions(desk: &Desk, line: &[InLine]) {
    let mut places: HashMap<Option<QueueId>, u32> = HashMap::new();
    for InLine { chat, .. } in line {
        let place = places.entry(chat.queue).or_default();
        *place += 1;
        if desk.panel_is_connected(chat.ticket) && desk.0.presence.moved(chat.ticket, *place) {
            desk.0.hub.publish(Event::Ticket { ticket: chat.ticket });
        }
    }
}

const TRIED: &str = "
    select o.chat_id, o.agent_id
    from chats c
    join chat_offers o on o.chat_id = c.id and o.round = c.round
    where c.site_id = $1 and c.state in ('waiting', 'ringing') and c.state = 'waiting'";

async fn tried(desk: &Desk, site: SiteId) -> Result<HashSet<(ChatId, AgentId)>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(TRIED)
        .bind(site.0)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(chat, agent)| (ChatId(chat), AgentId(agent))).collect())
}

static RING: Rows = Rows::new(
    "update chats set state = 'ringing', agent_id = v.column2, offered_at = v.column3 from (values ",
    "?, ?, ?",
    ") as v where chats.id = v.column1 and chats.state = 'waiting' returning id",
);
static KEEP: Rows = Rows::new(
    "insert into chat_offers (chat_id, agent_id, offered_at, round) values ",
    "?, ?, ?, ?",
    " on conflict do nothing",
);

async fn offer(desk: &Desk, offers: Vec<(Waiting, AgentId)>) -> Result<()> {
    if offers.is_empty() {
        return Ok(());
    }
    let now = desk.now();
    let mut tx = desk.begin().await?;
    let (text, size) = RING.text(&tx, offers.len());
    let rung: Vec<(Uuid,)> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, (Uuid,)>(text);
        for (chat, agent) in Rows::filled(&offers, size) {
            query = query.bind(chat.chat.0).bind(agent.0).bind(now.0);
        }
        query.fetch_all(c).await
    })?;
    let rung: HashSet<Uuid> = rung.into_iter().map(|(chat,)| chat).collect();
    let offers: Vec<_> =
        offers.into_iter().filter(|(chat, _)| rung.contains(&chat.chat.0)).collect();
    if offers.is_empty() {
        return Ok(());
    }
    let (text, size) = KEEP.text(&tx, offers.len());
    run!(tx, c => {
        let mut query = sqlx::query(text);
        for (chat, agent) in Rows::filled(&offers, size) {
            query = query.bind(chat.chat.0).bind(agent.0).bind(now.0).bind(chat.round);
        }
        query.execute(c).await.map(|_| ())
    })?;
    for (chat, agent) in offers {
        tx.count(Count::Active(agent, 1));
        tx.tell(Event::Offer { agent, chat: chat.chat, ticket: chat.ticket });
    }
    desk.commit(tx).await
}

const SETTLE: &str = "
    update chat_offers set outcome = $2, settled_at = $3
    where chat_id = $1 and outcome is null
    returning agent_id";

/// Ends whatever offer of the chat is open: it rings nowhere any longer.
pub(crate) async fn settle(
    tx: &mut Tx,
    chat: ChatId,
    outcome: &'static str,
    now: Timestamp,
) -> Result<()> {
    let rows = run!(tx, c => sqlx::query_as::<_, (Uuid,)>(SETTLE)
        .bind(chat.0)
        .bind(outcome)
        .bind(now.0)
        .fetch_all(c)
        .await)?;
    for (agent,) in rows {
        let agent = AgentId(agent);
        tx.count(Count::Active(agent, -1));
        tx.tell(Event::OfferGone { agent, chat });
    }
    Ok(())
}
