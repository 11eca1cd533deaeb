//! Putting a mail into the outbox, in the transaction of what causes it.
//!
//! The row fixes recipient, subject and Message-ID. The text is composed from ids when the mail is sent, so that the transaction
//! stays short; what it is composed from never changes.

use super::content::{AgentMail, Content, VisitorMail};
use crate::{
    Desk, Error, Result,
    db::{Conn, Tx, run, statement},
    locales,
    mail::address,
    people::email_key,
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{Seq, Timestamp, entry::AgentBody, strings::Strings};
use sqlx::types::Json;
use std::time::Duration;

/// Mails to one unverified address in an hour and in a day (`behaviours.md`, "Mail").
const MOST_AN_HOUR: i64 = 3;
const MOST_A_DAY: i64 = 10;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The outcome; [`Queued::body`] is its entry for the ticket's history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what became of a mail is an entry on the ticket, never silent"]
pub(crate) enum Queued {
    /// It is in the outbox.
    Queued { to: String, subject: String },
    /// A cap held it back, and it is not sent.
    Held { to: String, why: String },
}

impl Queued {
    fn body(self) -> AgentBody {
        match self {
            Self::Queued { to, subject } => AgentBody::MailQueued { to, subject },
            Self::Held { to, why } => AgentBody::MailHeld { to, why },
        }
    }
}

statement!(LOCK_ADDRESS for Postgres = "select pg_advisory_xact_lock(hashtextextended($1, 0))");
// Index mails_to: an agent's address has thousands of mails, and none of them is capped.
statement!(
    LATELY = "\
    select count(*), count(case when created_at > $2 then 1 end) from mails \
    where to_key = $1 and created_at > $3 and capped"
);
// Index mails_ticket.
statement!(
    LAST_ON_TICKET = "\
    select message_id from mails where ticket_id = $1 and to_key = $2 order by created_at desc, id desc limit 1"
);
statement!(
    INSERT = "\
    insert into mails (id, site_id, ticket_id, kind, details, to_address, to_key, to_name, lang, subject, message_id, \
    in_reply_to, capped, attempts, uncertain_sends, due_at, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, $14, $14)"
);

/// Puts a mail to the visitor into the outbox, when an address is known, with the entry that says so.
pub(crate) async fn mail_visitor(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    mail: VisitorMail,
    now: Timestamp,
) -> Result<()> {
    if locked.email.is_some() {
        let queued = queue_visitor_mail(tx, desk, locked, mail, now).await?;
        locked.add(tx, desk, now, queued.body()).await?;
    }
    Ok(())
}

/// The same without the entry; the address is known.
pub(crate) async fn queue_visitor_mail(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    mail: VisitorMail,
    now: Timestamp,
) -> Result<Queued> {
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let to = locked.email.clone().unwrap_or_default();
    let is_capped = !locked.verified && mail.is_visitors_doing();
    if is_capped
        && let Some(why) = held(tx, &to, locales::language(site.lang.as_text()), now).await?
    {
        return Ok(Queued::Held { to, why });
    }
    let recipient = Recipient {
        address: &to,
        // A name that anybody may have typed stays out of the header too.
        name: locked.name.as_deref().filter(|_| locked.verified),
        lang: &locked.lang,
        capped: is_capped,
    };
    let content = Content::Visitor { mail };
    let subject = add(tx, desk, locked, &site, &recipient, &content, now).await?;
    Ok(Queued::Queued { to, subject })
}

/// Puts a mail about the entry `seq` into the outbox for everybody who serves the ticket's queue.
pub(crate) async fn mail_agents(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    about: AgentMail,
    seq: Seq,
    now: Timestamp,
) -> Result<()> {
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let snapshot = desk.0.sites.now();
    for staff in snapshot.staff.iter().filter(|staff| staff.serves_queue(&site, locked.queue)) {
        let recipient = Recipient {
            address: &staff.email,
            name: Some(&staff.name),
            lang: &staff.lang,
            capped: false,
        };
        let content = Content::Agent { about, seq, queue: locked.queue };
        add(tx, desk, locked, &site, &recipient, &content, now).await?;
    }
    Ok(())
}

/// Why nothing more goes to this unverified address for now.
async fn held(tx: &mut Tx, email: &str, words: &Strings, now: Timestamp) -> Result<Option<String>> {
    let key = email_key(email);
    // Two transactions that count at once would both find room; SQLite has one at a time anyway.
    if let Conn::Postgres(transaction) = &mut tx.conn {
        sqlx::query(LOCK_ADDRESS).bind(&key).execute(&mut **transaction).await?;
    }
    let (day, hour): (i64, i64) = run!(tx, c => sqlx::query_as(LATELY)
        .bind(&key)
        .bind((now - HOUR).0)
        .bind((now - DAY).0)
        .fetch_one(c)
        .await)?;
    let why = |key: &str, most: i64| Some(words.fill(key, &[("n", &most.to_string())]));
    Ok(if hour >= MOST_AN_HOUR {
        why("mail.held.hour", MOST_AN_HOUR)
    } else if day >= MOST_A_DAY {
        why("mail.held.day", MOST_A_DAY)
    } else {
        None
    })
}

struct Recipient<'a> {
    address: &'a str,
    name: Option<&'a str>,
    lang: &'a str,
    capped: bool,
}

/// Writes the row; answers the subject.
async fn add(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    site: &Site,
    recipient: &Recipient<'_>,
    content: &Content,
    now: Timestamp,
) -> Result<String> {
    let words = locales::language(recipient.lang);
    let subject = address::header_text(&format!(
        "[{}] {}",
        locked.number,
        content.subject(words, site.name.as_str())
    ));
    let key = email_key(recipient.address);
    let last: Option<String> = run!(tx, c => sqlx::query_scalar(LAST_ON_TICKET)
        .bind(locked.id.0)
        .bind(&key)
        .fetch_optional(c)
        .await)?;
    let id = desk.clock().new_id();
    run!(tx, c => sqlx::query(INSERT)
        .bind(id)
        .bind(site.id.0)
        .bind(locked.id.0)
        .bind(content.kind())
        .bind(Json(content))
        .bind(recipient.address)
        .bind(&key)
        .bind(recipient.name)
        .bind(recipient.lang)
        .bind(&subject)
        .bind(desk.0.mailer.message_id(id))
        .bind(&last)
        .bind(recipient.capped)
        .bind(now.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(subject)
}
