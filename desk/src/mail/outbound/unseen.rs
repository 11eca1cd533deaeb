//! The replies that a visitor who went away has not seen, in one mail.
//!
//! A follower of the talk makes a job due for each ticket with such replies; the job looks whether they still are unseen and
//! whether the visitor is gone.

use super::{
    content::VisitorMail,
    enqueue::{Cause, mail_visitor},
};
use crate::{
    Desk, Result,
    db::{MAX_ROWS, Rows, Tx, read, rows, run, statement},
    queue::{
        Outcome,
        jobs::{self, Job},
    },
    tickets::{
        LockedTicket,
        entries::EntryKind,
        follow::{FollowedEntry, Follower, Start},
    },
};
use protocol::{Seq, SiteId, TicketId, Timestamp};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// Follows agents' replies to visitors with an address.
pub(crate) struct UnseenReplies;

impl Follower for UnseenReplies {
    const NAME: &'static str = "unseen_replies";
    const START: Start = Start::Beginning;
    const KIND: Option<EntryKind> = Some(EntryKind::Agent);

    /// When to look after which ticket.
    type Plan = BTreeMap<TicketId, Timestamp>;

    async fn plan(desk: &Desk, page: &[FollowedEntry]) -> Result<Self::Plan> {
        let mut plan = BTreeMap::new();
        for replies in page.chunks(MAX_ROWS) {
            for (ticket, site, at) in unseen_of(desk, replies).await? {
                // Gone with its tickets.
                let Some(site) = desk.find_site_by_id(site) else { continue };
                let look = at + site.limits.mail_after;
                let first = plan.entry(ticket).or_insert(look);
                *first = look.min(*first);
            }
        }
        Ok(plan)
    }

    async fn write(tx: &mut Tx, desk: &Desk, plan: &Self::Plan) -> Result<()> {
        for (ticket, look) in plan {
            jobs::enqueue(tx, desk, Job::MailUnseen { ticket: *ticket }, *look).await?;
        }
        Ok(())
    }
}

rows!(UNSEEN =
    "select t.id, t.site_id, v.column3 from (values ",
    "?uuid, ?bigint, ?bigint",
    ") as v
     join tickets t on t.id = v.column1
     where t.contact_email is not null and t.visitor_seen < v.column2 and t.mailed_upto < v.column2"
);

/// Those of the replies that a visitor with an address has neither seen nor got by mail.
async fn unseen_of(
    desk: &Desk,
    replies: &[FollowedEntry],
) -> Result<Vec<(TicketId, SiteId, Timestamp)>> {
    let (text, size) = UNSEEN.text_to_read(desk.db(), replies.len());
    let rows: Vec<(Uuid, Uuid, i64)> = read!(desk.db(), c => {
        let mut query = sqlx::query_as(text);
        for reply in Rows::filled(replies, size) {
            query = query.bind(reply.ticket.0).bind(reply.seq.0).bind(reply.at.0);
        }
        query.fetch_all(c).await
    })?;
    let typed = |(ticket, site, at)| (TicketId(ticket), SiteId(site), Timestamp(at));
    Ok(rows.into_iter().map(typed).collect())
}

// Where the last reply is that was neither seen nor mailed, and after what.
statement!(RANGE = "
    select site_id, after, (
      select max(seq) from entries where ticket_id = $1 and seq > after and kind = 'agent')
    from (
      select site_id, case when visitor_seen < mailed_upto then mailed_upto else visitor_seen end as after
      from tickets
      where id = $1 and contact_email is not null
    ) ticket");

/// Site, and the range of [`RANGE`].
type Range = (Uuid, i64, Option<i64>);

/// Mails what was not seen, unless the visitor is there or has only just left; then it looks again later.
pub(crate) async fn mail(desk: &Desk, ticket: TicketId) -> Result<Outcome> {
    let range: Option<Range> =
        read!(desk.db(), c => sqlx::query_as(RANGE).bind(ticket.0).fetch_optional(c).await)?;
    let Some((site, _, Some(_))) = range else { return Ok(Outcome::Done) };
    let Some(site) = desk.find_site_by_id(SiteId(site)) else { return Ok(Outcome::Done) };
    let now = desk.now();
    let patience = site.limits.mail_after;
    match desk.panel_gone_for(ticket) {
        // There, but not looking: perhaps in another tab.
        None => return Ok(Outcome::Again(now + patience.max(Duration::from_secs(1)))),
        Some(gone) => {
            // After a restart nobody has been seen yet; panels get the time to come back.
            let gone = gone.min(now.since(desk.0.opened_at));
            if gone < patience {
                return Ok(Outcome::Again(now + patience.saturating_sub(gone)));
            }
        }
    }
    let mut tx = desk.begin().await?;
    let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
    mail_now(&mut tx, desk, &mut locked, now).await?;
    locked.save(&mut tx).await?;
    desk.commit(tx).await?;
    Ok(Outcome::Done)
}

statement!(MAILED = "update tickets set mailed_upto = $2 where id = $1");

/// Mails the replies that were neither seen nor mailed before, in one mail, to a visitor with an address.
pub(crate) async fn mail_now(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<()> {
    let range: Option<Range> =
        run!(tx, c => sqlx::query_as(RANGE).bind(locked.id.0).fetch_optional(c).await)?;
    let Some((_, after, Some(upto))) = range else { return Ok(()) };
    run!(tx, c => sqlx::query(MAILED).bind(locked.id.0).bind(upto).execute(c).await.map(|_| ()))?;
    let replies = VisitorMail::Replies { after: Seq(after), upto: Seq(upto) };
    mail_visitor(tx, desk, locked, replies, Cause::Desk, now).await.map(drop)
}
