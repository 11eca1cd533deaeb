//! The one list of what happened on a ticket: written once, read by transcript, reconnect, ticket page and audit.
//!
//! A row's body is the agents' view as JSON, whole: names and states stay as they were. The visitor's view is made from
//! it by [`visitor_view`], the only way from one to the other.

use super::visitor::Visitor;
use crate::{
    Desk, Error, Result,
    db::{Event, Statement, Tx, read, run, statement},
};
use protocol::{
    AgentId, EntryId, Seq, SiteId, TicketId, Timestamp,
    entry::{AgentBody, AgentEntry, VisitorBody, VisitorEntry},
    limits,
};
use uuid::Uuid;

/// A row of `entries`.
type Row = (i64, Uuid, i64, String);

/// The event of a stored entry.
pub(crate) fn event(ticket: TicketId, entry: AgentEntry) -> Event {
    Event::Entry { ticket, visitor: visitor_view(&entry), agent: entry }
}

/// What a visitor may see of it; what is not for them keeps its place as `Hidden`.
pub(crate) fn visitor_view(entry: &AgentEntry) -> VisitorEntry {
    let body = match entry.body.clone() {
        AgentBody::Visitor { text, files } => VisitorBody::Visitor { text, files },
        AgentBody::Agent { agent: _, name, text, files } => {
            VisitorBody::Agent { name, text, files }
        }
        AgentBody::ChatStarted { page: _ } => VisitorBody::ChatStarted,
        AgentBody::Joined { agent: _, name } => VisitorBody::Joined { name },
        AgentBody::Left { agent: _, name } => VisitorBody::Left { name },
        AgentBody::Requeued => VisitorBody::Requeued,
        AgentBody::BecameRequest { why } => VisitorBody::BecameRequest { why },
        AgentBody::Transferred { to_name: name, .. } => VisitorBody::Transferred { name },
        AgentBody::IdleWarning => VisitorBody::IdleWarning,
        AgentBody::SiteRemoved => VisitorBody::SiteRemoved,
        AgentBody::QueueRemoved => VisitorBody::QueueRemoved,
        AgentBody::AgentRemoved => VisitorBody::AgentRemoved,
        AgentBody::ChatEnded { by, reason: _ } => VisitorBody::ChatEnded { by },
        AgentBody::StateChanged { state, by: _ } => VisitorBody::StateChanged { state },
        AgentBody::Rated { score, comment: _ } => VisitorBody::Rated { score },
        AgentBody::TranscriptSent { to: _ } => VisitorBody::TranscriptSent,
        AgentBody::Comment { .. }
        | AgentBody::TransferRequested { .. }
        | AgentBody::TransferAbandoned { .. }
        | AgentBody::HandedOver { .. }
        | AgentBody::ConferenceRequested { .. }
        | AgentBody::ConferenceAbandoned { .. }
        | AgentBody::ContactChanged { .. }
        | AgentBody::MailQueued { .. }
        | AgentBody::MailHeld { .. }
        | AgentBody::Revealed { .. }
        | AgentBody::Changed { .. }
        | AgentBody::LinkRenewed { .. } => VisitorBody::Hidden,
    };
    VisitorEntry { seq: entry.seq, id: entry.id, at: entry.at, body }
}

protocol::text_enum! {
    /// The `kind` column: the body's own tag.
    pub(crate) enum EntryKind {
        Visitor = "visitor",
        Agent = "agent",
        Comment = "comment",
        ChatStarted = "chat_started",
        Joined = "joined",
        Left = "left",
        Requeued = "requeued",
        BecameRequest = "became_request",
        TransferRequested = "transfer_requested",
        Transferred = "transferred",
        TransferAbandoned = "transfer_abandoned",
        HandedOver = "handed_over",
        ConferenceRequested = "conference_requested",
        ConferenceAbandoned = "conference_abandoned",
        IdleWarning = "idle_warning",
        SiteRemoved = "site_removed",
        QueueRemoved = "queue_removed",
        AgentRemoved = "agent_removed",
        ChatEnded = "chat_ended",
        StateChanged = "state_changed",
        Rated = "rated",
        ContactChanged = "contact_changed",
        MailQueued = "mail_queued",
        MailHeld = "mail_held",
        TranscriptSent = "transcript_sent",
        Revealed = "revealed",
        Changed = "changed",
        LinkRenewed = "link_renewed",
    }
}

