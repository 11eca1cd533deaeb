//! The replies that a visitor who went away has not seen, in one mail.

use super::{content::What, enqueue::mail_visitor};
use crate::{
    Desk, Result,
    db::{read, run},
    queue::Outcome,
    tickets::Head,
};
use protocol::{Seq, TicketId};
use uuid::Uuid;

const TICKET: &str = "\
    select site_id, contact_email, visitor_seen, mailed_upto from tickets where id = $1";
const LAST_UNSEEN: &str = "\
    select max(seq) from entries where ticket_id = $1 and seq > $2 and kind = 'agent'";
const MAILED: &str = "update tickets set mailed_upto = $2 where id = $1 and mailed_upto = $3";

/// Mails what was not seen, unless the visitor is there or has only just left; then it looks again later.
pub(crate) async fn mail(desk: &Desk, ticket: TicketId) -> Result<Outcome> {
    let found: Option<(Uuid, Option<String>, i64, i64)> = read!(desk.db(), c => sqlx::query_as(TICKET)
        .bind(ticket.0)
        .fetch_optional(c)
        .await)?;
    let Some((site, Some(_), seen, mailed)) = found else { return Ok(Outcome::Done) };
    let Some(site) = desk.find_site_by_id(protocol::SiteId(site)) else { return Ok(Outcome::Done) };
    let after = seen.max(mailed);
    let upto: Option<i64> = read!(desk.db(), c => sqlx::query_scalar(LAST_UNSEEN)
        .bind(ticket.0)
        .bind(after)
        .fetch_one(c)
        .await)?;
    let Some(upto) = upto else { return Ok(Outcome::Done) };
    let now = desk.now();
    let patience = site.limits.mail_after;
    match desk.panel_gone_for(ticket) {
        // There, but not looking: perhaps in another tab.
        None => return Ok(Outcome::Again(now + patience.max(std::time::Duration::from_secs(1)))),
        Some(gone) => {
            // After a restart nobody has been seen yet; panels get the time to come back.
            let gone = gone.min(now.since(desk.0.opened_at));
            if gone < patience {
                return Ok(Outcome::Again(now + patience.saturating_sub(gone)));
            }
        }
    }
    let mut tx = desk.begin().await?;
    let mut head = Head::hold(&mut tx, ticket, &[site.id]).await?;
    let first = run!(tx, c => sqlx::query(MAILED)
        .bind(ticket.0)
        .bind(upto)
        .bind(mailed)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if first == 0 || head.email.is_none() {
        return Ok(Outcome::Done);
    }
    let what = What::Replies { after: Seq(after), upto: Seq(upto) };
    mail_visitor(&mut tx, desk, &mut head, what, now).await?;
    head.save(&mut tx).await?;
    desk.commit(tx).await?;
    Ok(Outcome::Done)
}
