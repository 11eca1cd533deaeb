//! Chats whose customer says nothing (`behaviours.md`, "Closing", *Inactivity*). `idle_limit` runs from the first message
//! of an agent after the customer's last word; before it is over their panel warns them, and then the chat ends.
//!
//! Since when a chat is idle is noted by a follower of the talk, a moment after it was said: the writer knows nothing
//! of it. What is decided from it is checked under the ticket's lock.

use super::chats::unless_gone;
use crate::{
    Desk, Result,
    chats::{self, Ending},
    db::{MAX_ROWS, Rows, Tx, read, retry, rows, run, statement},
    locales,
    sites::Site,
    tickets::{
        ChatState, LockedTicket,
        entries::EntryKind,
        follow::{FollowedEntry, Follower, Start},
    },
};
use protocol::{Seq, TicketId, Timestamp, entry::AgentBody};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// A warning comes this long before the end; of a short limit, when half of it is over.
const WARNS_BEFORE: Duration = Duration::from_mins(1);
/// Chats of a site that are warned or ended in one look; the rest is the next one's.
const CHATS_PER_TICK: i64 = 200;

/// Notes since when chats are idle.
pub(super) struct IdleChats;

/// What a page says of a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The customer has written.
    by_customer: bool,
    /// The first message of an agent after that, or of all.
    by_agent: Option<(Seq, Timestamp)>,
}

impl Follower for IdleChats {
    const NAME: &'static str = "idle_chats";
    const START: Start = Start::Beginning;

    type Plan = BTreeMap<TicketId, Said>;

    async fn plan(_desk: &Desk, page: &[FollowedEntry]) -> Result<Self::Plan> {
        Ok(plan(page))
    }

    async fn write(tx: &mut Tx, desk: &Desk, plan: &Self::Plan) -> Result<()> {
        let stopped: Vec<TicketId> =
            plan.iter().filter(|(_, said)| said.by_customer).map(|(ticket, _)| *ticket).collect();
        for tickets in stopped.chunks(MAX_ROWS) {
            stop(tx, tickets).await?;
        }
        let begun: Vec<(TicketId, Seq, Timestamp)> = plan
            .iter()
            .filter_map(|(ticket, said)| said.by_agent.map(|(seq, at)| (*ticket, seq, at)))
            .collect();
        for begun in begun.chunks(MAX_ROWS) {
            begin(tx, desk, begun).await?;
        }
        Ok(())
    }
}

fn plan(page: &[FollowedEntry]) -> BTreeMap<TicketId, Said> {
    let mut plan: BTreeMap<TicketId, Said> = BTreeMap::new();
    for entry in page {
        match entry.kind {
            EntryKind::Visitor => {
                let said = Said { by_customer: true, by_agent: None };
                plan.insert(entry.ticket, said);
            }
            EntryKind::Agent => {
                let said = plan.entry(entry.ticket).or_default();
                said.by_agent = said.by_agent.or(Some((entry.seq, entry.at)));
            }
            _ => {}
        }
    }
    plan
}

// Index chats_ticket.
rows!(
    STOP = "update chats set idle_seq = null, idle_from = null, warned_at = null from (values ",
    "?uuid",
    ") as v
     where chats.ticket_id = v.column1 and chats.state = 'active' and chats.idle_seq is not null"
);
rows!(
    BEGIN = "update chats set idle_seq = v.column2, idle_from = v.column3 from (values ",
    "?uuid, ?bigint, ?bigint, ?bigint",
    ") as v
     where chats.ticket_id = v.column1 and chats.state = 'active' and chats.idle_seq is null
       and chats.accepted_at <= v.column4"
);

async fn stop(tx: &mut Tx, tickets: &[TicketId]) -> Result<()> {
    let (text, size) = STOP.text(tx, tickets.len());
    run!(tx, c => {
        let mut query = sqlx::query(text);
        for ticket in Rows::filled(tickets, size) {
            query = query.bind(ticket.0);
        }
        query.execute(c).await.map(|_| ())
    })
}

async fn begin(tx: &mut Tx, desk: &Desk, begun: &[(TicketId, Seq, Timestamp)]) -> Result<()> {
    let (now, due) = (desk.now(), desk.due_now());
    let (text, size) = BEGIN.text(tx, begun.len());
    run!(tx, c => {
        let mut query = sqlx::query(text);
        for (ticket, seq, at) in Rows::filled(begun, size) {
            let from = due - now.since(*at);
            query = query.bind(ticket.0).bind(seq.0).bind(from.0).bind(at.0);
        }
        query.execute(c).await.map(|_| ())
    })
}

/// Warns those who have been idle for long, and ends the chats of those who were warned.
pub(super) async fn tick(desk: &Desk) -> Result<()> {
    let mut outcome = Ok(());
    for site in desk.sites() {
        outcome = outcome.and(tick_site(desk, &site).await);
    }
    outcome
}

// Index chats_idle. Those whose turn it is: nobody is put out who was warned a moment ago, however late that was, and
// who waits for the end keeps nobody from being warned.
statement!(
    IDLE = "
    select ticket_id, idle_seq, warned_at is not null as is_warned
    from chats
    where site_id = $1 and idle_from is not null and idle_from <= $2
      and (warned_at is null or warned_at <= $4 and idle_from <= $5)
    order by idle_from
    limit $3"
);

#[derive(sqlx::FromRow)]
struct Row {
    ticket_id: Uuid,
    idle_seq: i64,
    is_warned: bool,
}

