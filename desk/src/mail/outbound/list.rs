//! The mails of the outbox as people look at them.

use super::{
    compose::{self, MailContext},
    content::Content,
    letter::Rendered,
    row::MailOutcome,
};
use crate::{
    Desk, Error, Result,
    db::{read, run, statement},
};
use protocol::{MailId, SiteId, TicketId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

/// Rows of the console's list.
const LISTED: i64 = 200;

/// A mail as the console's list shows it.
#[derive(Clone, Debug)]
pub struct KeptMail {
    pub id: MailId,
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    pub state: MailState,
    pub error: Option<String>,
}

/// Where a mail is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// Waiting for its (next) try.
    Queued,
    /// Accepted by the relay.
    Sent,
    /// Written as `.eml`, for there is no relay.
    Kept,
    /// Given up; an owner may retry it.
    Parked,
}

statement!(
    LIST = "\
    select id, created_at, to_address, subject, outcome, parked_at, error from mails \
    where site_id = $1 order by created_at desc, id desc limit $2"
);
statement!(
    READ = "\
    select id, created_at, to_address, subject, outcome, parked_at, error, ticket_id, details, lang, text, html from mails \
    where id = $1 and site_id = $2"
);
statement!(
    RETRY = "\
    update mails set due_at = $3, attempts = 0, uncertain_sends = 0, parked_at = null, error = null \
    where id = $1 and site_id = $2 and parked_at is not null"
);

#[derive(sqlx::FromRow)]
struct Listed {
    id: Uuid,
    created_at: i64,
    to_address: String,
    subject: String,
    outcome: Option<String>,
    parked_at: Option<i64>,
    error: Option<String>,
}

impl TryFrom<Listed> for KeptMail {
    type Error = Error;

    fn try_from(row: Listed) -> Result<Self> {
        let outcome = row.outcome.as_deref().map(MailOutcome::from_text).transpose()?;
        Ok(Self {
            id: MailId(row.id),
            at: Timestamp(row.created_at),
            to: row.to_address,
            subject: row.subject,
            state: match outcome {
                Some(MailOutcome::Kept) => MailState::Kept,
                Some(MailOutcome::Sent) => MailState::Sent,
                None if row.parked_at.is_some() => MailState::Parked,
                None => MailState::Queued,
            },
            error: row.error,
        })
    }
}

#[derive(sqlx::FromRow)]
struct Whole {
    #[sqlx(flatten)]
    listed: Listed,
    ticket_id: Option<Uuid>,
    details: Json<serde_json::Value>,
    lang: String,
    text: Option<String>,
    html: Option<String>,
}

/// The newest mails of these sites, newest first, at most 200.
pub(crate) async fn newest(desk: &Desk, sites: &[SiteId]) -> Result<Vec<KeptMail>> {
    let mut all: Vec<KeptMail> = Vec::new();
    for site in sites {
        let rows: Vec<Listed> = read!(desk.db(), c => sqlx::query_as(LIST)
            .bind(site.0)
            .bind(LISTED)
            .fetch_all(c)
            .await)?;
        for row in rows {
            all.push(row.try_into()?);
        }
    }
    all.sort_by_key(|mail| std::cmp::Reverse((mail.at, mail.id)));
    all.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    Ok(all)
}

/// One of these sites' mails with its text and HTML; `NotFound` for any other.
pub(crate) async fn read(
    desk: &Desk,
    sites: &[SiteId],
    id: MailId,
) -> Result<(KeptMail, String, String)> {
    for site in sites {
        let row: Option<Whole> = read!(desk.db(), c => sqlx::query_as(READ)
            .bind(id.0)
            .bind(site.0)
            .fetch_optional(c)
            .await)?;
        if let Some(row) = row {
            let letter = letter_of(desk, *site, &row).await?;
            return Ok((row.listed.try_into()?, letter.text, letter.html));
        }
    }
    Err(Error::not_found())
}

/// Puts a parked mail of these sites back into the queue.
pub(crate) async fn retry(desk: &Desk, sites: &[SiteId], id: MailId) -> Result<()> {
    let mut tx = desk.begin().await?;
    for site in sites {
        let found = run!(tx, c => sqlx::query(RETRY)
            .bind(id.0)
            .bind(site.0)
            .bind(desk.now().0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if found > 0 {
            tx.wake_worker();
            return desk.commit(tx).await;
        }
    }
    Err(Error::not_found())
}

/// As it went out, or as it would now.
async fn letter_of(desk: &Desk, site: SiteId, row: &Whole) -> Result<Rendered> {
    if let (Some(text), Some(html)) = (&row.text, &row.html) {
        return Ok(Rendered { text: text.clone(), html: html.clone() });
    }
    let content: Content =
        serde_json::from_value(row.details.0.clone()).map_err(|_| Error::not_found())?;
    let about = MailContext {
        site,
        ticket: TicketId(row.ticket_id.unwrap_or_default()),
        to: &row.listed.to_address,
        lang: &row.lang,
        subject: &row.listed.subject,
        content: &content,
    };
    compose::compose(desk, &about).await
}
