//! A chat ends.

use super::leave::leave;
use crate::{
    Desk, Result,
    db::{Tx, run, statement},
    mail::{VisitorMail, mail_visitor},
    people::Agent,
    tickets::{ChatState, LockedChat, LockedTicket},
};
use protocol::{
    Timestamp,
    entry::{AgentBody, Category, EndedBy},
};

statement!(
    END = "
    update chats set state = 'ended', ended_at = $2, ended_by = $3, reason = $4
    where id = $1"
);

/// Ends the chat under way: the ticket is closed, and mailed about when an address is known.
pub(crate) async fn end(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    by: EndedBy,
    reason: Option<String>,
    agent: Option<&Agent>,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = locked.live_chat().cloned() else { return Ok(()) };
    let by_text = match by {
        EndedBy::Agent => "agent",
        EndedBy::Visitor => "visitor",
        EndedBy::Inactivity => "inactivity",
        EndedBy::Desk => "desk",
    };
    run!(tx, c => sqlx::query(END)
        .bind(chat.id.0)
        .bind(now.0)
        .bind(by_text)
        .bind(&reason)
        .execute(c)
        .await
        .map(|_| ()))?;
    leave(tx, locked.site, &chat, "ended", now).await?;
    locked.chat = Some(LockedChat { state: ChatState::Ended, ..chat });
    locked.add(tx, desk, now, AgentBody::ChatEnded { by, reason }).await?;
    let name = agent.map(|agent| agent.name.clone());
    locked.enter(tx, desk, now, Category::Closed, name).await?;
    mail_visitor(tx, desk, locked, VisitorMail::ChatEnded, now).await?;
    Ok(())
}
