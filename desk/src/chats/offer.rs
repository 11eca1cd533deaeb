//! The rows of offers: a chat rings at an agent, and rings no longer.

use super::{
    carry_out::{Subject, all_changed, carry_out},
    life::{ChatEvent, Life, step},
};
use crate::{
    Desk, Error, Result,
    db::{Event, Rows, Tx, bump_revision, rows, run, statement},
    people::accounts,
    tickets::OpenOffer,
};
use protocol::{AgentId, ChatId, OfferId, SiteId, TicketId, Timestamp, agent::OfferKind};
use std::collections::HashSet;
use uuid::Uuid;

/// A waiting chat and whom it is to ring at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    pub(crate) offer: OfferId,
    pub(crate) chat: ChatId,
    pub(crate) ticket: TicketId,
    pub(crate) at: AgentId,
    /// The chat's round as it was read; another one now and it does not ring.
    pub(crate) read_round: i64,
    /// The round of the offer: the same, or the next when the chat starts over.
    pub(crate) round: i64,
}

rows!(
    RING = "update chats set state = 'ringing', round = v.column3 from (values ",
    "?uuid, ?bigint, ?bigint",
    ") as v
     where chats.id = v.column1 and chats.state = 'waiting' and chats.round = v.column2
     returning id"
);
rows!(
    OPEN = "insert into offers (id, kind, chat_id, site_id, to_agent, round, offered_at, rings_until) values ",
    "?, ?, ?, ?, ?, ?, ?, ?",
    " on conflict do nothing"
);

/// Lets chats of a site ring, each at its agent until `until`; those that have gone on meanwhile are left out.
pub(crate) async fn ring(
    desk: &Desk,
    site: SiteId,
    rings: &[Ring],
    until: Timestamp,
    now: Timestamp,
) -> Result<()> {
    if rings.is_empty() {
        return Ok(());
    }
    let mut tx = desk.begin().await?;
    let (text, places) = RING.text(&tx, rings.len());
    let rung: Vec<(Uuid,)> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, (Uuid,)>(text);
        for ring in Rows::filled(rings, places) {
            query = query.bind(ring.chat.0).bind(ring.read_round).bind(ring.round);
        }
        query.fetch_all(c).await
    })?;
    let rung: HashSet<Uuid> = rung.into_iter().map(|(chat,)| chat).collect();
    let rings: Vec<Ring> =
        rings.iter().filter(|ring| rung.contains(&ring.chat.0)).copied().collect();
    if rings.is_empty() {
        return Ok(());
    }
    let (text, places) = OPEN.text(&tx, rings.len());
    let opened = run!(tx, c => {
        let mut query = sqlx::query(text);
        for ring in Rows::filled(&rings, places) {
            query = query
                .bind(ring.offer.0)
                .bind(OfferKind::Chat.as_text())
                .bind(ring.chat.0)
                .bind(site.0)
                .bind(ring.at.0)
                .bind(ring.round)
                .bind(now.0)
                .bind(until.0);
        }
        query.execute(c).await.map(|done| done.rows_affected())
    })?;
    all_changed(opened, rings.len())?;
    for ring in rings {
        let subject = Subject { site, ticket: ring.ticket, chat: ring.chat, offer: None };
        let step = step(Life::Waiting, ChatEvent::Ring { at: ring.at })?;
        carry_out(&mut tx, subject, &step, now).await?;
    }
    desk.commit(tx).await
}

/// An offer that rings, with its chat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ringing {
    pub(crate) offer: OpenOffer,
    pub(crate) chat: ChatId,
    pub(crate) ticket: TicketId,
    pub(crate) site: SiteId,
}

statement!(STOP = "update chats set state = 'waiting' where id = $1 and state = 'ringing'");

/// Declined, missed, withdrawn: the chat waits again, and who let it ring is in RONA. Nothing happens when that very
/// offer has its outcome already.
pub(crate) async fn stop_ringing(
    desk: &Desk,
    ringing: Ringing,
    event: ChatEvent,
    now: Timestamp,
) -> Result<()> {
    let step = step(Life::Ringing { at: ringing.offer.to }, event)?;
    let mut tx = desk.begin().await?;
    if event == ChatEvent::Miss {
        // The first row that everybody writes who changes an agent.
        bump_revision(&mut tx).await?;
    }
    let stopped = run!(tx, c => sqlx::query(STOP)
        .bind(ringing.chat.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if stopped == 0 {
        return Ok(());
    }
    let Ringing { offer, chat, ticket, site } = ringing;
    let subject = Subject { site, ticket, chat, offer: Some(offer) };
    match carry_out(&mut tx, subject, &step, now).await {
        // It rings elsewhere by now: the transaction is given up, with the chat as it was.
        Err(Error::Conflict) => return Ok(()),
        carried_out => carried_out?,
    }
    if event == ChatEvent::Miss
        && let Some(agent) = offer.to
    {
        missed(&mut tx, agent, offer.id, now).await?;
    }
    desk.commit(tx).await
}

/// An agent who let an offer ring is in RONA from now on, which only they leave. The transaction has written the
/// revision before.
pub(super) async fn missed(
    tx: &mut Tx,
    agent: AgentId,
    offer: OfferId,
    now: Timestamp,
) -> Result<()> {
    if accounts::set_rona(tx, agent, offer, now).await? {
        tx.publish(Event::AgentState { agent });
    }
    Ok(())
}
