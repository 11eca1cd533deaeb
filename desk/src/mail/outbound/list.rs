//! The mails of the outbox as people look at them.

use super::{
    compose::{self, MailContext},
    content::Content,
    letter::Rendered,
    render,
    row::MailOutcome,
    without_proof::without_proof,
};
use crate::{
    Desk, Error, Result,
    db::{
        pages::{Order, Page, Place, cut, look, merge},
        read, retry, run, statement,
    },
    people::{
        Agent,
        permission::{self, Action, On, Party, may, sees},
    },
};
use protocol::{
    MailId, SiteId, TicketId, Timestamp,
    agent::{ForAgent, Sensitive, Sight},
};
use sqlx::types::Json;
use uuid::Uuid;

/// Rows of a page of the console's list.
const MAILS_A_PAGE: usize = 200;

/// A page of the list, and the mail after which the next one begins; none: there is none.
#[derive(Clone, Debug)]
pub struct MailListing {
    pub mails: Vec<ForAgent<KeptMail>>,
    pub next: Option<MailId>,
}

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

impl Sensitive for KeptMail {
    fn mask(&mut self) {
        self.to.mask();
        self.subject.mask();
        self.error.mask();
    }
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
    where site_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4"
);
// An agent of a quiet queue would walk through a busy site's whole history for one page.
statement!(
    LIST_SEEN = concat!(
        "select m.id, m.created_at, m.to_address, m.subject, m.outcome, m.parked_at, m.error
         from (
           select id, ticket_id, created_at, to_address, subject, outcome, parked_at, error
           from mails where site_id = $2 and (created_at, id) < ($3, $4)
           order by created_at desc, id desc limit ",
        look!(),
        "
         ) m
         join tickets t on t.id = m.ticket_id
         left join chats c on c.id = t.chat_id
         where ",
        sees!(),
        "order by m.created_at desc, m.id desc limit $5"
    )
);
statement!(WRITTEN = "select created_at from mails where id = $1");
statement!(
    END_OF_LOOK = concat!(
        "select created_at, id from mails where site_id = $1 and (created_at, id) < ($2, $3)
         order by created_at desc, id desc limit 1 offset ",
        look!(),
        " - 1"
    )
);
statement!(
    READ = "\
    select id, site_id, created_at, to_address, subject, outcome, parked_at, error, ticket_id, details, lang, text, html \
    from mails where id = $1"
);
statement!(FIND_SITE = "select site_id, ticket_id from mails where id = $1");
statement!(
    RETRY = "\
    update mails set due_at = $2, attempts = 0, uncertain_sends = 0, parked_at = null, error = null \
    where id = $1 and parked_at is not null"
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
    site_id: Uuid,
    ticket_id: Option<Uuid>,
    details: Json<serde_json::Value>,
    lang: String,
    text: Option<String>,
    html: Option<String>,
}

/// The mails that the agent may read, newest first, after one of them: at most 200. A page may be short and not be the
/// last.
///
/// # Errors
/// `NotFound` when the mail to go on after is gone.
pub(crate) async fn page(desk: &Desk, agent: &Agent, after: Option<MailId>) -> Result<MailListing> {
    let order = Order::NewestFirst;
    let after = match after {
        Some(mail) => place_of(desk, mail).await?,
        None => order.start(),
    };
    // One more, to know whether there is more.
    let limit = i64::try_from(MAILS_A_PAGE + 1).unwrap_or(i64::MAX);
    let mut parts = Vec::new();
    for &site in agent.sites.keys() {
        let reads_all = may(agent, Action::TendMails, &on_site(site));
        let rows: Vec<Listed> = if reads_all {
            read!(desk.db(), c => sqlx::query_as(LIST)
                .bind(site.0)
                .bind(after.at)
                .bind(after.id)
                .bind(limit)
                .fetch_all(c)
                .await)?
        } else {
            read!(desk.db(), c => sqlx::query_as(LIST_SEEN)
                .bind(agent.id.0)
                .bind(site.0)
                .bind(after.at)
                .bind(after.id)
                .bind(limit)
                .fetch_all(c)
                .await)?
        };
        let place = |row: &Listed| Place { at: row.created_at, id: row.id };
        let rows: Result<Vec<_>> = rows
            .into_iter()
            .map(|row| Ok((place(&row), desk.show(agent, site, row.try_into()?))))
            .collect();
        let mut page = cut(Page { rows: rows?, end: None }, MAILS_A_PAGE);
        if page.end.is_none() && !reads_all {
            page.end = end_of_look(desk, site, after).await?;
        }
        parts.push(page);
    }
    let page = merge(parts, order, MAILS_A_PAGE);
    let mails = page.rows.into_iter().map(|(_, mail)| mail).collect();
    Ok(MailListing { mails, next: page.end.map(|end| MailId(end.id)) })
}

