//! Messages into chats that are under way. Everything else about a message (files, a reply that reopens, an answer by
//! mail) is written by the verb in a transaction of its own: the answer is [`Posted::NotInChat`].

use super::{
    cache::{CachedTicket, TicketCache},
    command::{Command, Done, Post, Posted, Sender},
    turns::{Admission, try_again},
};
use crate::{
    Desk, Error, Result,
    db::{Rows, Tx, rows, run},
    live::{Event, LastMessage, On, Party, Receipt, RowChange},
    tickets::{ChatState, entries, party, repeat::files_of_same},
};
use protocol::{
    AgentId, EntryId, QueueId, Seq, SiteId, TicketId, Timestamp,
    entry::{AgentBody, AgentEntry},
    masking::Preview,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A ticket that is written to in this batch.
pub(super) struct Target {
    pub(super) before: CachedTicket,
    pub(super) after: CachedTicket,
    pub(super) preview: Preview,
    /// Who wrote what the preview shows; none: the visitor.
    pub(super) by: Option<AgentId>,
}

/// A message's ticket and chat, and the entry it was stored as before.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    n: i64,
    site_id: Uuid,
    queue_id: Option<Uuid>,
    last_seq: i64,
    unread: i64,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    chat_guest: Option<Uuid>,
    seq: Option<i64>,
    at: Option<i64>,
    body: Option<String>,
}

rows!(
    READ = "select v.column3 as n, t.site_id, t.queue_id, t.last_seq, t.unread,
       c.state as chat_state, c.agent_id as chat_agent, c.guest_id as chat_guest, e.seq, e.at, e.body
     from (values ",
    "?uuid, ?uuid, ?bigint",
    ") as v
     join tickets t on t.id = v.column1
     left join chats c on c.id = t.chat_id
     left join entries e on e.id = v.column2 and e.ticket_id = v.column1"
);

// The old sequence is in the condition: a change by another connection in between matches no row, and the batch runs
// again.
rows!(pub(super) UPDATE =
    "update tickets set last_seq = v.column3, last_at = v.column4, unread = unread + v.column5, preview = v.column6,
       preview_masked = v.column7, preview_by = v.column8
     from (values ",
    "?uuid, ?bigint, ?bigint, ?bigint, ?bigint, ?text, ?text, ?uuid",
    ") as v
     where tickets.id = v.column1 and tickets.last_seq = v.column2"
);

/// What the messages of a batch change.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) targets: BTreeMap<TicketId, Target>,
    pub(super) entries: Vec<(TicketId, AgentEntry)>,
}

pub(super) async fn write(
    tx: &mut Tx,
    desk: &Desk,
    batch: &[Command],
    done: &mut [Option<Done>],
    entries: &mut Vec<(TicketId, AgentEntry)>,
    cache: &mut TicketCache,
    now: Timestamp,
) -> Result<()> {
    let posts: Vec<(usize, &Post)> = batch
        .iter()
        .enumerate()
        .filter_map(|(n, command)| match command {
            Command::Post(post, _) => Some((n, post)),
            _ => None,
        })
        .collect();
    if posts.is_empty() {
        return Ok(());
    }
    let not_cached: Vec<(usize, &Post)> =
        posts.iter().copied().filter(|(_, post)| cache.find(post.ticket).is_none()).collect();
    let rows = read(tx, &not_cached).await?;
    let plan = plan(&posts, cache, &rows, done, |on| desk.check_writable(on), now);
    update(tx, &plan.targets, now).await?;
    entries.extend(plan.entries);
    for (ticket, target) in plan.targets {
        cache.stage(ticket, target.after);
        tx.publish(target.row_changed(ticket, now));
    }
    Ok(())
}

/// Gives each message its place, from the cache, or from the rows that were read for those not in it. What `check`
/// refuses is written nowhere: what it belongs to was removed.
pub(super) fn plan(
    posts: &[(usize, &Post)],
    cache: &TicketCache,
    rows: &HashMap<usize, Row>,
    done: &mut [Option<Done>],
    check: impl Fn(&On) -> Result<()>,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let mut stored: HashMap<(TicketId, EntryId), (Receipt, &Post)> = HashMap::new();
    for &(n, post) in posts {
        let known = match cache.find(post.ticket) {
            Some(cached) => Some(Ok((cached, None))),
            None => rows.get(&n).map(|row| Ok((row.cached()?, row.stored(post.id)?))),
        };
        let posted = match known {
            None => Err(Error::not_found()),
            Some(Ok((cached, before))) => {
                let checked = if before.is_none() { check(&cached.on()) } else { Ok(()) };
                checked.and_then(|()| place(post, cached, before, &mut plan, &mut stored, now))
            }
            Some(Err(error)) => Err(error),
        };
        done[n] = Some(Done::Posted(posted));
    }
    plan
}

impl Target {
    /// For the agents' lists.
    pub(super) fn row_changed(&self, ticket: TicketId, now: Timestamp) -> Event {
        let message = LastMessage {
            preview: self.preview.clone().into(),
            by: self.by,
            last_at: now,
            unread: u32::try_from(self.after.unread).unwrap_or(0),
        };
        Event::Work { ticket, on: self.after.on(), change: RowChange::Message(message) }
    }
}

impl Row {
    fn cached(&self) -> Result<CachedTicket> {
        let state = self.chat_state.as_deref().map(ChatState::from_text).transpose()?;
        let named = Party {
            owner: self.chat_agent.map(AgentId),
            guest: self.chat_guest.map(AgentId),
            ..Party::default()
        };
        Ok(CachedTicket {
            site: SiteId(self.site_id),
            queue: self.queue_id.map(QueueId),
            last: Seq(self.last_seq),
            unread: self.unread,
            chat: state,
            party: party(state, named),
        })
    }

    /// The entry that is stored under the message's id.
    fn stored(&self, id: EntryId) -> Result<Option<(Receipt, AgentBody)>> {
        let (Some(seq), Some(at), Some(body)) = (self.seq, self.at, &self.body) else {
            return Ok(None);
        };
        let receipt = Receipt { id, seq: Seq(seq), at: Timestamp(at) };
        Ok(Some((receipt, entries::read_body(body)?)))
    }
}

async fn read(tx: &mut Tx, posts: &[(usize, &Post)]) -> Result<HashMap<usize, Row>> {
    if posts.is_empty() {
        return Ok(HashMap::new());
    }
    let (text, size) = READ.text(tx, posts.len());
    let rows: Vec<Row> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, Row>(text);
        for (n, post) in Rows::filled(posts, size) {
            let n = i64::try_from(*n).expect("a batch is small");
            query = query.bind(post.ticket.0).bind(post.id.0).bind(n);
        }
        query.fetch_all(c).await
    })?;
    Ok(rows
        .into_iter()
        .map(|row| (usize::try_from(row.n).expect("a place in the batch"), row))
        .collect())
}

