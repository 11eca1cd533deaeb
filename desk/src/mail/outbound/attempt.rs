//! One attempt to send a mail.

use super::{
    compose::{self, MailContext},
    content::Content,
    keep,
    letter::Rendered,
    mention,
    message::{self, Headers},
    relay, render,
    row::MailRow,
    uncertain::{note_certain, note_uncertain, uncertain_until},
};
use crate::{
    Desk, Error, Result,
    db::{read, retry, run, statement},
    people::permission::{Action, may},
    queue::{Lease, Outcome},
};
use protocol::{MailId, SiteId, TicketId, Timestamp, agent::Sight};

/// Hands the mail to the relay, or keeps it where there is none. Errors are the database's or the disk's; nothing
/// was handed over then.
pub(super) async fn send(desk: &Desk, lease: Lease, mail: &MailRow) -> Result<Outcome> {
    if desk.0.mailer.is_taken(lease.id) {
        return Ok(Outcome::Done);
    }
    if mail.uncertain_sends > 1 {
        return Ok(Outcome::Parked("it is not known whether it arrived".to_owned()));
    }
    let content: Content = match serde_json::from_value(mail.details.0.clone()) {
        Ok(content) => content,
        Err(error) => return Ok(Outcome::Parked(error.to_string())),
    };
    let ticket = TicketId(mail.ticket_id.unwrap_or_default());
    if let Some(why) = withheld(desk, mail, ticket, &content).await? {
        return Ok(Outcome::Parked(why.to_owned()));
    }
    if let Some(agent) = mention::told_of(&content)
        && mention::drop_told(desk, lease, mail, agent).await?
    {
        return Ok(Outcome::Settled);
    }
    let sight = sight(desk, mail, &content);
    let letter = match letter(desk, lease, mail, ticket, &content, sight).await {
        Ok(letter) => letter,
        // Site or ticket were removed while it waited.
        Err(Error::Refused(_)) => return Ok(Outcome::Parked("its ticket is gone".to_owned())),
        Err(error) => return Err(error),
    };
    let mailer = &desk.0.mailer;
    // People know the site, not the software.
    let site = desk.find_site_by_id(SiteId(mail.site_id));
    let sender = match &site {
        Some(site) => mailer.sender.named(site.name.as_str()),
        None => mailer.sender.clone(),
    };
    let headers = Headers {
        sender: &sender,
        reply_to: match content {
            // Who answers a colleague by mail would answer the visitor.
            Content::Account { .. } | Content::OwnTickets { .. } | Content::Mention { .. } => None,
            _ => mailer.sender.reply_address(&desk.0.secret, ticket),
        },
        to_name: mail.to_name.as_deref(),
        to_address: &mail.to_address,
        lang: &mail.lang,
        subject: &mail.subject,
        message_id: &mail.message_id,
        in_reply_to: mail.in_reply_to.as_deref(),
        root: match content {
            Content::Account { link } | Content::OwnTickets { link } => {
                format!("<link.{link}@{}>", mailer.sender.domain())
            }
            _ => format!("<ticket.{ticket}@{}>", mailer.sender.domain()),
        },
        automatic: !content.is_personal(),
        date: Timestamp(mail.created_at),
    };
    let built = match message::build(&headers, letter) {
        Ok(built) => built,
        Err(why) => return Ok(Outcome::Parked(why)),
    };
    let Some(relay) = &mailer.relay else {
        let created_at = Timestamp(mail.created_at);
        keep::keep(&mailer.folder, MailId(lease.id), created_at, &built.bytes).await?;
        return Ok(Outcome::Done);
    };
    let connection = match relay.ready(&built).await {
        Ok(connection) => connection,
        Err(answer) => return Ok(outcome_of(desk, mail, answer)),
    };
    // The relay may have taken its time.
    if let Some(why) = withheld(desk, mail, ticket, &content).await? {
        return Ok(Outcome::Parked(why.to_owned()));
    }
    if sight != self::sight(desk, mail, &content) {
        let why = "what its recipient may read has changed".to_owned();
        return Ok(Outcome::Retry(desk.due_now(), why));
    }
    note_uncertain(desk, lease, mail).await?;
    let answer = relay.hand_over(connection, &built).await;
    match answer {
        relay::Outcome::Sent => mailer.has_taken(lease.id),
        // It may have arrived the first time, and this was its one more try.
        relay::Outcome::Later(why) if mail.uncertain_sends > 0 => return Ok(Outcome::Parked(why)),
        relay::Outcome::Later(_) => {
            if let Err(error) = note_certain(desk, lease).await {
                tracing::warn!(id = %lease.id, %error, "that a mail was not taken could not be noted");
            }
        }
        relay::Outcome::Refused(_) | relay::Outcome::Unknown(_) => {}
    }
    Ok(outcome_of(desk, mail, answer))
}