async fn place_of(desk: &Desk, mail: MailId) -> Result<Place> {
    let found: Option<(i64,)> = read!(desk.db(), c => sqlx::query_as(WRITTEN)
        .bind(mail.0)
        .fetch_optional(c)
        .await)?;
    let (at,) = found.ok_or_else(Error::not_found)?;
    Ok(Place { at, id: mail.0 })
}

/// Up to where a look from this place on reads; none: to the end.
async fn end_of_look(desk: &Desk, site: SiteId, after: Place) -> Result<Option<Place>> {
    let end: Option<(i64, Uuid)> = read!(desk.db(), c => sqlx::query_as(END_OF_LOOK)
        .bind(site.0)
        .bind(after.at)
        .bind(after.id)
        .fetch_optional(c)
        .await)?;
    Ok(end.map(|(at, id)| Place { at, id }))
}

/// A mail with its text and HTML, without what its link proves.
///
/// # Errors
/// `NotFound` for a mail that the agent may not read, as for none.
pub(crate) async fn read(
    desk: &Desk,
    agent: &Agent,
    id: MailId,
) -> Result<(ForAgent<KeptMail>, ForAgent<String>, ForAgent<String>)> {
    let row: Option<Whole> = read!(desk.db(), c => sqlx::query_as(READ)
        .bind(id.0)
        .fetch_optional(c)
        .await)?;
    let row = row.ok_or_else(Error::not_found)?;
    let site = SiteId(row.site_id);
    check_readable(desk, agent, site, row.ticket_id).await?;
    let letter = letter_of(desk, site, &row, desk.sight(agent, site)).await?;
    let show = |text: &str| desk.show(agent, site, without_proof(text));
    let (text, html) = (show(&letter.text), show(&letter.html));
    Ok((desk.show(agent, site, row.listed.try_into()?), text, html))
}

/// Puts a parked mail back into the queue.
///
/// # Errors
/// `NotFound` for a mail that the agent may not read, and for one that is not parked; `Forbidden` for who may read it
/// and no more.
pub(crate) async fn retry(desk: &Desk, agent: &Agent, id: MailId) -> Result<()> {
    let found: Option<(Uuid, Option<Uuid>)> = read!(desk.db(), c => sqlx::query_as(FIND_SITE)
        .bind(id.0)
        .fetch_optional(c)
        .await)?;
    let (site, ticket) = found.ok_or_else(Error::not_found)?;
    check_readable(desk, agent, SiteId(site), ticket).await?;
    permission::check(agent, Action::TendMails, &on_site(SiteId(site)))?;
    let due = desk.due_now();
    retry!({
        let mut tx = desk.begin().await?;
        let parked = run!(tx, c => sqlx::query(RETRY)
            .bind(id.0)
            .bind(due.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if parked == 0 {
            return Err(Error::not_found());
        }
        tx.wake_worker();
        desk.commit(tx).await
    })
}

/// Lets through who may read every mail of the site, or see the ticket of this one.
async fn check_readable(
    desk: &Desk,
    agent: &Agent,
    site: SiteId,
    ticket: Option<Uuid>,
) -> Result<()> {
    if may(agent, Action::TendMails, &on_site(site)) {
        return Ok(());
    }
    let ticket = ticket.map(TicketId).ok_or_else(Error::not_found)?;
    desk.check_ticket(agent, Action::See, ticket).await.map(drop)
}

fn on_site(site: SiteId) -> On {
    On { site, queue: None, party: Party::default() }
}

/// As it went out, or as it would now; one that lets somebody in, as a sentence about it. Masked it is composed anew: in HTML a number may be written in ways in which it
/// is not found.
async fn letter_of(desk: &Desk, site: SiteId, row: &Whole, sight: Sight) -> Result<Rendered> {
    let content: Option<Content> = serde_json::from_value(row.details.0.clone()).ok();
    let is_link = matches!(content, Some(Content::Account { .. } | Content::OwnTickets { .. }));
    if let (Some(text), Some(html)) = (&row.text, &row.html)
        && sight == Sight::Everything
        && !is_link
    {
        return Ok(Rendered { text: text.clone(), html: html.clone() });
    }
    let content = content.ok_or_else(Error::not_found)?;
    let about = MailContext {
        site,
        ticket: TicketId(row.ticket_id.unwrap_or_default()),
        to: &row.listed.to_address,
        lang: &row.lang,
        subject: &row.listed.subject,
        content: &content,
        sight,
    };
    if is_link {
        return compose::hidden_link(desk, &about);
    }
    render::render(desk, &about).await
}
