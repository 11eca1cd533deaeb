//! The turns of a chat that are not its talk: taken, ended, put back, turned into a help request. Each is a few lines in a
//! transaction that holds the ticket.

use crate::{
    Desk, Error, Result,
    db::{Tx, read, run},
    live::Count,
    mail::outbound::{
        content::{ForAgents, What},
        queue::{self, Queued, Visit},
    },
    people::Agent,
    routing::offers,
    sites::Site,
    tickets::{ChatHead, ChatState, Head},
};
use protocol::{
    AgentId, Code, Refusal, SiteId, Timestamp,
    entry::{AgentBody, BecameRequest, Category, EndedBy},
};
use uuid::Uuid;

const ACCEPT: &str = "
    update chats set state = 'active', agent_id = $2, accepted_at = $3, offered_at = null
    where id = $1 and state in ('waiting', 'ringing')";

/// Gives a waiting chat to an agent: of many who ask, the first wins.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    let chat = head.chat.clone().ok_or_else(Error::not_found)?;
    match chat.state {
        ChatState::Active if chat.agent == Some(agent.id) => return Ok(()),
        ChatState::Active => return Err(Refusal::new(Code::AlreadyTaken).into()),
        ChatState::Ended | ChatState::Request => return Err(Refusal::new(Code::ChatEnded).into()),
        ChatState::Waiting | ChatState::Ringing => {}
    }
    let taken = run!(tx, c => sqlx::query(ACCEPT)
        .bind(chat.id.0)
        .bind(agent.id.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if taken == 0 {
        return Err(Refusal::new(Code::AlreadyTaken).into());
    }
    offers::settle(tx, chat.id, "accepted", now).await?;
    tx.count(Count::Waiting(head.site, -1));
    tx.count(Count::Active(agent.id, 1));
    tx.offer(head.site);
    let joined = AgentBody::Joined { agent: agent.id, name: agent.name.clone() };
    head.add(tx, desk, now, joined).await?;
    head.chat = Some(ChatHead { state: ChatState::Active, agent: Some(agent.id), ..chat });
    Ok(())
}

const END: &str = "
    update chats set state = 'ended', ended_at = $2, ended_by = $3, reason = $4
    where id = $1";

/// Ends the chat under way: the ticket is closed, and mailed about when an address is known.
pub(crate) async fn end(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    by: EndedBy,
    reason: Option<String>,
    agent: Option<&Agent>,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = head.live_chat().cloned() else { return Ok(()) };
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
    leave(tx, head.site, &chat, "ended", now).await?;
    head.chat = Some(ChatHead { state: ChatState::Ended, ..chat });
    head.add(tx, desk, now, AgentBody::ChatEnded { by, reason }).await?;
    let name = agent.map(|agent| agent.name.clone());
    head.enter(tx, desk, now, Category::Closed, name).await?;
    mail_visitor(tx, desk, head, What::ChatEnded, now).await?;
    Ok(())
}

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
    let to = ForAgents::Request;
    queue::to_agents(tx, desk, head.site, head.queue, head.id, &head.number, to, receipt.seq, now)
        .await
}

const REQUEUE: &str = "
    update chats set
      state = 'waiting', agent_id = null, accepted_at = null, ahead = 1, round = round + 1, wait_until = $2
    where id = $1 and state = 'active'";

/// Puts an active chat back to the head of the queue, for its agent's console is gone.
pub(crate) async fn requeue(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    site: &Site,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = head.chat.clone().filter(|chat| chat.state == ChatState::Active) else {
        return Ok(());
    };
    run!(tx, c => sqlx::query(REQUEUE)
        .bind(chat.id.0)
        .bind((now + site.limits.wait_limit).0)
        .execute(c)
        .await
        .map(|_| ()))?;
    if let Some(agent) = chat.agent {
        tx.count(Count::Active(agent, -1));
    }
    tx.count(Count::Waiting(head.site, 1));
    tx.offer(head.site);
    head.chat = Some(ChatHead { state: ChatState::Waiting, agent: None, ..chat });
    head.add(tx, desk, now, AgentBody::Requeued).await?;
    Ok(())
}

/// What is counted and offered when a chat is under way no longer.
async fn leave(
    tx: &mut Tx,
    site: SiteId,
    chat: &ChatHead,
    outcome: &'static str,
    now: Timestamp,
) -> Result<()> {
    if chat.state.is_waiting() {
        offers::settle(tx, chat.id, outcome, now).await?;
        tx.count(Count::Waiting(site, -1));
    } else if let Some(agent) = chat.agent {
        tx.count(Count::Active(agent, -1));
    }
    tx.offer(site);
    Ok(())
}

/// Puts a mail to the visitor into the outbox, when an address is known, with the entry that says so.
pub(crate) async fn mail_visitor(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    what: What,
    now: Timestamp,
) -> Result<()> {
    if head.email.is_some() {
        let queued = queue_visitor_mail(tx, desk, head, what, now).await?;
        head.add(tx, desk, now, queued.body()).await?;
    }
    Ok(())
}

/// The same without the entry; the address is known.
pub(crate) async fn queue_visitor_mail(
    tx: &mut Tx,
    desk: &Desk,
    head: &Head,
    what: What,
    now: Timestamp,
) -> Result<Queued> {
    let visit = Visit {
        site: head.site,
        ticket: head.id,
        number: &head.number,
        lang: &head.lang,
        email: head.email.as_deref().unwrap_or_default(),
        name: head.name.as_deref(),
        verified: head.verified,
    };
    queue::to_visitor(tx, desk, &visit, what, now).await
}

const COUNT_WAITING: &str = "
    select site_id, count(*) from chats where state in ('waiting', 'ringing') group by site_id";
const COUNT_ACTIVE: &str = "
    select agent_id, count(*) from chats
    where state in ('ringing', 'active') and agent_id is not null
    group by agent_id";

/// Counts what is under way: when the desk is opened, and when a site is gone with its chats.
pub(crate) async fn load_counts(desk: &Desk) -> Result<()> {
    type Row = (Uuid, i64);
    let now = desk.now();
    let by = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
    let waiting = read!(desk.db(), c => sqlx::query_as::<_, Row>(COUNT_WAITING)
        .fetch_all(c)
        .await)?;
    let active = read!(desk.db(), c => sqlx::query_as::<_, Row>(COUNT_ACTIVE)
        .fetch_all(c)
        .await)?;
    desk.0.presence.forget_counts();
    for (site, n) in waiting {
        desk.0.presence.count(Count::Waiting(SiteId(site), by(n)), now);
    }
    for (agent, n) in active {
        desk.0.presence.count(Count::Active(AgentId(agent), by(n)), now);
    }
    Ok(())
}
