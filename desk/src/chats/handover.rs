//! A chat is to be handed over or shared: what its agent asks of others, and what comes of it. Until it is accepted
//! nothing moves. Whoever changes a handover holds its ticket.

use super::{
    carry_out::{Subject, after, all_changed, carry_out, settle_offer, step_of},
    guest,
    life::ChatEvent,
    offer::{Ringing, missed},
    outcome::Outcome,
};
use crate::{
    Desk, Error, Result,
    db::{Count, Event, Tx, bump_revision, run, statement},
    people::Agent,
    tickets::{ChatState, LockedTicket, OpenOffer},
};
use protocol::{
    AgentId, ChatId, Code, HandoverId, OfferId, QueueId, Refusal, Timestamp,
    agent::{HandoverKind, HandoverOutcome, OfferKind},
    entry::AgentBody,
    text::HandoverNote,
};
use uuid::Uuid;

/// Who is asked, as it is called.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) queue: Option<QueueId>,
    pub(crate) agent: Option<AgentId>,
    pub(crate) name: String,
}

/// A handover without an outcome.
#[derive(Clone, Debug)]
pub(crate) struct OpenHandover {
    pub(crate) id: HandoverId,
    pub(crate) kind: HandoverKind,
    /// Who asks: the chat's owner.
    pub(crate) from: AgentId,
    pub(crate) from_name: String,
    pub(crate) to: Asked,
    pub(crate) note: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    kind: HandoverKind,
    from_agent: Uuid,
    from_name: String,
    to_queue: Option<Uuid>,
    to_agent: Option<Uuid>,
    to_name: String,
    note: Option<String>,
}

// Index handovers_open.
statement!(
    FIND = "
    select id, kind, from_agent, from_name, to_queue, to_agent, to_name, note
    from handovers
    where chat_id = $1 and outcome is null"
);
statement!(
    ASK = "
    insert into handovers (
      id, kind, chat_id, ticket_id, site_id, from_agent, from_name, to_queue, to_agent, to_name, note, asked_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict do nothing"
);
statement!(
    SETTLE = "
    update handovers set outcome = $2, settled_at = $3, accepted_by = $4, told_at = $5
    where id = $1 and outcome is null"
);

/// What is being asked for a chat.
pub(crate) async fn find(tx: &mut Tx, chat: ChatId) -> Result<Option<OpenHandover>> {
    let row = run!(tx, c => sqlx::query_as::<_, Row>(FIND)
        .bind(chat.0)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| OpenHandover {
        id: HandoverId(row.id),
        kind: row.kind,
        from: AgentId(row.from_agent),
        from_name: row.from_name,
        to: Asked {
            queue: row.to_queue.map(QueueId),
            agent: row.to_agent.map(AgentId),
            name: row.to_name,
        },
        note: row.note,
    }))
}

/// A handover that is to be asked for.
pub(crate) struct NewHandover {
    pub(crate) id: HandoverId,
    pub(crate) kind: HandoverKind,
    pub(crate) to: Asked,
    pub(crate) note: Option<HandoverNote>,
}