pub(crate) fn kind(body: &AgentBody) -> EntryKind {
    match body {
        AgentBody::Visitor { .. } => EntryKind::Visitor,
        AgentBody::Agent { .. } => EntryKind::Agent,
        AgentBody::Comment { .. } => EntryKind::Comment,
        AgentBody::ChatStarted { .. } => EntryKind::ChatStarted,
        AgentBody::Joined { .. } => EntryKind::Joined,
        AgentBody::Left { .. } => EntryKind::Left,
        AgentBody::Requeued => EntryKind::Requeued,
        AgentBody::BecameRequest { .. } => EntryKind::BecameRequest,
        AgentBody::TransferRequested { .. } => EntryKind::TransferRequested,
        AgentBody::Transferred { .. } => EntryKind::Transferred,
        AgentBody::TransferAbandoned { .. } => EntryKind::TransferAbandoned,
        AgentBody::HandedOver { .. } => EntryKind::HandedOver,
        AgentBody::ConferenceRequested { .. } => EntryKind::ConferenceRequested,
        AgentBody::ConferenceAbandoned { .. } => EntryKind::ConferenceAbandoned,
        AgentBody::IdleWarning => EntryKind::IdleWarning,
        AgentBody::SiteRemoved => EntryKind::SiteRemoved,
        AgentBody::QueueRemoved => EntryKind::QueueRemoved,
        AgentBody::AgentRemoved => EntryKind::AgentRemoved,
        AgentBody::ChatEnded { .. } => EntryKind::ChatEnded,
        AgentBody::StateChanged { .. } => EntryKind::StateChanged,
        AgentBody::Rated { .. } => EntryKind::Rated,
        AgentBody::ContactChanged { .. } => EntryKind::ContactChanged,
        AgentBody::MailQueued { .. } => EntryKind::MailQueued,
        AgentBody::MailHeld { .. } => EntryKind::MailHeld,
        AgentBody::TranscriptSent { .. } => EntryKind::TranscriptSent,
        AgentBody::Revealed { .. } => EntryKind::Revealed,
        AgentBody::Changed { .. } => EntryKind::Changed,
        AgentBody::LinkRenewed { .. } => EntryKind::LinkRenewed,
    }
}

/// The `agent_id` column: whose doing it was.
pub(crate) fn agent_of(body: &AgentBody) -> Option<AgentId> {
    match body {
        AgentBody::Agent { agent, .. }
        | AgentBody::Comment { agent, .. }
        | AgentBody::TransferRequested { agent, .. }
        | AgentBody::Transferred { from: agent, .. }
        | AgentBody::HandedOver { agent, .. }
        | AgentBody::ConferenceRequested { agent, .. }
        | AgentBody::Joined { agent, .. }
        | AgentBody::Left { agent, .. }
        | AgentBody::Revealed { agent, .. }
        | AgentBody::Changed { agent, .. }
        | AgentBody::LinkRenewed { agent, .. } => Some(*agent),
        _ => None,
    }
}

/// The body as it is stored.
pub(crate) fn stored(body: &AgentBody) -> String {
    serde_json::to_string(body).expect("an entry's body is plain data")
}

/// Entries with their bodies as they are stored.
pub(crate) fn stored_all(
    entries: &[(TicketId, AgentEntry)],
) -> Vec<(TicketId, &AgentEntry, String)> {
    entries.iter().map(|(ticket, entry)| (*ticket, entry, stored(&entry.body))).collect()
}

/// What stands around a body in an answer, in bytes: sequence, id, instant and their names.
const AROUND_A_BODY: usize = 150;
/// The bodies of one answer as they are stored, in bytes: JSON, as they travel. The longest single one is less.
const BODIES: usize = limits::ANSWER_BYTES - limits::ENTRIES * AROUND_A_BODY;

// The lengths first, which either engine knows without reading a text: only what fits is read.
statement!(
    READ = "
    select e.seq, e.id, e.at, e.body
    from (
      select seq, sum(bytes) over (order by seq) as bytes
      from (
        select seq, octet_length(body) as bytes
        from entries
        where ticket_id = $1 and seq > $2
        order by seq
        limit $3
      ) as lengths
    ) as page
    join entries e on e.ticket_id = $1 and e.seq = page.seq
    where page.bytes <= $4 or page.seq = $2 + 1
    order by e.seq"
);
statement!(
    READ_BACK = "
    select e.seq, e.id, e.at, e.body
    from (
      select seq, sum(bytes) over (order by seq desc) as bytes
      from (
        select seq, octet_length(body) as bytes
        from entries
        where ticket_id = $1 and seq < $2
        order by seq desc
        limit $3
      ) as lengths
    ) as page
    join entries e on e.ticket_id = $1 and e.seq = page.seq
    where page.bytes <= $4 or page.seq = $2 - 1
    order by e.seq"
);

