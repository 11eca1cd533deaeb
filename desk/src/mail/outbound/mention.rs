//! The notice to an agent whom a comment mentions, and who has no console open to be told at.

use super::{
    compose::{MailContext, blank},
    content::{Content, MailKind},
    letter::{Button, Rendered, Row},
    row::MailRow,
};
use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, run, statement},
    locales,
    people::email_key,
    queue::Lease,
    tickets::{
        entries,
        transcript::{Side, TimeFormatter, TranscriptLine},
    },
};
use protocol::{
    AgentId, Seq, TicketId,
    agent::{Sensitive, Sight},
    entry::{AgentBody, AgentEntry},
};
use uuid::Uuid;

/// Answers of entries that are looked through for comments: what is longer than that is read in the console.
const PAGES: usize = 4;

statement!(
    IS_TOLD = "
    select exists (
      select 1 from mentions where ticket_id = $1 and agent_id = $2 and told_at is not null)"
);
// Index mails_ticket. What is being sent, or may have been, stays.
statement!(
    DROP_WAITING = "
    delete from mails
    where ticket_id = $1 and to_key = $2 and kind = $3
      and due_at is not null and claimed_until is null and uncertain_sends = 0"
);
statement!(DROP_CLAIMED = "delete from mails where id = $1 and claimed_until = $2");

/// A console of the agent's was told: nothing that waits need be sent.
pub(crate) async fn drop_mention_mail(tx: &mut Tx, ticket: TicketId, address: &str) -> Result<()> {
    run!(tx, c => sqlx::query(DROP_WAITING)
        .bind(ticket.0)
        .bind(email_key(address))
        .bind(MailKind::Mention.as_text())
        .execute(c)
        .await
        .map(|_| ()))
}

/// The same for one that is about to be sent; true when it is not to be sent any more. One that may have gone out
/// already stays.
pub(super) async fn drop_told(
    desk: &Desk,
    lease: Lease,
    mail: &MailRow,
    agent: AgentId,
) -> Result<bool> {
    let is_told: bool = read!(desk.db(), c => sqlx::query_scalar(IS_TOLD)
        .bind(mail.ticket_id)
        .bind(agent.0)
        .fetch_one(c)
        .await)?;
    if !is_told || mail.uncertain_sends > 0 {
        return Ok(false);
    }
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(DROP_CLAIMED)
            .bind(lease.id)
            .bind(lease.until)
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })?;
    Ok(true)
}

statement!(NUMBER = "select number from tickets where id = $1 and site_id = $2");

/// Writes the letter: who mentions the agent, and what they say, as its reader may read it.
pub(super) async fn letter(
    desk: &Desk,
    context: &MailContext<'_>,
    (after, upto): (Seq, Seq),
    agent: AgentId,
) -> Result<Rendered> {
    let site = desk.find_site_by_id(context.site).ok_or_else(Error::not_found)?;
    let number: Option<(String,)> = read!(desk.db(), c => sqlx::query_as(NUMBER)
        .bind(context.ticket.0)
        .bind::<Uuid>(context.site.0)
        .fetch_optional(c)
        .await)?;
    let (number,) = number.ok_or_else(Error::not_found)?;
    let words = locales::language(context.lang);
    let times = TimeFormatter::new(None, &site, words);
    let fill = |key: &str, who: &str| {
        let places = [("site", site.name.as_str()), ("zone", times.place()), ("who", who)];
        words.fill(key, &places)
    };
    let comments = comments(desk, context, (after, upto), agent).await?;
    let mut letter = blank(context, &site, &number, words);
    letter.rows = vec![Row { label: words.get("mail.number"), value: number }];
    let mut who: Vec<&str> = Vec::new();
    for comment in comments.iter().flatten() {
        let AgentBody::Comment { name, text, files, .. } = &comment.body else { continue };
        if !who.contains(&name.as_str()) {
            who.push(name);
        }
        letter.entries.push(TranscriptLine {
            side: Side::Desk,
            name: name.clone(),
            time: times.time(comment.at),
            text: text.clone(),
            files: files.iter().map(|file| file.name.clone()).collect(),
        });
    }
    let has_comments = !letter.entries.is_empty();
    letter.heading = if has_comments {
        fill("mail.mention.heading", &who.join(", "))
    } else {
        fill("mail.mention.subject", "")
    };
    letter.preheader.clone_from(&letter.heading);
    letter.after =
        vec![fill(if has_comments { "mail.times" } else { "mail.mention.too_long" }, "")];
    letter.button = Some(Button {
        label: words.get("mail.for_agents.button"),
        url: format!("{}/console/tickets/{}", desk.options().public_url, context.ticket),
    });
    letter.footer = vec![fill("mail.mention.footer", "")];
    Ok(letter.render())
}

/// The comments that mention the agent, in order; none when there is too much to look through.
async fn comments(
    desk: &Desk,
    context: &MailContext<'_>,
    (mut after, upto): (Seq, Seq),
    agent: AgentId,
) -> Result<Option<Vec<AgentEntry>>> {
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let (page, _) = entries::for_agent(desk, context.ticket, context.site, after).await?;
        after = page.last().map_or(upto, |last| last.seq);
        found.extend(page.into_iter().filter(|entry| entry.seq <= upto && mentions(entry, agent)));
        if after >= upto {
            if context.sight == Sight::Masked {
                found.iter_mut().for_each(AgentEntry::mask);
            }
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn mentions(entry: &AgentEntry, agent: AgentId) -> bool {
    matches!(&entry.body, AgentBody::Comment { mentions, .. } if mentions.contains(&agent))
}

/// Whom a mail of this content tells of a comment.
pub(super) fn told_of(content: &Content) -> Option<AgentId> {
    match content {
        Content::Mention { agent, .. } => Some(*agent),
        _ => None,
    }
}
