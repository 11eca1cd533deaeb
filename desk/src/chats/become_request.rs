//! A waiting chat becomes a help request.

use super::leave::leave;
use crate::{
    Desk, Result,
    db::{Tx, run},
    mail::{ForAgents, What, mail_agents, mail_visitor},
    tickets::{ChatHead, ChatState, Head},
};
use protocol::{
    Timestamp,
    entry::{AgentBody, BecameRequest, Category},
};

const BECOME_REQUEST: &str = "update chats set state = 'request', ended_at = $2 where id = $1";

/// Turns a waiting chat into a help request: same ticket, same number, same text.
pub(crate) async fn become_request(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    why: BecameRequest,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = head.chat.clone().filter(|chat| chat.state.is_waiting()) else {
        return Ok(());
    };
    run!(tx, c => sqlx::query(BECOME_REQUEST)
        .bind(chat.id.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    leave(tx, head.site, &chat, "withdrawn", now).await?;
    head.chat = Some(ChatHead { state: ChatState::Request, agent: None, ..chat });
    let receipt = head.add(tx, desk, now, AgentBody::BecameRequest { why }).await?;
    head.enter(tx, desk, now, Category::Open, None).await?;
    mail_visitor(tx, desk, head, What::RequestReceived, now).await?;
    mail_agents(tx, desk, head, ForAgents::Request, receipt.seq, now).await
}
