//! The offer of a chat: where it rings.

use crate::{
    Result,
    db::{Count, Event, Tx, run, statement},
};
use protocol::{AgentId, ChatId, Timestamp};
use uuid::Uuid;

statement!(
    SETTLE = "
    update chat_offers set outcome = $2, settled_at = $3
    where chat_id = $1 and outcome is null
    returning agent_id"
);

/// Ends whatever offer of the chat is open: it rings nowhere any longer.
pub(crate) async fn close_offer(
    tx: &mut Tx,
    chat: ChatId,
    outcome: &'static str,
    now: Timestamp,
) -> Result<()> {
    let rows = run!(tx, c => sqlx::query_as::<_, (Uuid,)>(SETTLE)
        .bind(chat.0)
        .bind(outcome)
        .bind(now.0)
        .fetch_all(c)
        .await)?;
    for (agent,) in rows {
        let agent = AgentId(agent);
        tx.count(Count::Active(agent, -1));
        tx.publish(Event::OfferGone { agent, chat });
    }
    Ok(())
}
