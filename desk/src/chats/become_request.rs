//! A waiting chat becomes a help request.

use super::leave::leave;
use crate::{
    Desk, Result,
    db::{Tx, run, statement},
    mail::{AgentMail, VisitorMail, mail_agents, mail_visitor},
    tickets::{ChatState, LockedChat, LockedTicket},
};
use protocol::{
    Timestamp,
    entry::{AgentBody, BecameRequest, Category},
};

statement!(BECOME_REQUEST = "update chats set state = 'request', ended_at = $2 where id = $1");

/// Turns a waiting chat into a help request: same ticket, same number, same text.
pub(crate) async fn become_request(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    why: BecameRequest,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = locked.chat.clone().filter(|chat| chat.state.is_waiting()) else {
        return Ok(());
    };
    run!(tx, c => sqlx::query(BECOME_REQUEST)
        .bind(chat.id.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    leave(tx, locked.site, &chat, "withdrawn", now).await?;
    locked.chat = Some(LockedChat { state: ChatState::Request, agent: None, ..chat });
    let receipt = locked.add(tx, desk, now, AgentBody::BecameRequest { why }).await?;
    locked.enter(tx, desk, now, Category::Open, None).await?;
    mail_visitor(tx, desk, locked, VisitorMail::RequestReceived, now).await?;
    mail_agents(tx, desk, locked, AgentMail::Request, receipt.seq, now).await
}
