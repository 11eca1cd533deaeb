//! New tickets with a waiting chat.

use super::command::{Command, Done, Opened, Start};
use crate::{
    Desk, Error, Result,
    db::{Count, Rows, Tx, rows, run, statement},
    live::{Event, On, Party, RowChange},
    people::Identity,
    tickets::FormDigest,
};
use protocol::{
    Code, EntryId, PageUrl, Refusal, Seq, SiteId, TicketId, TicketNumber, Timestamp,
    entry::{AgentBody, AgentEntry, Priority},
    masking::Preview,
    text::{EmailAddress, PersonName, Subject},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The first message's place: the chat's beginning comes before it.
const FIRST_MESSAGE: Seq = Seq(2);

rows!(
    FIND = "select v.column3, t.id, t.number, e.seq, t.start_digest
     from (values ",
    "?uuid, ?uuid, ?bigint",
    ") as v
     join tickets t on t.site_id = v.column1 and t.start_id = v.column2
     join entries e on e.id = t.start_id and e.ticket_id = t.id"
);

statement!(pub(crate) NUMBERS = "
    update site_numbers set last_number = last_number + $2
    where site_id = $1
    returning last_number as last,
      (select id from states
       where states.site_id = $1 and category = 'open' and retired_at is null order by position, id limit 1) as state,
      (select id from priorities
       where priorities.site_id = $1 and level = 'medium' and retired_at is null order by position, id limit 1) as priority");

rows!(
    ADD_TICKETS = "insert into tickets (
       id, site_id, start_id, number, queue_id, state_id, chat_id, contact_name, contact_email,
       subject, page, lang, zone, preview, preview_masked, created_at, last_at,
       priority_id, client, start_digest, contact_key, identity, contact_verified, mail_stopped, transcript_asked, last_seq, visitor_seen,
       agent_seen, mailed_upto, unread)
     values ",
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false, false, 2, 0, 0, 0, 1",
    " on conflict do nothing"
);

rows!(ADD_CHATS =
    "insert into chats (id, ticket_id, site_id, queue_id, page, started_at, wait_until, priority, state, round, first_in_line)
     values ",
    "?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0",
    " on conflict do nothing"
);

/// A chat with what the database gave it.
struct Opening<'a> {
    start: &'a Start,
    number: TicketNumber,
    state: Uuid,
    priority: Uuid,
}

/// What a site gives to new tickets.
#[derive(sqlx::FromRow)]
pub(crate) struct Numbers {
    /// The last of the numbers that were taken.
    pub(crate) last: i64,
    /// The state that they are in.
    pub(crate) state: Uuid,
    /// The priority that they have.
    pub(crate) priority: Uuid,
}

pub(super) async fn write(
    tx: &mut Tx,
    desk: &Desk,
    batch: &[Command],
    done: &mut [Option<Done>],
    entries: &mut Vec<(TicketId, AgentEntry)>,
    now: Timestamp,
) -> Result<()> {
    let starts: Vec<(usize, &Start)> = batch
        .iter()
        .enumerate()
        .filter_map(|(n, command)| match command {
            Command::Start(start, _) => Some((n, &**start)),
            _ => None,
        })
        .collect();
    if starts.is_empty() {
        return Ok(());
    }
    let found = find(tx, &starts).await?;
    let mut first: HashMap<(SiteId, EntryId), (usize, FormDigest)> = HashMap::new();
    let mut by_site: BTreeMap<SiteId, Vec<(usize, &Start)>> = BTreeMap::new();
    let mut again = Vec::new();
    for (n, start) in starts {
        if let Some((opened, digest)) = found.get(&n) {
            let opened = digest.check(start.digest).map(|()| opened.clone());
            done[n] = Some(Done::Opened(opened));
        } else if !start.open {
            done[n] = Some(Done::Opened(Err(Refusal::new(Code::ChatClosed).into())));
        } else if let Some((earlier, digest)) = first.get(&(start.site, start.new.id)) {
            match digest.check(start.digest) {
                Ok(()) => again.push((n, *earlier)),
                Err(refused) => done[n] = Some(Done::Opened(Err(refused))),
            }
        } else {
            first.insert((start.site, start.new.id), (n, start.digest));
            by_site.entry(start.site).or_default().push((n, start));
        }
    }
    let mut openings = Vec::new();
    for (site, starts) in by_site {
        let Some(Numbers { last, state, priority }) = numbers(tx, site, starts.len()).await? else {
            for (n, _) in starts {
                done[n] = Some(Done::Opened(Err(Error::not_found())));
            }
            continue;
        };
        let mut number = last - i64::try_from(starts.len()).expect("a batch is small");
        for (n, start) in starts {
            number += 1;
            let number = start.prefix.number(number);
            let opened =
                Opened { ticket: start.ticket, number: number.clone(), seq: FIRST_MESSAGE };
            done[n] = Some(Done::Opened(Ok(opened)));
            openings.push(Opening { start, number, state, priority });
        }
    }
    for (n, earlier) in again {
        let opened = match &done[earlier] {
            Some(Done::Opened(Ok(opened))) => Ok(opened.clone()),
            _ => Err(Error::not_found()),
        };
        done[n] = Some(Done::Opened(opened));
    }
    if !openings.is_empty() {
        add(tx, desk, &openings, now).await?;
        for opening in &openings {
            desk.0.ticket_sites.add(opening.start.ticket, opening.start.site);
            announce(tx, opening.start, entries, now);
        }
    }
    Ok(())
}

/// The two entries that a chat begins with, and who hears of it.
fn announce(tx: &mut Tx, start: &Start, entries: &mut Vec<(TicketId, AgentEntry)>, now: Timestamp) {
    let beginning = AgentBody::ChatStarted { page: start.new.page.clone() };
    let text = start.new.text.as_str().to_owned();
    let message = AgentBody::Visitor { text, files: Vec::new() };
    entries.push((
        start.ticket,
        AgentEntry { seq: Seq(1), id: start.beginning, at: now, body: beginning },
    ));
    entries.push((
        start.ticket,
        AgentEntry { seq: FIRST_MESSAGE, id: start.new.id, at: now, body: message },
    ));
    tx.count(Count::Waiting(start.site, 1));
    let on = On { site: start.site, queue: start.queue, party: Party::default() };
    tx.publish(Event::Work { ticket: start.ticket, on, change: RowChange::Anything });
    tx.offer(start.site);
}

async fn find(
    tx: &mut Tx,
    starts: &[(usize, &Start)],
) -> Result<HashMap<usize, (Opened, FormDigest)>> {
    let (text, size) = FIND.text(tx, starts.len());
    let rows: Vec<(i64, Uuid, String, i64, Vec<u8>)> = run!(tx, c => {
        let mut query = sqlx::query_as(text);
        for (n, start) in Rows::filled(starts, size) {
            let n = i64::try_from(*n).expect("a batch is small");
            query = query.bind(start.site.0).bind(start.new.id.0).bind(n);
        }
        query.fetch_all(c).await
    })?;
    rows.into_iter()
        .map(|(n, ticket, number, seq, digest)| {
            let opened =
                Opened { ticket: TicketId(ticket), number: TicketNumber(number), seq: Seq(seq) };
            let n = usize::try_from(n).expect("a place in the batch");
            Ok((n, (opened, FormDigest::stored(digest)?)))
        })
        .collect()
}

/// Takes so many numbers of a site. None: there is no such site.
pub(crate) async fn numbers(tx: &mut Tx, site: SiteId, count: usize) -> Result<Option<Numbers>> {
    let count = i64::try_from(count).expect("a batch is small");
    run!(tx, c => sqlx::query_as::<_, Numbers>(NUMBERS)
        .bind(site.0)
        .bind(count)
        .fetch_optional(c)
        .await)
}

async fn add(tx: &mut Tx, desk: &Desk, openings: &[Opening<'_>], now: Timestamp) -> Result<()> {
    let (text, size) = ADD_TICKETS.text(tx, openings.len());
    let added = run!(tx, c => {
        let mut query = sqlx::query(text);
        for Opening { start, number, state, priority } in Rows::filled(openings, size) {
            let new = &start.new;
            let contact = new.contact();
            let preview = Preview::of(new.text.as_str());
            query = query
                .bind(start.ticket.0)
                .bind(start.site.0)
                .bind(new.id.0)
                .bind(number.0.as_str())
                .bind(start.queue.map(|queue| queue.0))
                .bind(*state)
                .bind(start.chat.0)
                .bind(new.name.as_ref().map(PersonName::as_str))
                .bind(new.email.as_ref().map(EmailAddress::as_str))
                .bind(new.subject.as_ref().map(Subject::as_str))
                .bind(new.page.as_ref().map(PageUrl::as_str))
                .bind(new.lang.as_str())
                .bind(new.zone.as_deref())
                .bind(preview.text)
                .bind(preview.masked)
                .bind(now.0)
                .bind(now.0)
                .bind(*priority)
                .bind(start.client.as_deref())
                .bind(start.digest.as_bytes())
                .bind(contact.key)
                .bind(new.identity.as_ref().and_then(Identity::id))
                .bind(contact.is_proved);
        }
        query.execute(c).await.map(|done| done.rows_affected())
    })?;
    // Another node opened one of them in the meantime: the next try finds it.
    if added != openings.len() as u64 {
        return Err(Error::Conflict);
    }
    let due = desk.due_now();
    let (text, size) = ADD_CHATS.text(tx, openings.len());
    run!(tx, c => {
        let mut query = sqlx::query(text);
        for Opening { start, .. } in Rows::filled(openings, size) {
            query = query
                .bind(start.chat.0)
                .bind(start.ticket.0)
                .bind(start.site.0)
                .bind(start.queue.map(|queue| queue.0))
                .bind(start.new.page.as_ref().map(PageUrl::as_str))
                .bind(now.0)
                .bind((due + start.wait_limit).0)
                .bind(Priority::default().rank());
        }
        query.execute(c).await.map(|_| ())
    })
}