/// Gives one message its place, unless it has one or does not belong into a chat.
fn place<'a>(
    post: &'a Post,
    cached: CachedTicket,
    before: Option<(Receipt, AgentBody)>,
    plan: &mut Plan,
    stored: &mut HashMap<(TicketId, EntryId), (Receipt, &'a Post)>,
    now: Timestamp,
) -> Result<Posted> {
    if let Sender::Visitor(site) = post.sender
        && site != cached.site
    {
        return Err(Error::not_found());
    }
    if let Some((receipt, body)) = before {
        let same = files_of_same(&body, post.sender.agent(), &post.text);
        return Ok(receipt_if(receipt, same.is_some_and(<[_]>::is_empty)));
    }
    if let Some((receipt, first)) = stored.get(&(post.ticket, post.id)) {
        let is_same = first.sender.agent() == post.sender.agent() && first.text == post.text;
        return Ok(receipt_if(*receipt, is_same));
    }
    match post.turn.admission() {
        Admission::Write => {}
        Admission::Leave => return Ok(leave(post)),
        Admission::Refuse => return Err(try_again()),
    }
    let (body, unread) = match &post.sender {
        Sender::Visitor(_) if cached.chat.is_some_and(ChatState::is_live) => {
            (AgentBody::Visitor { text: post.text.clone(), files: Vec::new() }, 1)
        }
        Sender::Agent(agent, name) if cached.party.talks(*agent) => {
            let body = AgentBody::Agent {
                agent: *agent,
                name: name.clone(),
                text: post.text.clone(),
                files: Vec::new(),
            };
            (body, 0)
        }
        _ => return Ok(leave(post)),
    };
    let target = plan.targets.entry(post.ticket).or_insert_with(|| Target {
        before: cached,
        after: cached,
        preview: Preview::default(),
        by: None,
    });
    target.after.last = target.after.last.next();
    target.after.unread += unread;
    target.preview = Preview::of(&post.text);
    target.by = post.sender.agent();
    let receipt = Receipt { id: post.id, seq: target.after.last, at: now };
    stored.insert((post.ticket, post.id), (receipt, post));
    plan.entries.push((post.ticket, AgentEntry { seq: receipt.seq, id: post.id, at: now, body }));
    Ok(Posted::Committed(receipt))
}

/// Leaves a message to its sender, and with it what the same connection says after it.
fn leave(post: &Post) -> Posted {
    post.turn.leave();
    Posted::NotInChat
}

/// A receipt is for whoever sends the same again; the verb refuses anything else, after it has asked who may see the
/// ticket.
fn receipt_if(receipt: Receipt, is_same: bool) -> Posted {
    if is_same { Posted::Committed(receipt) } else { Posted::NotInChat }
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
        for (ticket, target) in $crate::db::Rows::filled($targets, $size) {
            query = query
                .bind(ticket.0)
                .bind(target.before.last.0)
                .bind(target.after.last.0)
                .bind($now.0)
                .bind(target.after.unread - target.before.unread)
                .bind(target.preview.text.as_str())
                .bind(target.preview.masked.as_deref())
                .bind(target.by.map(|agent| agent.0));
        }
        query
    }};
}
pub(super) use bind_targets;
