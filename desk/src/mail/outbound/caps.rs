//! How many mails visitors may cause to addresses that nobody has confirmed (`behaviours.md`, "Mail"). A mail that
//! counts is `capped` in its row. One from the future, of a clock that was set back since, counts no more.

use crate::{
    Result,
    db::{Conn, Statement, Tx, run, statement},
    people::email_key,
    tickets::{ChatState, LockedTicket},
};
use protocol::{Timestamp, strings::Strings};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
/// Mails of a request that began later and was faster count too; those of a clock that was set back since do not.
const BESIDE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Transcripts in a day to one address.
const TRANSCRIPTS_A_DAY: i64 = 2;

/// A cap that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cap {
    AddressHour,
    AddressDay,
    TicketDay,
    ClientHour,
    ClientDay,
}

impl Cap {
    /// So many mails in its span.
    pub(crate) const fn most(self) -> u64 {
        match self {
            Self::AddressHour => 3,
            Self::AddressDay | Self::TicketDay => 10,
            Self::ClientHour => 30,
            Self::ClientDay => 100,
        }
    }

    fn is_reached_by(self, mails: i64) -> bool {
        mails.unsigned_abs() >= self.most()
    }

    /// Why a mail is held back, for the ticket's history.
    pub(super) fn words(self, words: &Strings) -> String {
        let key = match self {
            Self::AddressHour => "mail.held.hour",
            Self::AddressDay => "mail.held.day",
            Self::TicketDay => "mail.held.ticket_day",
            Self::ClientHour => "mail.held.client_hour",
            Self::ClientDay => "mail.held.client_day",
        };
        words.fill(key, &[("n", &self.most().to_string())])
    }
}

statement!(LOCK for Postgres = "select pg_advisory_xact_lock(hashtextextended($1, 0))");
// Index mails_to: an agent's address has thousands of mails, and none of them is capped.
statement!(
    TO_ADDRESS = "\
    select count(*), count(case when created_at > $2 then 1 end) from mails \
    where to_key = $1 and created_at > $3 and created_at <= $4 and capped"
);
// Index mails_ticket.
statement!(
    OF_TICKET = "select count(*) from mails where ticket_id = $1 and created_at > $2 and created_at <= $3 and capped"
);
// Index mails_client.
statement!(
    OF_CLIENT = "\
    select count(*), count(case when created_at > $2 then 1 end) from mails \
    where client = $1 and created_at > $3 and created_at <= $4"
);

/// The cap for which nothing more that a visitor causes goes to the ticket's address for now.
pub(super) async fn reached(
    tx: &mut Tx,
    locked: &LockedTicket,
    now: Timestamp,
) -> Result<Option<Cap>> {
    let key = email_key(locked.email.as_deref().unwrap_or_default());
    if let Some(cap) = reached_by_address(tx, &key, now).await? {
        return Ok(Some(cap));
    }
    let of_ticket: i64 = run!(tx, c => sqlx::query_scalar(OF_TICKET)
        .bind(locked.id.0)
        .bind((now - DAY).0)
        .bind((now + BESIDE).0)
        .fetch_one(c)
        .await)?;
    if Cap::TicketDay.is_reached_by(of_ticket) {
        return Ok(Some(Cap::TicketDay));
    }
    match &locked.client {
        Some(client) => reached_by_client(tx, client, now).await,
        None => Ok(None),
    }
}

/// That of an address alone, as addresses are compared.
pub(super) async fn reached_by_address(
    tx: &mut Tx,
    key: &str,
    now: Timestamp,
) -> Result<Option<Cap>> {
    lock(tx, key).await?;
    let (day, hour) = lately(tx, TO_ADDRESS, key, now).await?;
    Ok(if Cap::AddressHour.is_reached_by(hour) {
        Some(Cap::AddressHour)
    } else if Cap::AddressDay.is_reached_by(day) {
        Some(Cap::AddressDay)
    } else {
        None
    })
}

/// That of a client alone, hashed.
pub(super) async fn reached_by_client(
    tx: &mut Tx,
    client: &str,
    now: Timestamp,
) -> Result<Option<Cap>> {
    lock(tx, client).await?;
    let (day, hour) = lately(tx, OF_CLIENT, client, now).await?;
    Ok(if Cap::ClientHour.is_reached_by(hour) {
        Some(Cap::ClientHour)
    } else if Cap::ClientDay.is_reached_by(day) {
        Some(Cap::ClientDay)
    } else {
        None
    })
}

// An agent's words among those of the chat: index (ticket_id, seq), a ticket's own entries.
statement!(
    AGENT_WROTE = "
    select count(*) from (
      select 1 as one
      from entries e
      join chats c on c.id = $2
      where e.ticket_id = $1 and e.kind = 'agent' and e.at >= c.started_at and (c.ended_at is null or e.at <= c.ended_at)
      limit 1
    ) as wrote"
);
// Index mails_ticket.
statement!(
    OF_CHAT = "
    select count(*) from mails m
    join chats c on c.id = $2
    where m.ticket_id = $1 and m.kind = 'transcript' and m.created_at >= c.started_at"
);
// Index mails_to.
statement!(
    TRANSCRIPTS = "\
    select count(*) from mails \
    where to_key = $1 and created_at > $2 and created_at <= $3 and capped and kind = 'transcript'"
);

/// Whether the transcript may go to the ticket's address as it is asked for: to none whose owner wants no mail; to
/// a confirmed one always; to another that of a chat in which an agent wrote, once a chat and twice a day.
pub(crate) async fn may_get_transcript(
    tx: &mut Tx,
    locked: &LockedTicket,
    now: Timestamp,
) -> Result<bool> {
    if locked.mail_stopped || locked.verified {
        return Ok(!locked.mail_stopped);
    }
    let Some(chat) = locked.chat.filter(|chat| chat.state != ChatState::Request) else {
        return Ok(false);
    };
    let key = email_key(locked.email.as_deref().unwrap_or_default());
    lock(tx, &key).await?;
    let mut counts = [0_i64; 2];
    for (count, statement) in counts.iter_mut().zip([AGENT_WROTE, OF_CHAT]) {
        *count = run!(tx, c => sqlx::query_scalar(statement)
            .bind(locked.id.0)
            .bind(chat.id.0)
            .fetch_one(c)
            .await)?;
    }
    let [agent_wrote, of_chat] = counts;
    let today: i64 = run!(tx, c => sqlx::query_scalar(TRANSCRIPTS)
        .bind(&key)
        .bind((now - DAY).0)
        .bind((now + BESIDE).0)
        .fetch_one(c)
        .await)?;
    Ok(agent_wrote > 0 && of_chat == 0 && today < TRANSCRIPTS_A_DAY)
}

/// Two transactions that count at once would both find room; SQLite has one at a time anyway.
async fn lock(tx: &mut Tx, key: &str) -> Result<()> {
    if let Conn::Postgres(transaction) = &mut tx.conn {
        sqlx::query(LOCK).bind(key).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// In a day and in an hour.
async fn lately(
    tx: &mut Tx,
    statement: Statement,
    key: &str,
    now: Timestamp,
) -> Result<(i64, i64)> {
    run!(tx, c => sqlx::query_as(statement)
        .bind(key)
        .bind((now - HOUR).0)
        .bind((now - DAY).0)
        .bind((now + BESIDE).0)
        .fetch_one(c)
        .await)
}
