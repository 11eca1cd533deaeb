//! The worker that empties the outbox.
//!
//! A row is claimed for longer than a try can take; its number of *doubts* goes up, committed, right before its text is handed to
//! the relay. So after a crash or a silence it is known whether the mail may have gone out: without a doubt it is simply tried
//! again, with one it is tried once more after a while under the same Message-ID, with two it is parked. Mails go out side by
//! side; a slow recipient holds up nobody else.

use super::{
    compose::{self, Occasion},
    content::Content,
    keep,
    letter::Rendered,
    message::{self, Headers},
    relay::Outcome,
};
use crate::{
    Desk, Error, Result, Stop,
    db::{read, run},
    locales,
    queue::chain,
    tickets::Head,
};
use protocol::{MailId, SiteId, TicketId, Timestamp, entry::AgentBody};
use sqlx::types::Json;
use std::time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Mails on their way at once.
const AT_ONCE: usize = 16;
/// Looked for at least this often; a new row wakes the worker at once.
const LOOK: Duration = Duration::from_secs(1);
/// First pause after a failure; it doubles up to an hour.
const PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// Tries until a mail is parked: 1, 2, 4, 8, 16, 32 and then every 60 minutes are a day.
const TRIES: i64 = 29;
/// A mail that may have gone out is tried once more after this.
const DOUBT: Duration = Duration::from_mins(10);
/// When told to stop, mails on their way have this long to arrive.
const FINISH: Duration = Duration::from_secs(5);

const DUE: &str = "\
    select count(*) from mails where state in ('queued', 'sending') and due_at <= $1 \
    and (claimed_until is null or claimed_until <= $1)";
const RELEASE: &str = "update mails set claimed_until = 0 where state = 'sending'";
const LAPSED: &str = "\
    update mails set state = 'queued', claimed_until = null, \
    due_at = case when doubts > 0 then $2 else due_at end \
    where state = 'sending' and claimed_until <= $1 and doubts < 2";
const HOPELESS: &str = "\
    select id from mails where state = 'sending' and claimed_until <= $1 and doubts >= 2";
const CLAIM_SQLITE: &str = "\
    update mails set state = 'sending', claimed_until = $1, attempts = attempts + 1 \
    where id in (select id from mails where state = 'queued' and due_at <= $2 order by due_at limit $3) \
    returning id, site_id, ticket_id, details, to_address, to_name, lang, subject, text, html, message_id, in_reply_to, \
    attempts, doubts, created_at, claimed_until";
const CLAIM_POSTGRES: &str = "\
    update mails set state = 'sending', claimed_until = $1, attempts = attempts + 1 \
    where id in (select id from mails where state = 'queued' and due_at <= $2 order by due_at limit $3 \
    for update skip locked) \
    returning id, site_id, ticket_id, details, to_address, to_name, lang, subject, text, html, message_id, in_reply_to, \
    attempts, doubts, created_at, claimed_until";
const DOUBTED: &str = "\
    update mails set doubts = doubts + 1 where id = $1 and state = 'sending' and claimed_until = $2";
const COMPOSED: &str = "update mails set text = $2, html = $3 where id = $1";
const DONE: &str = "\
    update mails set state = $2, done_at = $3, claimed_until = null, error = null where id = $1";
const AGAIN: &str = "\
    update mails set state = 'queued', due_at = $2, claimed_until = null, doubts = $3, error = $4 where id = $1";
const PARK: &str = "\
    update mails set state = 'parked', done_at = $2, claimed_until = null, error = $3 where id = $1 and state <> 'parked'";
const WHOSE: &str = "select site_id, ticket_id, to_address from mails where id = $1";

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    site_id: Uuid,
    ticket_id: Option<Uuid>,
    details: Json<serde_json::Value>,
    to_address: String,
    to_name: Option<String>,
    lang: String,
    subject: String,
    text: Option<String>,
    html: Option<String>,
    message_id: String,
    in_reply_to: Option<String>,
    attempts: i64,
    doubts: i64,
    created_at: i64,
    claimed_until: i64,
}

