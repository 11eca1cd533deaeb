//! Putting a mail into the outbox, in the transaction of what causes it.
//!
//! The row fixes recipient, subject and Message-ID. The text is composed from ids when the mail is sent, so that
//! the transaction stays short; what it is composed from never changes.

use super::{
    caps::{self, Cap},
    content::{AgentMail, Content, VisitorMail},
    pending,
};
use crate::{
    Desk, Error, Result,
    db::{Tx, run, statement},
    locales,
    mail::address,
    people::{Agent, email_key},
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{Seq, Timestamp, entry::AgentBody};
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// Whose act a mail to a visitor follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A visitor's: it counts, as long as nobody has confirmed the address.
    Visitor,
    /// The desk's people's: it is not held back.
    Desk,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what became of a mail is an entry on the ticket, never silent"]
pub(crate) enum Queued {
    /// It is in the outbox.
    Added { to: String, subject: String },
    /// It goes out with the one that waits, which has an entry already.
    Joined,
    /// It is not sent: a cap is reached, or else the address's owner wants no mail about the ticket.
    Held { to: String, why: String, cap: Option<Cap> },
}

// Index mails_ticket.
statement!(
    LAST_ON_TICKET = "\
    select message_id from mails where ticket_id = $1 and to_key = $2 order by created_at desc, id desc limit 1"
);
statement!(
    INSERT = "\
    insert into mails (id, site_id, ticket_id, kind, details, to_address, to_key, to_name, lang, subject, message_id, \
    in_reply_to, capped, client, attempts, uncertain_sends, due_at, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, $16, $15)"
);
// Index mails_ticket.
statement!(
    LAST_REPLY = "\
    select max(created_at) from mails \
    where ticket_id = $1 and to_key = $2 and kind = 'reply_for_agents' and created_at <= $3"
);

/// A notice of a visitor's reply follows another one after this at the earliest: who writes in many short messages
/// fills one mail.
const BETWEEN_REPLIES: Duration = Duration::from_mins(1);

/// Puts a mail to the visitor into the outbox, when an address is known, with the entry that says so; answers the
/// cap that holds it back.
pub(crate) async fn mail_visitor(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    mail: VisitorMail,
    cause: Cause,
    now: Timestamp,
) -> Result<Option<Cap>> {
    if locked.email.is_none() {
        return Ok(None);
    }
    let queued = queue_visitor_mail(tx, desk, locked, mail, cause, now).await?;
    let (body, cap) = match queued {
        Queued::Held { to, why, cap } => (AgentBody::MailHeld { to, why }, cap),
        Queued::Added { to, subject } => (AgentBody::MailQueued { to, subject }, None),
        Queued::Joined => return Ok(None),
    };
    locked.add(tx, desk, now, body).await?;
    Ok(cap)
}

/// The same without the entry; the address is known.
pub(crate) async fn queue_visitor_mail(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    mail: VisitorMail,
    cause: Cause,
    now: Timestamp,
) -> Result<Queued> {
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let to = locked.email.clone().unwrap_or_default();
    // For agents, who read the history.
    let words = locales::language(site.lang.as_text());
    if locked.mail_stopped {
        return Ok(Queued::Held { to, why: words.get("mail.held.stopped"), cap: None });
    }
    let capped = cause == Cause::Visitor && !locked.verified;
    if capped && let Some(cap) = caps::reached(tx, locked, now).await? {
        return Ok(Queued::Held { to, why: cap.words(words), cap: Some(cap) });
    }
    let recipient = Recipient {
        address: &to,
        // A name that anybody may have typed stays out of the header too.
        name: locked.name.as_deref().filter(|_| locked.verified),
        lang: &locked.lang,
        capped,
    };
    let waits_with_others = mail.waits_with_others();
    let content = Content::Visitor { mail };
    if waits_with_others && join(tx, locked, &site, &recipient, &content).await? {
        return Ok(Queued::Joined);
    }
    let mail = NewMail { site: &site, recipient, content, due: now };
    let subject = add(tx, desk, locked, mail, now).await?;
    Ok(Queued::Added { to, subject })
}

/// Puts the mail with the button into the outbox for the owner of the address that is to be the ticket's, with the entry
/// that says so.
pub(crate) async fn mail_claimed(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<()> {
    let Some(to) = locked.claimed_email.clone() else { return Ok(()) };
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let recipient = Recipient { address: &to, name: None, lang: &locked.lang, capped: false };
    let content = Content::Visitor { mail: VisitorMail::ClaimedAddress };
    let mail = NewMail { site: &site, recipient, content, due: now };
    let subject = add(tx, desk, locked, mail, now).await?;
    locked.add(tx, desk, now, AgentBody::MailQueued { to, subject }).await?;
    Ok(())
}

/// Lets the mail of this recipient that waits say this too; false where none waits.
async fn join(
    tx: &mut Tx,
    locked: &LockedTicket,
    site: &Site,
    recipient: &Recipient<'_>,
    content: &Content,
) -> Result<bool> {
    let key = email_key(recipient.address);
    let Some(pending) = pending::find(tx, locked, &key, content).await? else { return Ok(false) };
    let content = pending.with(content.clone());
    let subject = subject_of(locked, site, recipient.lang, &content);
    pending.become_mail(tx, &content, &subject).await
}

/// Puts a notice of a reply, the entry `seq`, or of all that a visitor wrote until a request was there into the outbox
/// for everybody who serves the ticket's queue. While somebody's waits it says this too, and that of another reply
/// waits for [`BETWEEN_REPLIES`].
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
        let after = match about {
            AgentMail::Request => Seq::START,
            AgentMail::Reply => Seq(seq.0 - 1),
        };
        let content = Content::Agent { about, after, upto: seq, queue: locked.queue };
        if join(tx, locked, &site, &recipient, &content).await? {
            continue;
        }
        let last = run!(tx, c => sqlx::query_scalar::<_, Option<i64>>(LAST_REPLY)
            .bind(locked.id.0)
            .bind(email_key(&staff.email))
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        let due = last.map_or(now, |last| now.max(Timestamp(last) + BETWEEN_REPLIES));
        let mail = NewMail { site: &site, recipient, content, due };
        add(tx, desk, locked, mail, now).await?;
    }
    Ok(())
}

/// Puts a notice of a comment, the entry `seq`, that mentions an agent into the outbox. It goes out after `mail_after`
/// if no console of theirs was told by then; while it waits it says what further comments say too.
pub(crate) async fn mail_mention(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    agent: &Agent,
    seq: Seq,
    now: Timestamp,
) -> Result<()> {
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let recipient = Recipient {
        address: &agent.email,
        name: Some(&agent.name),
        lang: &agent.lang,
        capped: false,
    };
    let content = Content::Mention { after: Seq(seq.0 - 1), upto: seq, agent: agent.id };
    if join(tx, locked, &site, &recipient, &content).await? {
        return Ok(());
    }
    let due = desk.due_now() + site.limits.mail_after;
    let mail = NewMail { site: &site, recipient, content, due };
    add(tx, desk, locked, mail, now).await.map(drop)
}

// Index mails_to.
statement!(
    LINKS_TO = "\
    select count(*) from mails where to_key = $1 and created_at > $2 and kind = 'password_link' and capped"
);
/// One-time links that an address is mailed within an hour.
const LINKS_AN_HOUR: i64 = 3;

/// Puts a one-time link for an agent into the outbox; false when they were mailed enough of them lately.
pub(crate) async fn mail_password_link(
    tx: &mut Tx,
    desk: &Desk,
    site: &Site,
    agent: &Agent,
    link: Uuid,
    now: Timestamp,
) -> Result<bool> {
    let key = email_key(&agent.email);
    let lately: i64 = run!(tx, c => sqlx::query_scalar(LINKS_TO)
        .bind(&key)
        .bind((now - Duration::from_hours(1)).0)
        .fetch_one(c)
        .await)?;
    if lately >= LINKS_AN_HOUR {
        return Ok(false);
    }
    let content = Content::Account { link };
    let subject = content.subject(locales::language(&agent.lang), site.name.as_str());
    let id = desk.clock().new_id();
    run!(tx, c => sqlx::query(INSERT)
        .bind(id)
        .bind(site.id.0)
        .bind(None::<Uuid>)
        .bind(content.kind().as_text())
        .bind(Json(&content))
        .bind(&agent.email)
        .bind(&key)
        .bind(&agent.name)
        .bind(&agent.lang)
        .bind(address::header_text(&subject))
        .bind(desk.0.mailer.message_id(id))
        .bind(None::<String>)
        .bind(true)
        .bind(None::<String>)
        .bind(now.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(true)
}

/// Puts a one-time link to the tickets of an address into the outbox; false when visitors have caused enough mail to it,
/// or this client has. `client`: hashed; none: this machine.
pub(crate) async fn mail_visitor_link(
    tx: &mut Tx,
    desk: &Desk,
    site: &Site,
    email: &str,
    (link, lang, client): (Uuid, &str, Option<&str>),
    now: Timestamp,
) -> Result<bool> {
    let key = email_key(email);
    if caps::reached_by_address(tx, &key, now).await?.is_some() {
        return Ok(false);
    }
    if let Some(client) = client
        && caps::reached_by_client(tx, client, now).await?.is_some()
    {
        return Ok(false);
    }
    let content = Content::OwnTickets { link };
    let subject = content.subject(locales::language(lang), site.name.as_str());
    let id = desk.clock().new_id();
    run!(tx, c => sqlx::query(INSERT)
        .bind(id)
        .bind(site.id.0)
        .bind(None::<Uuid>)
        .bind(content.kind().as_text())
        .bind(Json(&content))
        .bind(email)
        .bind(&key)
        .bind(None::<String>)
        .bind(lang)
        .bind(address::header_text(&subject))
        .bind(desk.0.mailer.message_id(id))
        .bind(None::<String>)
        .bind(true)
        .bind(client)
        .bind(now.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(true)
}

struct Recipient<'a> {
    address: &'a str,
    name: Option<&'a str>,
    lang: &'a str,
    /// Whether it counts among those that visitors cause.
    capped: bool,
}

/// A mail of its own: no other that waits says it.
struct NewMail<'a> {
    site: &'a Site,
    recipient: Recipient<'a>,
    content: Content,
    /// When it goes out.
    due: Timestamp,
}

/// Writes the row; answers the subject.
async fn add(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
    NewMail { site, recipient, content, due }: NewMail<'_>,
    now: Timestamp,
) -> Result<String> {
    let subject = subject_of(locked, site, recipient.lang, &content);
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
        .bind(content.kind().as_text())
        .bind(Json(&content))
        .bind(recipient.address)
        .bind(&key)
        .bind(recipient.name)
        .bind(recipient.lang)
        .bind(&subject)
        .bind(desk.0.mailer.message_id(id))
        .bind(&last)
        .bind(recipient.capped)
        .bind(locked.client.as_deref().filter(|_| recipient.capped))
        .bind(now.0)
        .bind(due.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(subject)
}

/// With the number before it.
fn subject_of(locked: &LockedTicket, site: &Site, lang: &str, content: &Content) -> String {
    let words = locales::language(lang);
    let subject = content.subject(words, site.name.as_str());
    address::header_text(&format!("[{}] {subject}", locked.number))
}
