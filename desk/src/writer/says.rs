//! Messages into chats that are under way. Everything else about a message (files, a reply that reopens, an answer by
//! mail) is a transaction of its own, to which these are sent elsewhere.

use super::{Command, Done};
use crate::{
    Desk, Error, Result,
    db::{Tx, run},
    entries,
    hub::{Event, Receipt},
    jobs,
    rows::Rows,
    tickets::ChatState,
};
use protocol::{
    AgentId, EntryId, Seq, SiteId, TicketId, Timestamp,
    entry::{AgentBody, AgentEntry},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A message.
pub(crate) struct Say {
    pub(crate) ticket: TicketId,
    pub(crate) id: EntryId,
    pub(crate) sender: Sender,
    pub(crate) text: String,
}

/// Whose message it is.
pub(crate) enum Sender {
    /// The ticket's visitor, who came by this site.
    Visitor(SiteId),
    Agent(AgentId, String),
}

/// What became of it.
#[derive(Clone, Copy)]
pub(crate) enum Said {
    Committed(Receipt),
    /// It does not belong into a chat under way: see the verb's own transaction.
    Elsewhere,
}

/// A ticket that is written to in this batch.
struct Target {
    before: Seq,
    last: Seq,
    unread: i64,
    preview: String,
    /// Where an agent's message is to be mailed if nobody sees it.
    mail: Option<SiteId>,
}

/// A message's ticket and chat, and the entry it was stored as before.
#[derive(sqlx::FromRow)]
struct Row {
    n: i64,
    site_id: Uuid,
    last_seq: i64,
    has_email: bool,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    seq: Option<i64>,
    at: Option<i64>,
    entry_agent: Option<Uuid>,
}

static READ: Rows = Rows::new(
    "select v.column3 as n, t.site_id, t.last_seq, t.contact_email is not null as has_email,
       c.state as chat_state, c.agent_id as chat_agent, e.seq, e.at, e.agent_id as entry_agent
     from (values ",
    "?, ?, ?",
    ") as v
     join tickets t on t.id = v.column1
     left join chats c on c.id = t.chat_id
     left join entries e on e.id = v.column2 and e.ticket_id = v.column1",
);

// The old sequence is in the condition: who came between on another connection is noticed, and the batch runs again.
static UPDATE: Rows = Rows::new(
    "update tickets set last_seq = v.column3, last_at = v.column4, unread = unread + v.column5, preview = v.column6
     from (values ",
    "?, ?, ?, ?, ?, ?",
    ") as v
     where tickets.id = v.column1 and tickets.last_seq = v.column2",
);

pub(super) async fn write(
    tx: &mut Tx,
    desk: &Desk,
    batch: &[Command],
    done: &mut [Option<Done>],
    entries: &mut Vec<(TicketId, AgentEntry)>,
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
    let rows = read(tx, &says).await?;
    let mut targets: BTreeMap<TicketId, Target> = BTreeMap::new();
    let mut stored: HashMap<(TicketId, EntryId), Receipt> = HashMap::new();
    for (n, say) in says {
        let said = match rows.get(&n) {
            None => Err(Error::not_found()),
            Some(row) => place(say, row, &mut targets, &mut stored, entries, now),
        };
        done[n] = Some(Done::Said(said));
    }
    update(tx, &targets, now).await?;
    for (ticket, target) in targets {
        tx.tell(Event::Work { ticket });
        if let Some(site) = target.mail.and_then(|site| desk.find_site_by_id(site)) {
            let run_at = now + site.limits.mail_after;
            jobs::enqueue(tx, desk, jobs::Job::MailUnseen { ticket }, run_at).await?;
        }
    }
    Ok(())
}

async fn read(tx: &mut Tx, says: &[(usize, &Say)]) -> Result<HashMap<usize, Row>> {
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
    row: &Row,
    targets: &mut BTreeMap<TicketId, Target>,
    stored: &mut HashMap<(TicketId, EntryId), Receipt>,
    entries: &mut Vec<(TicketId, AgentEntry)>,
    now: Timestamp,
) -> Result<Said> {
    if let Sender::Visitor(site) = say.sender
        && site.0 != row.site_id
    {
        return Err(Error::not_found());
    }
    if let (Some(seq), Some(at)) = (row.seq, row.at) {
        // A receipt is for who sent it; whether another agent may have it depends on the site.
        if let Sender::Agent(agent, _) = &say.sender
            && row.entry_agent != Some(agent.0)
        {
            return Ok(Said::Elsewhere);
        }
        return Ok(Said::Committed(Receipt { id: say.id, seq: Seq(seq), at: Timestamp(at) }));
    }
    if let Some(receipt) = stored.get(&(say.ticket, say.id)) {
        return Ok(Said::Committed(*receipt));
    }
    let chat = row.chat_state.as_deref().map(ChatState::from_text);
    let (body, unread, mail) = match &say.sender {
        Sender::Visitor(_) if chat.is_some_and(ChatState::is_live) => {
            (AgentBody::Visitor { text: say.text.clone(), files: Vec::new() }, 1, None)
        }
        Sender::Agent(agent, name)
            if chat == Some(ChatState::Active) && row.chat_agent == Some(agent.0) =>
        {
            let body = AgentBody::Agent {
                agent: *agent,
                name: name.clone(),
                text: say.text.clone(),
                files: Vec::new(),
            };
            (body, 0, row.has_email.then_some(SiteId(row.site_id)))
        }
        _ => return Ok(Said::Elsewhere),
    };
    let target = targets.entry(say.ticket).or_insert_with(|| Target {
        before: Seq(row.last_seq),
        last: Seq(row.last_seq),
        unread: 0,
        preview: String::new(),
        mail: None,
    });
    target.last = target.last.next();
    target.unread += unread;
    target.preview = entries::preview(&say.text);
    target.mail = target.mail.or(mail);
    let receipt = Receipt { id: say.id, seq: target.last, at: now };
    stored.insert((say.ticket, say.id), receipt);
    entries.push((say.ticket, AgentEntry { seq: target.last, id: say.id, at: now, body }));
    Ok(Said::Committed(receipt))
}

async fn update(tx: &mut Tx, targets: &BTreeMap<TicketId, Target>, now: Timestamp) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let targets: Vec<_> = targets.iter().collect();
    let (text, size) = UPDATE.text(tx, targets.len());
    let updated = run!(tx, c => {
        let mut query = sqlx::query(text);
        for (ticket, target) in Rows::filled(&targets, size) {
            query = query
                .bind(ticket.0)
                .bind(target.before.0)
                .bind(target.last.0)
                .bind(now.0)
                .bind(target.unread)
                .bind(target.preview.as_str());
        }
        query.execute(c).await.map(|done| done.rows_affected())
    })?;
    if updated == targets.len() as u64 { Ok(()) } else { Err(Error::Conflict) }
}