/// Asks for it; whom it rings at is for routing to say.
///
/// # Errors
/// `HandoverOpen` while another is; `ConferenceFull`.
pub(crate) async fn ask(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    agent: &Agent,
    new: &NewHandover,
    now: Timestamp,
) -> Result<()> {
    let chat = locked.chat.ok_or_else(Error::not_found)?;
    if new.kind == HandoverKind::Conference && chat.guest.is_some() {
        return Err(Refusal::new(Code::ConferenceFull).into());
    }
    let asked = run!(tx, c => sqlx::query(ASK)
        .bind(new.id.0)
        .bind(new.kind.as_text())
        .bind(chat.id.0)
        .bind(locked.id.0)
        .bind(locked.site.0)
        .bind(agent.id.0)
        .bind(&agent.name)
        .bind(new.to.queue.map(|queue| queue.0))
        .bind(new.to.agent.map(|agent| agent.0))
        .bind(&new.to.name)
        .bind(new.note.as_ref().map(HandoverNote::as_str))
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if asked == 0 {
        return Err(Refusal::new(Code::HandoverOpen).into());
    }
    let (id, name, to) = (agent.id, agent.name.clone(), new.to.name.clone());
    let entry = match new.kind {
        HandoverKind::Transfer => AgentBody::TransferRequested { agent: id, name, to },
        HandoverKind::Conference => AgentBody::ConferenceRequested { agent: id, name, to },
    };
    locked.add(tx, desk, now, entry).await?;
    tx.offer(locked.site);
    Ok(())
}

statement!(
    OPEN = "
    insert into offers (
      id, kind, handover_id, chat_id, site_id, from_agent, to_agent, round, offered_at, rings_until)
    select $1, $2, h.id, c.id, c.site_id, h.from_agent, $4, c.round, $5, $6
    from handovers h join chats c on c.id = h.chat_id
    where h.id = $3 and h.outcome is null and c.state = 'active'
    on conflict do nothing"
);

/// Lets a handover ring at an agent until `until`. False: it is asked for no longer, or rings already.
pub(crate) async fn ring(
    tx: &mut Tx,
    locked: &mut LockedTicket,
    handover: &OpenHandover,
    offer: OfferId,
    at: AgentId,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool> {
    let Some(chat) = locked.chat.as_mut().filter(|chat| chat.state == ChatState::Active) else {
        return Ok(false);
    };
    let opened = run!(tx, c => sqlx::query(OPEN)
        .bind(offer.0)
        .bind(OfferKind::from(handover.kind).as_text())
        .bind(handover.id.0)
        .bind(at.0)
        .bind(now.0)
        .bind(until.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if opened == 0 {
        return Ok(false);
    }
    chat.asked = Some(OpenOffer { id: offer, to: Some(at) });
    tx.count(Count::Active(at, 1));
    tx.publish(Event::Offer { agent: at, chat: chat.id, ticket: locked.id });
    Ok(true)
}

/// The same for an offer that is to stop by itself: missed, which is RONA, or withdrawn. Nothing happens when that very
/// offer has its outcome already.
pub(crate) async fn stop_offer(
    desk: &Desk,
    ringing: Ringing,
    outcome: Outcome,
    now: Timestamp,
) -> Result<()> {
    let mut tx = desk.begin().await?;
    if outcome == Outcome::Missed {
        // The first row that everybody writes who changes an agent.
        bump_revision(&mut tx).await?;
    }
    let mut locked = match LockedTicket::lock(&mut tx, ringing.ticket, &[ringing.site]).await {
        // Gone with its site.
        Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => return Ok(()),
        locked => locked?,
    };
    let is_open =
        locked.chat.and_then(|chat| chat.asked).is_some_and(|at| at.id == ringing.offer.id);
    let Some(open) = find(&mut tx, ringing.chat).await?.filter(|_| is_open) else { return Ok(()) };
    stop_ringing(&mut tx, desk, &mut locked, &open, outcome, now).await?;
    if outcome == Outcome::Missed
        && let Some(agent) = ringing.offer.to
    {
        missed(&mut tx, agent, ringing.offer.id, now).await?;
    }
    locked.save(&mut tx).await?;
    desk.commit(tx).await
}

/// The one at whom it rings does not come: a queue's next agent is for routing to find; of one who was asked alone
/// nothing comes.
pub(crate) async fn stop_ringing(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    handover: &OpenHandover,
    outcome: Outcome,
    now: Timestamp,
) -> Result<()> {
    let why = match outcome {
        Outcome::Declined => HandoverOutcome::Declined,
        Outcome::Missed => HandoverOutcome::Missed,
        _ => HandoverOutcome::NobodyLeft,
    };
    if handover.to.agent.is_some() {
        return abandon(tx, desk, locked, handover, (outcome, why), now).await;
    }
    settle_ring(tx, locked, outcome, now).await?;
    tx.offer(locked.site);
    Ok(())
}

/// Nothing comes of it: its agent is told, by an entry and at their consoles. What rings stops with `outcome`.
pub(crate) async fn abandon(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    handover: &OpenHandover,
    (outcome, why): (Outcome, HandoverOutcome),
    now: Timestamp,
) -> Result<()> {
    settle_ring(tx, locked, outcome, now).await?;
    settle(tx, locked, handover, why, None, now).await?;
    let (name, to) = (handover.from_name.clone(), handover.to.name.clone());
    let entry = match handover.kind {
        HandoverKind::Transfer => AgentBody::TransferAbandoned { name, to, why },
        HandoverKind::Conference => AgentBody::ConferenceAbandoned { name, to, why },
    };
    locked.add(tx, desk, now, entry).await?;
    Ok(())
}

/// What is asked for dies with its chat's end, or with the loss of its agent.
pub(crate) async fn drop_open(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = locked.chat.filter(|chat| chat.state == ChatState::Active) else {
        return Ok(());
    };
    match find(tx, chat.id).await? {
        Some(handover) => {
            let gone = (Outcome::Ended, HandoverOutcome::Gone);
            abandon(tx, desk, locked, &handover, gone, now).await
        }
        None => Ok(()),
    }
}

statement!(
    TAKE_OVER = "
    update chats set
      agent_id = $2, accepted_at = $3, queue_id = $5, idle_seq = null, idle_from = null, warned_at = null
    where id = $1 and state = 'active' and agent_id = $4"
);

/// The agent at whom it rings takes the chat over, or joins it; the note is an internal comment from then on.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    handover: &OpenHandover,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    settle_ring(tx, locked, Outcome::Accepted, now).await?;
    settle(tx, locked, handover, HandoverOutcome::Accepted, Some(agent.id), now).await?;
    if let Some(text) = handover.note.clone() {
        let (agent, name) = (handover.from, handover.from_name.clone());
        let note =
            AgentBody::Comment { agent, name, text, mentions: Vec::new(), files: Vec::new() };
        locked.add(tx, desk, now, note).await?;
    }
    match handover.kind {
        HandoverKind::Transfer => take_over(tx, desk, locked, handover, agent, now).await,
        HandoverKind::Conference => guest::join(tx, desk, locked, agent, now).await,
    }
}

async fn take_over(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    handover: &OpenHandover,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    let chat = locked.chat.ok_or_else(Error::not_found)?;
    if chat.guest == Some(agent.id) {
        guest::take_out(tx, locked).await?;
    }
    let chat = locked.chat.unwrap_or(chat);
    let event = ChatEvent::HandOver { from: handover.from, to: agent.id };
    let step = step_of(&chat, event)?;
    let queue = handover.to.queue.or(locked.queue);
    let taken = run!(tx, c => sqlx::query(TAKE_OVER)
        .bind(chat.id.0)
        .bind(agent.id.0)
        .bind(now.0)
        .bind(handover.from.0)
        .bind(queue.map(|queue| queue.0))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(taken, 1)?;
    carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
    locked.chat = Some(after(chat, step.to));
    locked.attended_by = Some(agent.id);
    locked.set_queue(tx, queue).await?;
    let entry = AgentBody::Transferred {
        from: handover.from,
        from_name: handover.from_name.clone(),
        to: agent.id,
        to_name: agent.name.clone(),
        queue: handover.to.queue.map(|_| handover.to.name.clone()),
    };
    locked.add(tx, desk, now, entry).await?;
    Ok(())
}

/// The offer that rings, if one does, has its outcome.
async fn settle_ring(
    tx: &mut Tx,
    locked: &mut LockedTicket,
    outcome: Outcome,
    now: Timestamp,
) -> Result<()> {
    let ticket = locked.id;
    let Some(chat) = locked.chat.as_mut() else { return Ok(()) };
    let Some(offer) = chat.asked.take() else { return Ok(()) };
    settle_offer(tx, offer.id, outcome, now).await?;
    if let Some(agent) = offer.to {
        tx.count(Count::Active(agent, -1));
        tx.publish(Event::OfferGone { agent, chat: chat.id });
        tx.publish(Event::Party { agent, ticket });
    }
    Ok(())
}

/// The handover has its outcome, and who asked hears of it.
async fn settle(
    tx: &mut Tx,
    locked: &LockedTicket,
    handover: &OpenHandover,
    outcome: HandoverOutcome,
    by: Option<AgentId>,
    now: Timestamp,
) -> Result<()> {
    // Who took it back need not be told.
    let told_at = (outcome == HandoverOutcome::Cancelled).then_some(now.0);
    let settled = run!(tx, c => sqlx::query(SETTLE)
        .bind(handover.id.0)
        .bind(outcome.as_text())
        .bind(now.0)
        .bind(by.map(|agent| agent.0))
        .bind(told_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(settled, 1)?;
    tx.publish(Event::Handover { agent: handover.from, handover: handover.id, ticket: locked.id });
    Ok(())
}
