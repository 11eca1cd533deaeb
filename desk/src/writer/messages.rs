//! Messages into chats that are under way. Everything else about a message (files, a reply that reopens, an answer by
//! mail) is a transaction of its own, to which these are sent elsewhere.

use super::{
    cache::{Head, Heads},
    command::{Command, Done, Said, Say, Sender},
};
use crate::{
    Error, Result,
    db::{Tx, rows::Rows, run},
    live::{Event, LastMessage, Receipt, RowChange},
    tickets::{ChatState, entries},
};
use protocol::{
    AgentId, EntryId, Seq, SiteId, TicketId, Timestamp,
    entry::{AgentBody, AgentEntry},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A ticket that is written to in this batch.
pub(super) struct Target {
    pub(super) before: Head,
    pub(super) after: Head,
    pub(super) preview: String,
}

/// A message's ticket and chat, and the entry it was stored as before.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    n: i64,
    site_id: Uuid,
    last_seq: i64,
    unread: i64,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    seq: Option<i64>,
    at: Option<i64>,
    entry_agent: Option<Uuid>,
}

static READ: Rows = Rows::new(
    "select v.column3 as n, t.site_id, t.last_seq, t.unread,
       c.state as chat_state, c.agent_id as chat_agent, e.seq, e.at, e.agent_id as entry_agent
     from (values ",
    "?, ?, ?",
    ") as v
     join tickets t on t.id = v.column1
     left join chats c on c.id = t.chat_id
     left join entries e on e.id = v.column2 and e.ticket_id = v.column1",
);

// The old sequence is in the condition: who came between on another connection is noticed, and the batch runs again.
pub(super) static UPDATE: Rows = Rows::new(
    "update tickets set last_seq = v.column3, last_at = v.column4, unread = unread + v.column5, preview = v.column6
     from (values ",
    "?, ?, ?, ?, ?, ?",
    ") as v
     where tickets.id = v.column1 and tickets.last_seq = v.column2",
);

/// What a batch's messages come to.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) targets: BTreeMap<TicketId, Target>,
    pub(super) entries: Vec<(TicketId, AgentEntry)>,
}

pub(super) async fn write(
    tx: &mut Tx,
    batch: &[Command],
    done: &mut [Option<Done>],
    entries: &mut Vec<(TicketId, AgentEntry)>,
    heads: &mut Heads,
    now: Timestamp,
) -> Result<()> {
    let says: Vec<(usize, &Say)> = batch
        .iter()
        .enumerate()
        .filter_map(|(n, command)| match command {
            Command::Say(say, _) => Some((n, say)),
            _ => None,
        })
        .collect();
    if says.is_empty() {
        return Ok(());
    }
    let unknown: Vec<(usize, &Say)> =
        says.iter().copied().filter(|(_, say)| heads.find(say.ticket).is_none()).collect();
    let rows = read(tx, &unknown).await?;
    let plan = plan(&says, heads, &rows, done, now);
    update(tx, &plan.targets, now).await?;
    entries.extend(plan.entries);
    for (ticket, target) in plan.targets {
        heads.will_be(ticket, target.after);
        tx.tell(target.row_changed(ticket, now));
    }
    Ok(())
}

/// Gives each message its place, by the heads that are known and the rows that were read for the others.
pub(super) fn plan(
    says: &[(usize, &Say)],
    heads: &Heads,
    rows: &HashMap<usize, Row>,
    done: &mut [Option<Done>],
    now: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let mut stored: HashMap<(TicketId, EntryId), Receipt> = HashMap::new();
    for &(n, say) in says {
        let known = match heads.find(say.ticket) {
            Some(head) => Some((head, None)),
            None => rows.get(&n).map(|row| (row.head(), row.stored(say.id))),
        };
        let said = match known {
            None => Err(Error::not_found()),
            Some((head, before)) => place(say, head, before, &mut plan, &mut stored, now),
        };
        done[n] = Some(Done::Said(said));
    }
    plan
}

impl Target {
    /// For the agents' lists.
    pub(super) fn row_changed(&self, ticket: TicketId, now: Timestamp) -> Event {
        let message = LastMessage {
            preview: self.preview.as_str().into(),
            last_at: now,
            unread: u32::try_from(self.after.unread).unwrap_or(0),
        };
        Event::Work { ticket, change: RowChange::Message(message) }
    }
}

impl Row {
    fn head(&self) -> Head {
        let state = self.chat_state.as_deref().map(ChatState::from_text);
        Head {
            site: SiteId(self.site_id),
            last: Seq(self.last_seq),
            unread: self.unread,
            chat: state.map(|state| (state, self.chat_agent.map(AgentId))),
        }
    }

    /// The entry that the message was stored as before, and the agent whose it is.
    fn stored(&self, id: EntryId) -> Option<(Receipt, Option<AgentId>)> {
        let receipt = Receipt { id, seq: Seq(self.seq?), at: Timestamp(self.at?) };
        Some((receipt, self.entry_agent.map(AgentId)))
    }
}

async fn read(tx: &mut Tx, says: &[(usize, &Say)]) -> Result<HashMap<usize, Row>> {
    if says.is_empty() {
        return Ok(HashMap::new());
    }
    let (text, size) = READ.text(tx, says.len());
    let rows: Vec<Row> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, Row>(text);
        for (n, say) in Rows::filled(says, size) {
            let n = i64::try_from(*n).expect("a batch is small");
            query = query.bind(say.ticket.0).bind(say.id.0).bind(n);
        }
        query.fetch_all(c).await
    })?;
    Ok(rows
        .into_iter()
        .map(|row| (usize::try_from(row.n).expect("a place in the batch"), row))
        .collect())
}

