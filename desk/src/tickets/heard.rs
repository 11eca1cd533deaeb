//! What is read when other processes wrote to tickets: on PostgreSQL alone, where there are such.

use super::entries;
use crate::{
    Desk, Result,
    db::{Db, LastMessage, statement},
};
use protocol::{AgentId, Seq, TicketId, Timestamp, entry::AgentEntry, masking::Preview};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Entries read in one go.
const ENTRIES: i64 = 512;
/// More entries of one ticket are left to its sockets, which read a page at a time.
const LONG: i64 = 100;

/// Entries of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) ticket: TicketId,
    pub(crate) first: Seq,
    pub(crate) last: Seq,
}

impl Range {
    fn len(&self) -> i64 {
        self.last.0.saturating_sub(self.first.0).saturating_add(1)
    }

    /// Whether it is left to its sockets.
    pub(crate) fn is_long(&self) -> bool {
        self.len() > LONG
    }
}

/// Ranges, none of them long, in parts that are read in one go each.
pub(crate) fn in_parts(ranges: &[Range]) -> impl Iterator<Item = &[Range]> {
    let mut entries = 0;
    ranges.chunk_by(move |before, next| {
        entries += before.len();
        let fits = entries + next.len() <= ENTRIES;
        if !fits {
            entries = 0;
        }
        fits
    })
}

statement!(
    ENTRIES_OF for Postgres = "
    select e.ticket_id, e.seq, e.id, e.at, e.body
    from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as range (ticket, first, last)
    join entries e on e.ticket_id = range.ticket and e.seq between range.first and range.last
    order by e.ticket_id, e.seq"
);

/// The entries of different tickets, those of each in their order.
pub(crate) async fn entries(desk: &Desk, ranges: &[Range]) -> Result<Vec<(TicketId, AgentEntry)>> {
    let Db::Postgres(pool) = desk.db() else { return Ok(Vec::new()) };
    let column = |of: fn(&Range) -> i64| ranges.iter().map(of).collect::<Vec<i64>>();
    let tickets: Vec<Uuid> = ranges.iter().map(|range| range.ticket.0).collect();
    let rows: Vec<(Uuid, i64, Uuid, i64, String)> = sqlx::query_as(ENTRIES_OF)
        .bind(tickets)
        .bind(column(|range| range.first.0))
        .bind(column(|range| range.last.0))
        .fetch_all(pool)
        .await?;
    rows.into_iter()
        .map(|(ticket, seq, id, at, body)| {
            Ok((TicketId(ticket), entries::entry((seq, id, at, body))?))
        })
        .collect()
}

statement!(
    LAST_MESSAGES for Postgres = "
    select t.id, t.preview, t.preview_masked, t.preview_by, t.last_at, t.unread
    from unnest($1::uuid[]) as changed (id)
    join tickets t on t.id = changed.id"
);

/// What the agents' lists show of the last messages of tickets.
pub(crate) async fn last_messages(
    desk: &Desk,
    tickets: &[TicketId],
) -> Result<BTreeMap<TicketId, LastMessage>> {
    type Row = (Uuid, String, Option<String>, Option<Uuid>, i64, i64);
    let Db::Postgres(pool) = desk.db() else { return Ok(BTreeMap::new()) };
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.0).collect();
    let rows: Vec<Row> = sqlx::query_as(LAST_MESSAGES).bind(ids).fetch_all(pool).await?;
    let message = |(ticket, text, masked, by, last_at, unread): Row| {
        let preview = Preview { text, masked }.into();
        let (by, last_at) = (by.map(AgentId), Timestamp(last_at));
        let unread = u32::try_from(unread).unwrap_or(0);
        (TicketId(ticket), LastMessage { preview, by, last_at, unread })
    };
    Ok(rows.into_iter().map(message).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_are_all_of_it_in_order_and_none_is_more_than_is_read_in_one_go(
            lengths in proptest::collection::vec(1..=LONG, 0..60)
        ) {
            let ranges: Vec<Range> = (1_u128..)
                .zip(lengths)
                .map(|(n, length)| Range {
                    ticket: TicketId(Uuid::from_u128(n)),
                    first: Seq(1),
                    last: Seq(length),
                })
                .collect();
            prop_assert!(ranges.iter().all(|range| !range.is_long()));
            let parts: Vec<&[Range]> = in_parts(&ranges).collect();
            prop_assert_eq!(&parts.concat(), &ranges);
            for part in &parts {
                prop_assert!(part.iter().map(Range::len).sum::<i64>() <= ENTRIES);
            }
            for pair in parts.windows(2) {
                let both = pair.concat();
                prop_assert!(both.iter().map(Range::len).sum::<i64>() > ENTRIES / 2);
            }
        }
    }

    #[test]
    fn what_nobody_reads_in_one_go_is_long() {
        let range = |first, last| Range {
            ticket: TicketId(Uuid::nil()),
            first: Seq(first),
            last: Seq(last),
        };
        assert!(!range(1, LONG).is_long() && range(1, LONG + 1).is_long());
        assert!(range(i64::MIN, i64::MAX).is_long());
    }
}