/// How long before the end a warning comes.
fn warns_before(limit: Duration) -> Duration {
    if limit < 2 * WARNS_BEFORE { limit / 2 } else { WARNS_BEFORE }
}

async fn tick_site(desk: &Desk, site: &Site) -> Result<()> {
    let (due, limit) = (desk.due_now(), site.limits.idle_limit);
    let before = warns_before(limit);
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(IDLE)
        .bind(site.id.0)
        .bind((due - limit.saturating_sub(before)).0)
        .bind(CHATS_PER_TICK)
        .bind((due - before).0)
        .bind((due - limit).0)
        .fetch_all(c)
        .await)?;
    for row in rows {
        let act = if row.is_warned { Act::End } else { Act::Warn };
        settle(desk, site, TicketId(row.ticket_id), Seq(row.idle_seq), act).await?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Warn,
    End,
}

// Indexes chats_ticket and that of a ticket's entries.
statement!(
    HAS_SPOKEN = "
    select exists (select 1 from entries where ticket_id = $1 and seq > $2 and kind = 'visitor')"
);
statement!(
    WARN = "
    update chats set warned_at = $3 where id = $1 and idle_seq = $2 and warned_at is null"
);

statement!(
    IS_WARNED = "
    select exists (select 1 from chats where id = $1 and idle_seq = $2 and warned_at is not null)"
);

/// Does it, unless the customer has written since, or the chat is another's by now.
async fn settle(desk: &Desk, site: &Site, ticket: TicketId, idle: Seq, act: Act) -> Result<()> {
    let (now, due) = (desk.now(), desk.due_now());
    let settled = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        let Some(chat) = locked.chat.filter(|chat| chat.state == ChatState::Active) else {
            return Ok(());
        };
        let has_spoken: bool = run!(tx, c => sqlx::query_scalar(HAS_SPOKEN)
            .bind(ticket.0)
            .bind(idle.0)
            .fetch_one(c)
            .await)?;
        if has_spoken {
            stop(&mut tx, &[ticket]).await?;
            return desk.commit(tx).await;
        }
        match act {
            Act::Warn => {
                let warned = run!(tx, c => sqlx::query(WARN)
                    .bind(chat.id.0)
                    .bind(idle.0)
                    .bind(due.0)
                    .execute(c)
                    .await
                    .map(|done| done.rows_affected()))?;
                if warned == 0 {
                    return Ok(());
                }
                locked.add(&mut tx, desk, now, AgentBody::IdleWarning).await?;
            }
            Act::End => {
                let is_warned: bool = run!(tx, c => sqlx::query_scalar(IS_WARNED)
                    .bind(chat.id.0)
                    .bind(idle.0)
                    .fetch_one(c)
                    .await)?;
                if !is_warned {
                    return Ok(());
                }
                let reason = locales::language(site.lang.as_text()).get("site.inactivity");
                let ending = Ending::Inactivity { reason: &reason };
                chats::end(&mut tx, desk, &mut locked, ending, now).await?;
            }
        }
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(settled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, on_both};
    use EntryKind::{Agent, Joined, Visitor};

    on_both! {
        nobody_is_put_out_who_was_not_warned_of_it,
    }

    /// Between a look and what follows from it another agent may have taken the chat over.
    async fn nobody_is_put_out_who_was_not_warned_of_it(world: World) {
        let site = world.site("a").await;
        let (lucia, _console) = world.at_console("lucia").await;
        let ticket = world.chat_with(&site, &lucia).await.ticket;
        let id = world.new_id();
        let posted = world.desk.post_agent_message(&lucia, ticket, id, "¿Algo más?", &[]);
        let idle = posted.await.unwrap().seq;
        world.desk.tick().await.unwrap();
        let ended = "select count(*) from chats where state = 'ended'";
        for (act, is_over) in [(Act::End, 0), (Act::Warn, 0), (Act::End, 1)] {
            settle(&world.desk, &site, ticket, idle, act).await.unwrap();
            assert_eq!(world.count(ended).await, is_over, "{act:?}");
        }
    }

    #[test]
    fn a_page_says_who_has_the_last_word_and_since_when() {
        let (one, two) = (TicketId(Uuid::from_u128(1)), TicketId(Uuid::from_u128(2)));
        let entry = |ticket, seq: i64, kind| FollowedEntry {
            ticket,
            seq: Seq(seq),
            at: Timestamp(seq * 1000),
            kind,
        };
        let page = [
            entry(one, 1, Visitor),
            entry(one, 2, Joined),
            entry(two, 7, Agent),
            entry(one, 3, Agent),
            entry(one, 4, Agent),
            entry(two, 8, Agent),
        ];
        let agent = |seq| Some((Seq(seq), Timestamp(seq * 1000)));
        let said = |by_customer, by_agent| Said { by_customer, by_agent };
        let plan_of = plan(&page);
        assert_eq!(plan_of[&one], said(true, agent(3)), "the first of several");
        assert_eq!(plan_of[&two], said(false, agent(7)));
        let answered = [&page[..], &[entry(one, 5, Visitor)]].concat();
        assert_eq!(plan(&answered)[&one], said(true, None));
        assert!(plan(&[entry(one, 2, Joined)]).is_empty());
    }

    #[test]
    fn of_a_short_limit_half_is_left_after_the_warning() {
        let mins = Duration::from_mins;
        assert_eq!(warns_before(mins(5)), mins(1));
        assert_eq!(warns_before(mins(2)), mins(1));
        assert_eq!(warns_before(Duration::from_secs(30)), Duration::from_secs(15));
    }
}
