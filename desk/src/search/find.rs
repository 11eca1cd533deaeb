//! What is found.

use super::{BLOCK_BITS, HIDDEN, index};
use crate::{
    Desk, Result,
    db::{
        pages::{Order, Page, Place, ROWS_A_LOOK, cut, look},
        read, statement,
    },
    people::{Agent, permission::sees},
};
use protocol::{
    SiteId, TicketId,
    agent::Sight,
    entry::{AgentBody, Category},
};
use std::fmt::Write;
use uuid::Uuid;

/// A ticket that was found.
#[derive(sqlx::FromRow)]
pub(crate) struct Match {
    /// The number of the row that was found.
    #[sqlx(skip)]
    place: i64,
    pub(crate) id: Uuid,
    pub(crate) site_id: Uuid,
    pub(crate) queue_id: Option<Uuid>,
    pub(crate) number: String,
    pub(crate) contact_name: Option<String>,
    pub(crate) contact_email: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) preview: String,
    pub(crate) preview_masked: Option<String>,
    pub(crate) state_name: String,
    #[sqlx(try_from = "String")]
    pub(crate) category: Category,
    pub(crate) last_at: i64,
}

impl Match {
    /// What was said where it was found.
    pub(crate) async fn bodies(&self, desk: &Desk) -> Result<Vec<AgentBody>> {
        let number = self.place & ((1 << BLOCK_BITS) - 1);
        index::bodies(desk, TicketId(self.id), number).await
    }
}

/// At most `most` tickets with all of these words, the last of which may go on, of those that the agent sees, as they
/// read them at sites of this kind; the newest first, after a place.
pub(crate) async fn find(
    desk: &Desk,
    agent: &Agent,
    sight: Sight,
    words: &[String],
    after: Option<i64>,
    most: usize,
) -> Result<Page<Match>> {
    let is_postgres = desk.db().is_postgres();
    let found: Vec<i64> = read!(desk.db(), c => sqlx::query_scalar(if is_postgres { FOUND_POSTGRES } else { FOUND_SQLITE })
        .bind(question(words, sight, is_postgres))
        .bind(after.unwrap_or(i64::MAX))
        // What is asked for decides how it is best looked for.
        .persistent(false)
        .fetch_all(c)
        .await)?;
    let is_cut = i64::try_from(found.len()).is_ok_and(|found| found >= ROWS_A_LOOK);
    let end = found.last().filter(|_| is_cut).copied().map(after_ticket);
    let snapshot = desk.0.sites.now();
    let mut rows = Vec::new();
    // One of a ticket's blocks is enough.
    for blocks in found.chunk_by(|one, next| one >> BLOCK_BITS == next >> BLOCK_BITS) {
        let Some(place) = blocks.first().copied() else { continue };
        let row: Option<Match> = read!(desk.db(), c => sqlx::query_as(SEEN)
            .bind(agent.id.0)
            .bind(place >> BLOCK_BITS)
            .fetch_optional(c)
            .await)?;
        let Some(row) = row else { continue };
        if snapshot.sight(agent, SiteId(row.site_id)) == sight {
            rows.push((after_ticket(place), Match { place, ..row }));
        }
        // One more, to know whether there is more.
        if rows.len() > most {
            break;
        }
    }
    Ok(cut(Page { rows, end }, most))
}

/// The order of what is found.
pub(crate) const ORDER: Order = Order::NewestFirst;

/// Where one goes on after a row: none of its ticket's other blocks is found again.
fn after_ticket(row: i64) -> Place {
    Place { at: (row >> BLOCK_BITS) << BLOCK_BITS, id: Uuid::nil() }
}

/// As the engine reads it. Words hold letters and digits alone.
fn question(words: &[String], sight: Sight, is_postgres: bool) -> String {
    let (quote, and, or, goes_on) =
        if is_postgres { ('\'', " & ", " | ", ":*") } else { ('"', " AND ", " OR ", "*") };
    let mut text = String::new();
    for (n, word) in words.iter().enumerate() {
        // A single letter goes on as nearly everything.
        let is_beginning = n + 1 == words.len() && word.chars().nth(1).is_some();
        let ending = if is_beginning { goes_on } else { "" };
        let and = if n > 0 { and } else { "" };
        let _ = write!(text, "{and}({quote}{word}{quote}{ending}");
        if sight == Sight::Everything {
            let _ = write!(text, "{or}{quote}{HIDDEN}{word}{quote}{ending}");
        }
        text.push(')');
    }
    text
}

macro_rules! found {
    ($condition:expr) => {
        concat!(
            "select rowid from search_words where ",
            $condition,
            " and rowid < $2 order by rowid desc limit ",
            look!()
        )
    };
}

statement!(FOUND_SQLITE for Sqlite = found!("search_words match $1"));
statement!(FOUND_POSTGRES for Postgres = found!("words @@ cast($1 as tsquery)"));
statement!(
    SEEN = concat!(
        "select
           t.id, t.site_id, t.queue_id, t.number, t.contact_name, t.contact_email, t.subject, t.preview,
           t.preview_masked, s.name as state_name, s.category, t.last_at
         from search_tickets i
         join tickets t on t.id = i.ticket_id
         join states s on s.id = t.state_id
         left join chats c on c.id = t.chat_id
         where i.ordinal = $2 and ",
        sees!(),
    )
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_masked_asks_for_no_hidden_word() {
        let words = ["ana".to_owned(), "fac".to_owned()];
        let asked = |sight, is_postgres| question(&words, sight, is_postgres);
        assert_eq!(asked(Sight::Masked, false), r#"("ana") AND ("fac"*)"#);
        assert_eq!(asked(Sight::Masked, true), "('ana') & ('fac':*)");
        assert_eq!(asked(Sight::Everything, false), r#"("ana" OR "!ana") AND ("fac"* OR "!fac"*)"#);
        assert_eq!(asked(Sight::Everything, true), "('ana' | '!ana') & ('fac':* | '!fac':*)");
        assert_eq!(question(&["a".to_owned()], Sight::Masked, true), "('a')");
    }
}