/// Sends what is due, for as long as `stop` is not set.
pub(crate) async fn run(desk: Desk, mut stop: Stop) {
    if let Err(error) = release(&desk).await {
        tracing::warn!(%error, "mails of an earlier run could not be released");
    }
    let mut under_way = JoinSet::new();
    while !stop.is_set() {
        while under_way.try_join_next().is_some() {}
        match claim(&desk, AT_ONCE - under_way.len()).await {
            Ok(rows) => {
                for row in rows {
                    under_way.spawn(deliver(desk.clone(), row));
                }
            }
            Err(error) => tracing::warn!(%error, "mails could not be claimed"),
        }
        tokio::select! {
            () = stop.wait() => break,
            () = desk.0.wake.mail.notified() => {}
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    let finish = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH, finish).await.is_err() {
        tracing::warn!("mails on their way are left to the next start");
    }
}

/// Sends everything that is due now; answers how many tries that were.
pub(crate) async fn tick(desk: &Desk) -> Result<usize> {
    let mut tries = 0;
    loop {
        let rows = claim(desk, AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(tries);
        }
        tries += rows.len();
        let mut under_way: JoinSet<_> =
            rows.into_iter().map(|row| deliver(desk.clone(), row)).collect();
        while under_way.join_next().await.is_some() {}
    }
}

/// A SQLite database is one server's: whatever is on its way was sent by one that is no more.
pub(crate) async fn release(desk: &Desk) -> Result<()> {
    if desk.db().is_postgres() {
        return Ok(());
    }
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(RELEASE).execute(c).await.map(|_| ()))?;
    desk.commit(tx).await
}

async fn claim(desk: &Desk, most: usize) -> Result<Vec<Row>> {
    let now = desk.now();
    // Looking first spares the one writer a transaction when there is nothing, which is nearly always.
    let due: i64 = read!(desk.db(), c => sqlx::query_scalar(DUE).bind(now.0).fetch_one(c).await)?;
    if most == 0 || due == 0 {
        return Ok(Vec::new());
    }
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(LAPSED)
        .bind(now.0)
        .bind((now + DOUBT).0)
        .execute(c)
        .await
        .map(|_| ()))?;
    let hopeless: Vec<Uuid> =
        run!(tx, c => sqlx::query_scalar(HOPELESS).bind(now.0).fetch_all(c).await)?;
    let sql = if desk.db().is_postgres() { CLAIM_POSTGRES } else { CLAIM_SQLITE };
    let until = now + desk.0.postman.longest() + Duration::from_secs(30);
    let rows: Vec<Row> = run!(tx, c => sqlx::query_as(sql)
        .bind(until.0)
        .bind(now.0)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(c)
        .await)?;
    desk.commit(tx).await?;
    for id in hopeless {
        park(desk, id, "it is not known whether it arrived").await?;
    }
    Ok(rows)
}

/// One try. What goes wrong with the database leaves the row claimed: it is due again when the claim lapses.
async fn deliver(desk: Desk, row: Row) {
    let id = row.id;
    if let Err(error) = try_once(&desk, &row).await
        && let Err(error) = again(&desk, &row, &chain(&error), row.doubts).await
    {
        tracing::warn!(mail = %id, %error, "what became of a mail could not be written down");
    }
}

async fn try_once(desk: &Desk, row: &Row) -> Result<()> {
    let content: Content = match serde_json::from_value(row.details.0.clone()) {
        Ok(content) => content,
        Err(error) => return park(desk, row.id, &error.to_string()).await,
    };
    let ticket = TicketId(row.ticket_id.unwrap_or_default());
    let letter = match letter(desk, row, ticket, &content).await {
        Ok(letter) => letter,
        // Site or ticket were removed while it waited.
        Err(Error::Refused(_)) => return park(desk, row.id, "its ticket is gone").await,
        Err(error) => return Err(error),
    };
    let postman = &desk.0.postman;
    let headers = Headers {
        sender: &postman.sender,
        reply_to: postman.sender.reply_address(&desk.0.secret, ticket),
        to_name: row.to_name.as_deref(),
        to_address: &row.to_address,
        lang: &row.lang,
        subject: &row.subject,
        message_id: &row.message_id,
        in_reply_to: row.in_reply_to.as_deref(),
        root: format!("<ticket.{ticket}@{}>", postman.sender.domain()),
        automatic: !content.is_personal(),
        date: Timestamp(row.created_at),
    };
    let built = match message::build(&headers, letter) {
        Ok(built) => built,
        Err(why) => return park(desk, row.id, &why).await,
    };
    let Some(relay) = &postman.relay else {
        let id = MailId(row.id);
        keep::keep(&postman.folder, id, Timestamp(row.created_at), &built.bytes).await?;
        return done(desk, row.id, "kept").await;
    };
    let outcome = match relay.ready(&built).await {
        Ok(connection) => {
            doubt(desk, row).await?;
            relay.hand_over(connection, &built).await
        }
        Err(outcome) => outcome,
    };
    match outcome {
        Outcome::Sent => done(desk, row.id, "sent").await,
        Outcome::Later(why) if row.attempts >= TRIES => park(desk, row.id, &why).await,
        Outcome::Later(why) => again(desk, row, &why, row.doubts).await,
        Outcome::Refused(why) => park(desk, row.id, &why).await,
        Outcome::Unknown(why) if row.doubts > 0 => park(desk, row.id, &why).await,
        Outcome::Unknown(why) => again(desk, row, &why, row.doubts + 1).await,
    }
}