/// The entries after `after`, in order, as agents see them, as many as one answer takes, and the ticket's last
/// sequence; `NotFound` for another site's ticket.
pub(crate) async fn for_agent(
    desk: &Desk,
    ticket: TicketId,
    site: SiteId,
    after: Seq,
) -> Result<(Vec<AgentEntry>, Seq)> {
    let last = last_seq(desk, ticket, site).await?;
    let entries = page(desk, READ, ticket, after.min(last)).await?;
    // What was committed between the two reads is in the second.
    let last = entries.last().map_or(last, |entry| entry.seq.max(last));
    Ok((entries, last))
}

/// The same as the ticket's visitor sees them.
pub(crate) async fn for_visitor(
    desk: &Desk,
    visitor: Visitor,
    after: Seq,
) -> Result<(Vec<VisitorEntry>, Seq)> {
    let (entries, last) = for_agent(desk, visitor.ticket, visitor.site, after).await?;
    Ok((entries.iter().map(visitor_view).collect(), last))
}

/// The entries before `before`, without one the last there are, in order, as many as one answer takes.
pub(crate) async fn for_visitor_before(
    desk: &Desk,
    visitor: Visitor,
    before: Option<Seq>,
) -> Result<Vec<VisitorEntry>> {
    let end = last_seq(desk, visitor.ticket, visitor.site).await?.next();
    let before = before.map_or(end, |before| before.clamp(Seq(1), end));
    let entries = page(desk, READ_BACK, visitor.ticket, before).await?;
    Ok(entries.iter().map(visitor_view).collect())
}

async fn page(
    desk: &Desk,
    statement: Statement,
    ticket: TicketId,
    from: Seq,
) -> Result<Vec<AgentEntry>> {
    let (most, bytes) = (limits::ENTRIES as u64, BODIES as u64);
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(statement)
        .bind(ticket.0)
        .bind(from.0)
        .bind(most.cast_signed())
        .bind(bytes.cast_signed())
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(entry).collect()
}

statement!(LAST = "select last_seq from tickets where id = $1 and site_id = $2");

async fn last_seq(desk: &Desk, ticket: TicketId, site: SiteId) -> Result<Seq> {
    let row = read!(desk.db(), c => sqlx::query_as::<_, (i64,)>(LAST)
        .bind(ticket.0)
        .bind(site.0)
        .fetch_optional(c)
        .await)?;
    row.map(|(last,)| Seq(last)).ok_or_else(Error::not_found)
}

statement!(FIND = "select seq, id, at, body from entries where id = $1 and ticket_id = $2");

/// The entry that a sender's id was stored as, if it was.
pub(crate) async fn find(tx: &mut Tx, ticket: TicketId, id: EntryId) -> Result<Option<AgentEntry>> {
    run!(tx, c => sqlx::query_as::<_, Row>(FIND)
        .bind(id.0)
        .bind(ticket.0)
        .fetch_optional(c)
        .await)?
    .map(entry)
    .transpose()
}

statement!(
    FIND_LAST = "
    select body from entries where ticket_id = $1 and kind = $2 order by seq desc limit 1"
);

/// What the last entry of a kind says, if there is one.
pub(crate) async fn find_last(
    tx: &mut Tx,
    ticket: TicketId,
    kind: EntryKind,
) -> Result<Option<AgentBody>> {
    let body: Option<String> = run!(tx, c => sqlx::query_scalar(FIND_LAST)
        .bind(ticket.0)
        .bind(kind.as_text())
        .fetch_optional(c)
        .await)?;
    body.as_deref().map(read_body).transpose()
}

statement!(
    ADD = "
    insert into entries (ticket_id, seq, id, at, kind, agent_id, body)
    values ($1, $2, $3, $4, $5, $6, $7)
    returning position"
);

/// Stores an entry at a place that the ticket's row has handed out.
pub(crate) async fn add(tx: &mut Tx, ticket: TicketId, entry: &AgentEntry) -> Result<()> {
    let position = run!(tx, c => sqlx::query_scalar(ADD)
        .bind(ticket.0)
        .bind(entry.seq.0)
        .bind(entry.id.0)
        .bind(entry.at.0)
        .bind(kind(&entry.body).as_text())
        .bind(agent_of(&entry.body).map(|agent| agent.0))
        .bind(stored(&entry.body))
        .fetch_one(c)
        .await)?;
    tx.has_added(entry.id, position);
    Ok(())
}

