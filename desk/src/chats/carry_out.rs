//! A step of [`super::life`] on the rows: what every verb has in common.

use super::{
    life::{ChatEvent, Effect, Life, Step, step},
    outcome::Outcome,
};
use crate::{
    Error, Result,
    db::{Count, Event, Tx, run, statement},
    tickets::{ChatState, LockedChat, LockedTicket, OpenOffer},
};
use protocol::{ChatId, OfferId, SiteId, TicketId, Timestamp};

/// The chat that a step is about.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) site: SiteId,
    pub(super) ticket: TicketId,
    pub(super) chat: ChatId,
    pub(super) offer: Option<OpenOffer>,
}

impl Subject {
    pub(super) fn of(locked: &LockedTicket, chat: &LockedChat) -> Self {
        Self { site: locked.site, ticket: locked.id, chat: chat.id, offer: chat.offer }
    }
}

/// The step that an event makes from where a chat is.
///
/// # Errors
/// The refusal that an agent reads; `Conflict` where the desk itself came too late.
pub(crate) fn step_of(chat: &LockedChat, event: ChatEvent) -> Result<Step> {
    let from = match chat.state {
        ChatState::Waiting => Life::Waiting,
        ChatState::Ringing => Life::Ringing { at: chat.offer.and_then(|offer| offer.to) },
        ChatState::Active => Life::Active { owner: chat.agent },
        ChatState::Ended => Life::Ended,
        ChatState::Request => Life::Request,
    };
    Ok(step(from, event)?)
}

/// The chat after a step.
pub(super) fn after(chat: LockedChat, to: Life) -> LockedChat {
    let agent = match to {
        Life::Active { owner } => owner,
        Life::Ended => chat.agent,
        Life::Waiting | Life::Ringing { .. } | Life::Request => None,
    };
    LockedChat { state: to.state(), agent, offer: None, ..chat }
}

statement!(
    SETTLE = "update offers set outcome = $2, settled_at = $3 where id = $1 and outcome is null"
);

/// Carries out what follows a step. The chat's own row is the verb's.
///
/// # Errors
/// `Conflict`: the open offer has had its outcome meanwhile, and the transaction must not be committed.
pub(super) async fn carry_out(
    tx: &mut Tx,
    subject: Subject,
    step: &Step,
    now: Timestamp,
) -> Result<()> {
    for effect in &step.effects {
        match *effect {
            Effect::Ring { at } => {
                tx.count(Count::Active(at, 1));
                tx.publish(Event::Offer { agent: at, chat: subject.chat, ticket: subject.ticket });
            }
            Effect::Settle { at, outcome } => {
                if let Some(offer) = subject.offer {
                    settle_offer(tx, offer.id, outcome, now).await?;
                }
                if let Some(agent) = at {
                    tx.count(Count::Active(agent, -1));
                    tx.publish(Event::OfferGone { agent, chat: subject.chat });
                }
            }
            Effect::JoinLine => tx.count(Count::Waiting(subject.site, 1)),
            Effect::LeaveLine => tx.count(Count::Waiting(subject.site, -1)),
            Effect::Own { agent } => tx.count(Count::Active(agent, 1)),
            Effect::Release { agent } => {
                if let Some(agent) = agent {
                    tx.count(Count::Active(agent, -1));
                    tx.free(agent);
                    // Who has it by name may serve its queue no longer, or never did.
                    tx.publish(Event::Party { agent, ticket: subject.ticket });
                }
            }
        }
    }
    if step.to.state() != ChatState::Ringing {
        tx.offer(subject.site);
    }
    Ok(())
}

/// An open offer has its outcome.
///
/// # Errors
/// `Conflict`: it has one already.
pub(super) async fn settle_offer(
    tx: &mut Tx,
    offer: OfferId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<()> {
    let settled = run!(tx, c => sqlx::query(SETTLE)
        .bind(offer.0)
        .bind(outcome.as_text())
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(settled, 1)
}

/// Whether a statement found every row as it was read; `Conflict` when another transaction came between.
pub(super) fn all_changed(changed: u64, wanted: usize) -> Result<()> {
    if changed == wanted as u64 { Ok(()) } else { Err(Error::Conflict) }
}
