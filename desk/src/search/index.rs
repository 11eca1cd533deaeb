//! The words of tickets, kept by a follower of the talk.

use super::{BLOCK, BLOCK_BITS, HIDDEN, words};
use crate::{
    Desk, Result,
    db::{Conn, Tx, read, run, statement},
    tickets::{
        entries::{self, EntryKind},
        follow::{FollowedEntry, Follower, Start},
    },
};
use protocol::{Seq, TicketId, masking::mask_line, text::one_line};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Bytes of words in a block; PostgreSQL takes a megabyte.
const MOST_BYTES: usize = 600_000;

/// Keeps the words of what is said.
pub(crate) struct SearchIndex;

/// A ticket's blocks that are other than before.
pub(crate) struct Changed {
    ticket: TicketId,
    /// By their numbers, words between spaces.
    blocks: Vec<(i64, String)>,
}

impl Follower for SearchIndex {
    const NAME: &'static str = "search";
    const START: Start = Start::Beginning;
    /// A page is one transaction, for which who writes on SQLite waits.
    const PAGE: usize = 512;
    type Plan = Vec<Changed>;

    async fn plan(desk: &Desk, page: &[FollowedEntry]) -> Result<Self::Plan> {
        let mut touched: BTreeMap<TicketId, BTreeSet<i64>> = BTreeMap::new();
        for entry in page {
            let blocks = touched.entry(entry.ticket).or_default();
            let last = block_of(entry.seq);
            // The head's words are in every block.
            let is_of_head = matches!(entry.kind, EntryKind::ContactChanged | EntryKind::Changed);
            let first = if is_of_head { 0 } else { last };
            blocks.extend(first..=last);
        }
        let mut plan = Vec::with_capacity(touched.len());
        for (ticket, numbers) in touched {
            let Some(head) = head(desk, ticket).await? else { continue };
            let mut blocks = Vec::with_capacity(numbers.len());
            for number in numbers.into_iter().filter(|number| *number < 1 << BLOCK_BITS) {
                blocks.push((number, block(desk, ticket, &head, number).await?));
            }
            plan.push(Changed { ticket, blocks });
        }
        Ok(plan)
    }

    async fn write(tx: &mut Tx, _desk: &Desk, plan: &Self::Plan) -> Result<()> {
        for Changed { ticket, blocks } in plan {
            run!(tx, c => sqlx::query(ADD_TICKET).bind(ticket.0).execute(c).await.map(|_| ()))?;
            let found = ordinal(tx, *ticket).await?;
            // Deleted since it was looked at.
            let Some(ordinal) = found else { continue };
            for (number, words) in blocks {
                let put = match tx.conn {
                    Conn::Sqlite(_) => PUT_SQLITE,
                    Conn::Postgres(_) => PUT_POSTGRES,
                };
                run!(tx, c => sqlx::query(put)
                    .bind((ordinal << BLOCK_BITS) | number)
                    .bind(words)
                    .execute(c)
                    .await
                    .map(|_| ()))?;
            }
        }
        Ok(())
    }
}

/// Deletes the words of tickets that are about to be deleted.
pub(crate) async fn forget(tx: &mut Tx, tickets: &[Uuid]) -> Result<()> {
    for ticket in tickets {
        if let Some(ordinal) = ordinal(tx, TicketId(*ticket)).await? {
            run!(tx, c => sqlx::query(DELETE)
                .bind(ordinal << BLOCK_BITS)
                .bind((ordinal + 1) << BLOCK_BITS)
                .execute(c)
                .await
                .map(|_| ()))?;
        }
    }
    Ok(())
}

// Of a ticket that is there: it may have been deleted meanwhile.
statement!(
    ADD_TICKET = "
    insert into search_tickets (ticket_id) select id from tickets where id = $1 on conflict do nothing"
);
statement!(ORDINAL = "select ordinal from search_tickets where ticket_id = $1");
statement!(PUT_SQLITE for Sqlite = "insert or replace into search_words (rowid, words) values ($1, $2)");
statement!(PUT_POSTGRES for Postgres = "
    insert into search_words (rowid, words) values ($1, array_to_tsvector(string_to_array($2, chr(32))))
    on conflict (rowid) do update set words = excluded.words");
statement!(DELETE = "delete from search_words where rowid >= $1 and rowid < $2");
statement!(HEAD = "select number, contact_name, contact_email, subject from tickets where id = $1");
statement!(
    BODIES = "
    select body from entries where ticket_id = $1 and seq >= $2 and seq < $3 order by seq"
);

async fn ordinal(tx: &mut Tx, ticket: TicketId) -> Result<Option<i64>> {
    run!(tx, c => sqlx::query_scalar(ORDINAL).bind(ticket.0).fetch_optional(c).await)
}

fn block_of(seq: Seq) -> i64 {
    seq.0.max(1) / BLOCK
}

type Head = (String, Option<String>, Option<String>, Option<String>);

/// What is said of the ticket as a whole.
async fn head(desk: &Desk, ticket: TicketId) -> Result<Option<Vec<String>>> {
    let row: Option<Head> =
        read!(desk.db(), c => sqlx::query_as(HEAD).bind(ticket.0).fetch_optional(c).await)?;
    Ok(row.map(|(number, name, email, subject)| {
        [Some(number), name, email, subject].into_iter().flatten().collect()
    }))
}

/// All words of a block and the head, each once.
async fn block(desk: &Desk, ticket: TicketId, head: &[String], number: i64) -> Result<String> {
    let mut block = Words::default();
    for text in head {
        block.add(text);
    }
    for mut body in bodies(desk, ticket, number).await? {
        body.each_text(&mut |text| block.add(text));
    }
    Ok(block.joined())
}

/// What was said in a block.
pub(super) async fn bodies(
    desk: &Desk,
    ticket: TicketId,
    number: i64,
) -> Result<Vec<protocol::entry::AgentBody>> {
    let rows: Vec<String> = read!(desk.db(), c => sqlx::query_scalar(BODIES)
        .bind(ticket.0)
        .bind(number * BLOCK)
        .bind((number + 1) * BLOCK)
        .fetch_all(c)
        .await)?;
    rows.iter().map(|body| entries::read_body(body)).collect()
}

/// Words as they are stored.
#[derive(Default)]
struct Words {
    plain: BTreeSet<String>,
    hidden: BTreeSet<String>,
}

impl Words {
    /// Those that are left of the masked text, on one line as it is found, are for everybody, the others hidden.
    fn add(&mut self, text: &str) {
        let masked = mask_line(text);
        if masked != one_line(text) {
            self.hidden.extend(words(text).into_iter().map(|word| word.text));
        }
        self.plain.extend(words(&masked).into_iter().map(|word| word.text));
    }

    fn joined(self) -> String {
        let Self { plain, hidden } = self;
        let hidden = hidden.difference(&plain).map(|word| format!("{HIDDEN}{word}"));
        let mut joined = String::new();
        for word in plain.iter().cloned().chain(hidden) {
            if joined.len() + word.len() >= MOST_BYTES {
                break;
            }
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&word);
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_is_stored_as_hidden_and_what_is_left_of_it_for_everybody() {
        let mut stored = Words::default();
        stored.add("Soy melissa@gmail.com, tarjeta 4111 1111 1111 1111");
        assert_eq!(stored.joined(), "1111 com gmail m soy tarjeta !4111 !melissa");
    }
}