pub(super) fn entry((seq, id, at, body): Row) -> Result<AgentEntry> {
    let body = read_body(&body)?;
    Ok(AgentEntry { seq: Seq(seq), id: EntryId(id), at: Timestamp(at), body })
}

/// A body as it was stored.
pub(crate) fn read_body(stored: &str) -> Result<AgentBody> {
    Ok(serde_json::from_str(stored).map_err(|error| sqlx::Error::Decode(Box::new(error)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        PageUrl, Score,
        agent::{HandoverOutcome, Revealable},
        entry::{BecameRequest, Category, EndedBy, TicketState},
        properties::{Change, Property},
        variants::variants,
    };

    const AGENT: AgentId = AgentId(Uuid::from_u128(7));
    const SECRET: &str = "secreto";

    /// One body of every kind, with `SECRET` in all that no visitor may see.
    fn bodies() -> Vec<AgentBody> {
        let (agent, name, text) = (AGENT, || "Lucía".to_owned(), || "hola".to_owned());
        let secret = || SECRET.to_owned();
        let state = TicketState { name: "pendiente".into(), category: Category::Open };
        let page = PageUrl::parse("https://example.com/secreto");
        let nothing = HandoverOutcome::Missed;
        vec![
            AgentBody::Visitor { text: text(), files: vec![] },
            AgentBody::Agent { agent, name: name(), text: text(), files: vec![] },
            AgentBody::Comment {
                agent,
                name: name(),
                text: secret(),
                mentions: vec![agent],
                files: vec![protocol::file::Attachment {
                    id: protocol::FileId(Uuid::nil()),
                    name: secret(),
                    media_type: secret(),
                    bytes: 1,
                }],
            },
            AgentBody::ChatStarted { page },
            AgentBody::Joined { agent, name: name() },
            AgentBody::Left { agent, name: name() },
            AgentBody::Requeued,
            AgentBody::BecameRequest { why: BecameRequest::WaitLimit },
            AgentBody::TransferRequested { agent, name: name(), to: secret() },
            AgentBody::Transferred {
                from: agent,
                from_name: secret(),
                to: agent,
                to_name: name(),
                queue: Some(secret()),
            },
            AgentBody::TransferAbandoned { name: secret(), to: secret(), why: nothing },
            AgentBody::HandedOver { agent, name: name(), reason: secret() },
            AgentBody::ConferenceRequested { agent, name: name(), to: secret() },
            AgentBody::ConferenceAbandoned { name: secret(), to: secret(), why: nothing },
            AgentBody::IdleWarning,
            AgentBody::SiteRemoved,
            AgentBody::QueueRemoved,
            AgentBody::AgentRemoved,
            AgentBody::ChatEnded { by: EndedBy::Agent, reason: Some(secret()) },
            AgentBody::StateChanged { state, by: Some(secret()) },
            AgentBody::Rated { score: Score::ALL[4], comment: Some(secret()) },
            AgentBody::ContactChanged { name: Some(secret()), email: Some(secret()) },
            AgentBody::MailQueued { to: secret(), subject: secret() },
            AgentBody::MailHeld { to: secret(), why: secret() },
            AgentBody::TranscriptSent { to: secret() },
            AgentBody::Revealed {
                agent,
                name: name(),
                field: Revealable::Email,
                seq: None,
                own: None,
            },
            AgentBody::Changed {
                agent,
                name: secret(),
                changes: vec![Change::of(Property::Observations, Some(secret()), Some(secret()))],
            },
            AgentBody::LinkRenewed { agent, name: name() },
        ]
    }

    /// The tag of a body, as it is stored.
    fn tag(body: &AgentBody) -> String {
        match serde_json::from_str(&stored(body)).unwrap() {
            serde_json::Value::String(name) => name,
            body => body.as_object().unwrap().keys().next().unwrap().clone(),
        }
    }

    #[test]
    fn every_kind_of_body_is_among_the_samples() {
        let tags: Vec<String> = bodies().iter().map(tag).collect();
        assert_eq!(tags, variants::<AgentBody>());
    }

    #[test]
    fn a_visitor_is_shown_no_comment_no_reason_no_agents_id_and_no_mail() {
        for body in bodies() {
            let entry =
                AgentEntry { seq: Seq(1), id: EntryId(Uuid::nil()), at: Timestamp(0), body };
            let view = serde_json::to_string(&visitor_view(&entry)).unwrap();
            assert!(!view.contains(SECRET) && !view.contains(&AGENT.to_string()), "{view}");
        }
    }

    #[test]
    fn the_kind_is_the_bodys_own_tag() {
        for body in bodies() {
            assert_eq!(kind(&body).as_text(), tag(&body));
        }
    }
}