fn outcome_of(desk: &Desk, mail: &MailRow, answer: relay::Outcome) -> Outcome {
    match answer {
        relay::Outcome::Sent => Outcome::Done,
        relay::Outcome::Later(why) => Outcome::Failed(why),
        relay::Outcome::Refused(why) => Outcome::Parked(why),
        relay::Outcome::Unknown(why) if mail.uncertain_sends > 0 => Outcome::Parked(why),
        relay::Outcome::Unknown(why) => Outcome::Retry(uncertain_until(desk), why),
    }
}

/// Why the mail must not go out any more, though it had to when it was enqueued.
async fn withheld(
    desk: &Desk,
    mail: &MailRow,
    ticket: TicketId,
    content: &Content,
) -> Result<Option<&'static str>> {
    Ok(match content {
        Content::Visitor { .. } => is_stopped(desk, ticket)
            .await?
            .then_some("its recipient wants no mail about the ticket"),
        Content::Agent { .. } | Content::Mention { .. } => {
            (!may_see(desk, &mail.to_address, ticket).await?)
                .then_some("its recipient may not see the ticket any more")
        }
        Content::Account { .. } => (desk.0.sites.now().agent_of(&mail.to_address).is_none())
            .then_some("its recipient is let in no more"),
        // It is of no use after half an hour, and does no harm then.
        Content::OwnTickets { .. } => None,
    })
}

/// Whether the address is that of an agent who may see the ticket now.
async fn may_see(desk: &Desk, address: &str, ticket: TicketId) -> Result<bool> {
    let Some(on) = desk.find_place(ticket).await? else { return Ok(false) };
    let snapshot = desk.0.sites.now();
    let Some(agent) = snapshot.agent_of(address) else { return Ok(false) };
    let on = desk.with_mention(agent, ticket, on).await?;
    Ok(may(agent, Action::See, &on))
}

statement!(STOPPED = "select mail_stopped from tickets where id = $1");

/// Whether the owner of the visitor's address wants no mail about the ticket.
async fn is_stopped(desk: &Desk, ticket: TicketId) -> Result<bool> {
    let stopped: Option<bool> = read!(desk.db(), c => sqlx::query_scalar(STOPPED)
        .bind(ticket.0)
        .fetch_optional(c)
        .await)?;
    Ok(stopped.unwrap_or(false))
}

/// How its recipient reads what is sensitive: visitors their own words as they wrote them, agents as in the console.
fn sight(desk: &Desk, mail: &MailRow, content: &Content) -> Sight {
    match content {
        Content::Visitor { .. } | Content::Account { .. } | Content::OwnTickets { .. } => {
            Sight::Everything
        }
        Content::Agent { .. } | Content::Mention { .. } => {
            let snapshot = desk.0.sites.now();
            let agent = snapshot.agent_of(&mail.to_address);
            agent.map_or(Sight::Masked, |agent| snapshot.sight(agent, SiteId(mail.site_id)))
        }
    }
}

// Only of a mail that is ours: another one may have become something else meanwhile.
statement!(COMPOSED = "update mails set text = $3, html = $4 where id = $1 and claimed_until = $2");

/// What was composed before, or composed now and kept, so that every try says the same. Who reads it masked gets what
/// is composed now: what was kept may be of when they did not.
async fn letter(
    desk: &Desk,
    lease: Lease,
    mail: &MailRow,
    ticket: TicketId,
    content: &Content,
    sight: Sight,
) -> Result<Rendered> {
    if sight == Sight::Everything
        && let (Some(text), Some(html)) = (&mail.text, &mail.html)
    {
        return Ok(Rendered { text: text.clone(), html: html.clone() });
    }
    let mail_context = MailContext {
        site: SiteId(mail.site_id),
        ticket,
        to: &mail.to_address,
        lang: &mail.lang,
        subject: &mail.subject,
        content,
        sight,
    };
    // What is composed holds a way in: it is composed anew each time, and stored nowhere.
    match content {
        Content::Account { link } => return compose::password_link(desk, &mail_context, *link),
        Content::OwnTickets { link } => return compose::visitor_link(desk, &mail_context, *link),
        _ => {}
    }
    let letter = render::render(desk, &mail_context).await?;
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(COMPOSED)
            .bind(lease.id)
            .bind(lease.until)
            .bind(&letter.text)
            .bind(&letter.html)
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })?;
    Ok(letter)
}