/// Gives one message its place, unless it has one or belongs elsewhere.
fn place(
    say: &Say,
    head: Head,
    before: Option<(Receipt, Option<AgentId>)>,
    plan: &mut Plan,
    stored: &mut HashMap<(TicketId, EntryId), Receipt>,
    now: Timestamp,
) -> Result<Said> {
    if let Sender::Visitor(site) = say.sender
        && site != head.site
    {
        return Err(Error::not_found());
    }
    if let Some((receipt, whose)) = before {
        // A receipt is for who sent it; whether another agent may have it depends on the site.
        return Ok(match &say.sender {
            Sender::Agent(agent, _) if whose != Some(*agent) => Said::Elsewhere,
            _ => Said::Committed(receipt),
        });
    }
    if let Some(receipt) = stored.get(&(say.ticket, say.id)) {
        return Ok(Said::Committed(*receipt));
    }
    let (body, unread) = match &say.sender {
        Sender::Visitor(_) if head.chat.is_some_and(|(state, _)| state.is_live()) => {
            (AgentBody::Visitor { text: say.text.clone(), files: Vec::new() }, 1)
        }
        Sender::Agent(agent, name) if head.chat == Some((ChatState::Active, Some(*agent))) => {
            let body = AgentBody::Agent {
                agent: *agent,
                name: name.clone(),
                text: say.text.clone(),
                files: Vec::new(),
            };
            (body, 0)
        }
        _ => return Ok(Said::Elsewhere),
    };
    let target = plan.targets.entry(say.ticket).or_insert_with(|| Target {
        before: head,
        after: head,
        preview: String::new(),
    });
    target.after.last = target.after.last.next();
    target.after.unread += unread;
    target.preview = entries::preview(&say.text);
    let receipt = Receipt { id: say.id, seq: target.after.last, at: now };
    stored.insert((say.ticket, say.id), receipt);
    plan.entries.push((say.ticket, AgentEntry { seq: receipt.seq, id: say.id, at: now, body }));
    Ok(Said::Committed(receipt))
}

async fn update(tx: &mut Tx, targets: &BTreeMap<TicketId, Target>, now: Timestamp) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let targets: Vec<_> = targets.iter().collect();
    let (text, size) = UPDATE.text(tx, targets.len());
    let updated = run!(tx, c => {
        let query = bind_targets!(sqlx::query(text), &targets, size, now);
        query.execute(c).await.map(|done| done.rows_affected())
    })?;
    if updated == targets.len() as u64 { Ok(()) } else { Err(Error::Conflict) }
}

/// Binds [`UPDATE`]: the same for either engine.
macro_rules! bind_targets {
    ($query:expr, $targets:expr, $size:expr, $now:expr) => {{
        let mut query = $query;
        for (ticket, target) in $crate::db::rows::Rows::filled($targets, $size) {
            query = query
                .bind(ticket.0)
                .bind(target.before.last.0)
                .bind(target.after.last.0)
                .bind($now.0)
                .bind(target.after.unread - target.before.unread)
                .bind(target.preview.as_str());
        }
        query
    }};
}
pub(super) use bind_targets;
