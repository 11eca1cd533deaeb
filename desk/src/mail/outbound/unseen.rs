//! The replies that a visitor who went away has not seen, in one mail.
//!
//! A follower of the talk makes a job due for each ticket with such replies; the job looks whether they still are
//! unseen and whether the visitor is gone. It looks, mails and leaves the table in one transaction that holds the
//! ticket: a reply is in what it sees, or comes after the job is gone and makes another.

use super::{
    content::VisitorMail,
    enqueue::{Cause, mail_visitor},
};
use crate::{
    Desk, Error, Result,
    db::{MAX_ROWS, Rows, Tx, read, retry, rows, run, statement},
    queue::{
        Lease, Outcome,
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
                let said = desk.now().since(at).min(site.limits.mail_after);
                let look = desk.due_now() + site.limits.mail_after.saturating_sub(said);
                // Whether its visitor is there is known by then.
                desk.ask_for_unknown_panel(ticket);
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
statement!(
    RANGE = "
    select after, (
      select max(seq) from entries where ticket_id = $1 and seq > after and kind = 'agent')
    from (
      select case when visitor_seen < mailed_upto then mailed_upto else visitor_seen end as after
      from tickets
      where id = $1 and contact_email is not null
    ) ticket"
);

/// The replies that were neither seen nor mailed, of a ticket that this transaction holds: after which entry, and up to
/// which.
async fn find_unseen(tx: &mut Tx, locked: &LockedTicket) -> Result<Option<(Seq, Seq)>> {
    let range: Option<(i64, Option<i64>)> =
        run!(tx, c => sqlx::query_as(RANGE).bind(locked.id.0).fetch_optional(c).await)?;
    Ok(range.and_then(|(after, upto)| Some((Seq(after), Seq(upto?)))))
}

/// The ticket has an address from now on: replies of before are looked after as if they were new.
pub(crate) async fn address_is_known(
    tx: &mut Tx,
    desk: &Desk,
    locked: &LockedTicket,
) -> Result<()> {
    let site = desk.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
    let look = desk.due_now() + site.limits.mail_after;
    jobs::enqueue(tx, desk, Job::MailUnseen { ticket: locked.id }, look).await
}

/// Mails what was not seen, unless the visitor is there or has only just left; then it looks again later.
pub(crate) async fn mail(desk: &Desk, lease: Lease, ticket: TicketId) -> Result<Outcome> {
    let site = desk.find_site_of(ticket).await?.and_then(|site| desk.find_site_by_id(site));
    // Gone with its tickets.
    let Some(site) = site else { return Ok(Outcome::Done) };
    let now = desk.now();
    let wait = wait(desk, ticket, site.limits.mail_after);
    retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if let Some(unseen) = find_unseen(&mut tx, &locked).await? {
            if let Some(wait) = wait {
                return Ok(Outcome::Again(desk.due_now() + wait));
            }
            mail_replies(&mut tx, desk, &mut locked, unseen, now).await?;
            locked.save(&mut tx).await?;
        }
        jobs::done(&mut tx, lease).await?;
        desk.commit(tx).await?;
        Ok(Outcome::Settled)
    })
}

/// How long the visitor still has to come back, or to look.
fn wait(desk: &Desk, ticket: TicketId, patience: Duration) -> Option<Duration> {
    let wait = match desk.panel_gone_for(ticket) {
        // There, but not looking: perhaps in another tab.
        None => Some(patience.max(Duration::from_secs(1))),
        Some(gone) => {
            // After a restart nobody has been seen yet; panels get the time to come back.
            let gone = gone.min(desk.panels_known_for());
            (gone < patience).then(|| patience.saturating_sub(gone))
        }
    };
    if wait.is_some() {
        // Known by the next look.
        desk.ask_for_panel(ticket);
    }
    wait
}

statement!(MAILED = "update tickets set mailed_upto = $2 where id = $1");

/// Mails the replies that were neither seen nor mailed before, in one mail, to a visitor with an address.
pub(crate) async fn mail_now(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<()> {
    match find_unseen(tx, locked).await? {
        Some(unseen) => mail_replies(tx, desk, locked, unseen, now).await,
        None => Ok(()),
    }
}

async fn mail_replies(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    (after, upto): (Seq, Seq),
    now: Timestamp,
) -> Result<()> {
    run!(tx, c => sqlx::query(MAILED).bind(locked.id.0).bind(upto.0).execute(c).await.map(|_| ()))?;
    let replies = VisitorMail::Replies { after, upto };
    mail_visitor(tx, desk, locked, replies, Cause::Desk, now).await.map(drop)
}
