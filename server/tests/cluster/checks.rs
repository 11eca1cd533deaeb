//! What must hold whatever happened, by the rows and by what clients were told.

use crate::{
    agent::Agent,
    cluster::{Cluster, NOW},
    thread::Record,
    visitor::{Visitor, tickets},
};
use protocol::{EntryId, Seq};
use std::collections::{BTreeMap, BTreeSet};

/// An entry as it is stored.
#[derive(Debug)]
struct Row {
    seq: Seq,
    id: EntryId,
    kind: String,
}

/// Everything that was acknowledged is there once and where the acknowledgement said, in the order in which it was
/// said; nothing that was refused is there; what clients have on screen is what is stored. How many messages were
/// acknowledged.
pub async fn messages_are_there_once_and_in_order(
    cluster: &Cluster,
    visitors: &[Visitor],
    agents: &[Agent],
) -> usize {
    let by_number = entries(cluster, "number").await;
    let by_ticket = entries(cluster, "id::text").await;
    let mut acknowledged = 0;
    for (number, record, on_screen) in tickets(visitors) {
        let rows = &by_number[&number];
        acknowledged += check_record(&number, &record, rows, "visitor");
        let screen: Vec<_> = on_screen.iter().map(|entry| (entry.seq, entry.id)).collect();
        check_screen(&number, &screen, rows);
    }
    for agent in agents {
        for (ticket, talk) in &agent.desk().talks {
            let rows = &by_ticket[&ticket.to_string()];
            acknowledged += check_record(&ticket.to_string(), &talk.record, rows, "agent");
            let screen: Vec<_> = talk.entries.iter().map(|entry| (entry.seq, entry.id)).collect();
            check_screen(&agent.name, &screen, rows);
        }
    }
    acknowledged
}

async fn entries(cluster: &Cluster, key: &str) -> BTreeMap<String, Vec<Row>> {
    let question = format!(
        "select t.{key}, e.seq, e.id, e.kind from entries e join tickets t on t.id = e.ticket_id order by 1, 2"
    );
    let mut all: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in cluster.rows(&question).await {
        let columns: Vec<&str> = line.split('|').collect();
        let [key, seq, id, kind] = columns[..] else { panic!("{line}") };
        let row = Row {
            seq: Seq(seq.parse().expect("a number")),
            id: EntryId(id.parse().expect("an id")),
            kind: kind.to_owned(),
        };
        all.entry(key.to_owned()).or_default().push(row);
    }
    for (ticket, rows) in &all {
        assert!(
            rows.iter().zip(1..).all(|(row, n)| row.seq == Seq(n)),
            "a gap in {ticket}: {rows:?}"
        );
    }
    all
}

fn check_record(ticket: &str, record: &Record, rows: &[Row], side: &str) -> usize {
    let said: Vec<&Row> = rows.iter().filter(|row| row.kind == side).collect();
    let ids: BTreeSet<EntryId> = said.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), said.len(), "a message that is there twice in {ticket}");
    let places: BTreeMap<EntryId, Seq> = rows.iter().map(|row| (row.id, row.seq)).collect();
    for (id, seq) in &record.acked {
        assert_eq!(places.get(id), Some(seq), "acknowledged, in {ticket}");
    }
    for id in record.refused.keys() {
        assert!(
            record.acked.contains_key(id) || !places.contains_key(id),
            "refused and stored, in {ticket}"
        );
    }
    let order: Vec<Seq> =
        record.said.iter().filter_map(|id| record.acked.get(id).copied()).collect();
    assert!(order.is_sorted(), "out of order in {ticket}: {order:?}");
    record.acked.len()
}

fn check_screen(whose: &str, screen: &[(Seq, EntryId)], rows: &[Row]) {
    let stored = rows.iter().map(|row| (row.seq, row.id));
    let is_same = screen.iter().copied().zip(stored).all(|(seen, stored)| seen == stored);
    assert!(is_same && screen.len() <= rows.len(), "{whose} sees what is not stored");
}

/// Questions that nothing answers in a database whose rows agree.
const NOTHING: [(&str, &str); 7] = [
    (
        "an open chat has one owner",
        "select id from chats where (state = 'active') <> (agent_id is not null) and ended_at is null",
    ),
    (
        "a ticket has one chat under way",
        "select ticket_id from chats where state in ('waiting', 'ringing', 'active') group by 1 having count(*) > 1",
    ),
    (
        "what rings has an offer",
        "select id from chats c where state = 'ringing' and not exists (select from offers o where o.chat_id = c.id and o.outcome is null)",
    ),
    (
        "what does not ring has none",
        "select o.id from offers o join chats c on c.id = o.chat_id where o.outcome is null and c.state <> 'ringing'",
    ),
    (
        "a chat was taken once each time that it waited",
        "select ticket_id from entries where kind in ('joined', 'chat_started', 'requeued') group by 1 having count(*) filter (where kind = 'joined') > count(*) filter (where kind <> 'joined')",
    ),
    (
        "an offer was accepted once each time",
        "select chat_id from offers where outcome = 'accepted' group by 1, round having count(*) > 1",
    ),
    (
        "a ticket knows its last entry",
        "select t.id from tickets t where last_seq <> (select max(seq) from entries e where e.ticket_id = t.id)",
    ),
];

/// The rows agree with each other, and nobody lost a chat.
pub async fn rows_agree(cluster: &Cluster) {
    for (claim, question) in NOTHING {
        let rows = cluster.rows(question).await;
        assert!(rows.is_empty(), "{claim}: {rows:?}");
    }
}

/// Nobody's chat was given to somebody else: all agents were there, but for the time that a browser takes to come back.
pub async fn no_chat_was_taken_away(cluster: &Cluster) {
    let requeued = cluster.rows("select ticket_id from entries where kind = 'requeued'").await;
    assert!(requeued.is_empty(), "chats of agents who were there: {requeued:?}");
    let turned = cluster.rows("select ticket_id from entries where kind = 'became_request'").await;
    assert!(turned.is_empty(), "chats that lost their place in the queue: {turned:?}");
}

/// Every mail that is due has gone out, and none twice. How many there are.
pub async fn mails_were_sent_once(cluster: &Cluster) -> usize {
    // One that a node had in hand when it was killed waits until that is certain, or for ten minutes.
    let waiting = format!(
        "select count(*) from mails where due_at <= {NOW} and uncertain_sends = 0 and claimed_until is null"
    );
    cluster.until_count(&waiting, |n| n == 0).await;
    let rows =
        cluster.rows("select message_id, outcome = 'sent', uncertain_sends from mails").await;
    for row in &rows {
        let columns: Vec<&str> = row.split('|').collect();
        let [id, is_sent, uncertain] = columns[..] else { panic!("{row}") };
        let (taken, uncertain): (usize, usize) =
            (cluster.mail.taken(id), uncertain.parse().expect("a number"));
        assert!(taken <= uncertain.max(1), "{taken} times: {row}");
        assert!(is_sent != "t" || taken >= 1, "not sent: {row}");
    }
    rows.len()
}
