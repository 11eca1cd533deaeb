//! Mail that goes out: rows in the outbox, written in the transaction of what caused them, and the worker that sends them.

mod colour;
mod compose;
pub(crate) mod content;
mod keep;
pub(crate) mod letter;
mod message;
pub(crate) mod outbox;
pub(crate) mod queue;
mod relay;
mod relay_url;
pub(crate) mod unseen;

use crate::{
    Desk, Error, OpenError, Options, Result,
    db::{read, run},
    mail::address::{self, Sender},
    people::{Agent, Role},
};
use compose::Occasion;
use content::Content;
use letter::Rendered;
use protocol::{Code, MailId, Refusal, SiteId, TicketId, Timestamp};
use relay::Relay;
use sqlx::types::Json;
use std::{path::PathBuf, time::Duration};
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

/// Calls a relay as a mail would, and hangs up before one is handed over; answers how it went.
///
/// # Errors
/// Why no mail would go out.
pub async fn greet_relay(url: &str) -> std::result::Result<String, String> {
    let relay = Relay::new(url).map_err(|error| error.to_string())?;
    relay.greet().await
}

/// Who sends, and through what.
pub(crate) struct Postman {
    sender: Sender,
    /// None: mail is kept.
    relay: Option<Relay>,
    folder: PathBuf,
}

impl Postman {
    /// Refuses settings that no mail could be sent with.
    pub(crate) fn new(options: &Options) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            sender: Sender::parse(&options.mail_from)?,
            relay: options.smtp_url.as_deref().map(Relay::new).transpose()?,
            folder: options.data_dir.join("mail"),
        })
    }

    /// The id that every try of a mail goes out under.
    fn message_id(&self, id: Uuid) -> String {
        format!("<{id}@{}>", self.sender.domain())
    }

    /// Longest time that one try takes.
    fn longest(&self) -> Duration {
        self.relay.as_ref().map_or(Duration::from_secs(10), Relay::longest)
    }
}

const LIST: &str = "\
    select id, created_at, to_address, subject, state, error from mails \
    where site_id = $1 order by created_at desc, id desc limit $2";
const READ: &str = "\
    select id, created_at, to_address, subject, state, error, ticket_id, details, lang, text, html from mails \
    where id = $1 and site_id = $2";
const RETRY: &str = "\
    update mails set state = 'queued', attempts = 0, doubts = 0, due_at = $3, done_at = null, error = null \
    where id = $1 and site_id = $2 and state = 'parked'";

#[derive(sqlx::FromRow)]
struct Listed {
    id: Uuid,
    created_at: i64,
    to_address: String,
    subject: String,
    state: String,
    error: Option<String>,
}

impl From<Listed> for KeptMail {
    fn from(row: Listed) -> Self {
        Self {
            id: MailId(row.id),
            at: Timestamp(row.created_at),
            to: row.to_address,
            subject: row.subject,
            state: match row.state.as_str() {
                "sent" => MailState::Sent,
                "kept" => MailState::Kept,
                "parked" => MailState::Parked,
                _ => MailState::Queued,
            },
            error: row.error,
        }
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

impl Desk {
    /// The newest 200 mails of the agent's sites, newest first.
    pub async fn mails(&self, agent: &Agent) -> Result<Vec<KeptMail>> {
        let mut all: Vec<KeptMail> = Vec::new();
        for site in &agent.sites {
            let rows: Vec<Listed> = read!(self.db(), c => sqlx::query_as(LIST)
                .bind(site.0)
                .bind(LISTED)
                .fetch_all(c)
                .await)?;
            all.extend(rows.into_iter().map(KeptMail::from));
        }
        all.sort_by_key(|mail| std::cmp::Reverse((mail.at, mail.id)));
        all.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// One with its text and HTML.
    pub async fn mail(&self, agent: &Agent, id: MailId) -> Result<(KeptMail, String, String)> {
        for site in &agent.sites {
            let row: Option<Whole> = read!(self.db(), c => sqlx::query_as(READ)
                .bind(id.0)
                .bind(site.0)
                .fetch_optional(c)
                .await)?;
            if let Some(row) = row {
                let letter = self.letter_of(*site, &row).await?;
                return Ok((row.listed.into(), letter.text, letter.html));
            }
        }
        Err(Error::not_found())
    }

    /// Puts a parked mail back into the queue.
    pub async fn retry_mail(&self, agent: &Agent, id: MailId) -> Result<()> {
        if agent.role == Role::Agent {
            return Err(Refusal::new(Code::Forbidden).into());
        }
        let mut tx = self.begin().await?;
        for site in &agent.sites {
            let found = run!(tx, c => sqlx::query(RETRY)
                .bind(id.0)
                .bind(site.0)
                .bind(self.now().0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if found > 0 {
                tx.wake_worker();
                return self.commit(tx).await;
            }
        }
        Err(Error::not_found())
    }

    /// The ticket that an address in `Reply-To` of our mails stands for; none when we did not make it.
    pub fn find_replied_ticket(&self, address: &str) -> Option<TicketId> {
        address::find_replied_ticket(&self.0.secret, address)
    }

    /// As it went out, or as it would now.
    async fn letter_of(&self, site: SiteId, row: &Whole) -> Result<Rendered> {
        if let (Some(text), Some(html)) = (&row.text, &row.html) {
            return Ok(Rendered { text: text.clone(), html: html.clone() });
        }
        let content: Content =
            serde_json::from_value(row.details.0.clone()).map_err(|_| Error::not_found())?;
        let occasion = Occasion {
            site,
            ticket: TicketId(row.ticket_id.unwrap_or_default()),
            to: &row.listed.to_address,
            lang: &row.lang,
            subject: &row.listed.subject,
            content: &content,
        };
        compose::compose(self, &occasion).await
    }
}