/// What was composed before, or composed now and kept, so that every try says the same.
async fn letter(desk: &Desk, row: &Row, ticket: TicketId, content: &Content) -> Result<Rendered> {
    if let (Some(text), Some(html)) = (&row.text, &row.html) {
        return Ok(Rendered { text: text.clone(), html: html.clone() });
    }
    let occasion = Occasion {
        site: SiteId(row.site_id),
        ticket,
        to: &row.to_address,
        lang: &row.lang,
        subject: &row.subject,
        content,
    };
    let letter = compose::compose(desk, &occasion).await?;
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(COMPOSED)
        .bind(row.id)
        .bind(&letter.text)
        .bind(&letter.html)
        .execute(c)
        .await
        .map(|_| ()))?;
    desk.commit(tx).await?;
    Ok(letter)
}

/// Committed before the text is handed over; refused when the claim has lapsed and the row may be another's.
async fn doubt(desk: &Desk, row: &Row) -> Result<()> {
    let mut tx = desk.begin().await?;
    let ours = run!(tx, c => sqlx::query(DOUBTED)
        .bind(row.id)
        .bind(row.claimed_until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if ours == 0 {
        return Err(Error::Conflict);
    }
    desk.commit(tx).await
}

async fn done(desk: &Desk, id: Uuid, state: &str) -> Result<()> {
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(DONE)
        .bind(id)
        .bind(state)
        .bind(desk.now().0)
        .execute(c)
        .await
        .map(|_| ()))?;
    desk.commit(tx).await
}

async fn again(desk: &Desk, row: &Row, why: &str, doubts: i64) -> Result<()> {
    tracing::warn!(
        mail = %row.id,
        tries = row.attempts,
        why = %without_addresses(why),
        "a mail did not go out and is tried again"
    );
    let pause = if doubts > row.doubts { DOUBT } else { pause(row.attempts) };
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(AGAIN)
        .bind(row.id)
        .bind((desk.now() + pause).0)
        .bind(doubts)
        .bind(why)
        .execute(c)
        .await
        .map(|_| ()))?;
    desk.commit(tx).await
}

/// Relays repeat the recipient's address, which belongs in no log.
fn without_addresses(why: &str) -> String {
    let words = why.split(' ').map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// Gives up, where an owner sees it: in the list of mails and on the ticket.
async fn park(desk: &Desk, id: Uuid, why: &str) -> Result<()> {
    tracing::error!(mail = %id, why = %without_addresses(why), "a mail is parked");
    let now = desk.now();
    let mut tx = desk.begin().await?;
    let whose: Option<(Uuid, Option<Uuid>, String)> =
        run!(tx, c => sqlx::query_as(WHOSE).bind(id).fetch_optional(c).await)?;
    let parked = run!(tx, c => sqlx::query(PARK)
        .bind(id)
        .bind(now.0)
        .bind(why)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if let Some((site, Some(ticket), to)) = whose.filter(|_| parked > 0) {
        let lang = desk.find_site_by_id(SiteId(site)).map_or_else(String::new, |s| s.lang.clone());
        let why = locales::language(&lang).fill("mail.held.parked", &[("error", why)]);
        match Head::hold(&mut tx, TicketId(ticket), &[SiteId(site)]).await {
            Ok(mut head) => {
                head.add(&mut tx, desk, now, AgentBody::MailHeld { to, why }).await?;
                head.save(&mut tx).await?;
            }
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    desk.commit(tx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_names_nobody() {
        let why = "permanent error (550): 5.1.1 <ana@example.com>: no such user";
        assert_eq!(without_addresses(why), "permanent error (550): 5.1.1 … no such user");
    }

    #[test]
    fn the_tries_of_a_mail_fill_a_day() {
        let minutes: Vec<u64> = (1..=8).map(|n| pause(n).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        let whole: Duration = (1..TRIES).map(pause).sum();
        let hours = whole.as_secs() / 3600;
        assert!((23..=25).contains(&hours), "{whole:?}");
    }
}
