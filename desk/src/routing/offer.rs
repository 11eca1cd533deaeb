//! The rows of offers: a chat begins to ring, rings no longer, may ring at everybody again.

use super::{candidates::is_reachable, line::Waiting};
use crate::{
    Desk, Result, chats,
    db::{Count, Event, Rows, read, rows, run, statement},
    live::CONSOLE_GONE,
    people::permission::{Action, On, Party, may},
    sites::Site,
};
use protocol::{AgentId, ChatId, QueueId};
use std::collections::HashSet;
use uuid::Uuid;

statement!(
    BEGIN_NEW_ROUND = "
    update chats set round = round + 1
    where state in ('waiting', 'ringing') and state = 'waiting'
      and exists (select 1 from chat_offers o where o.chat_id = chats.id and o.round = chats.round)
      and exists (
        select 1 from agents a
        where a.id = $1 and a.state = 'available'
          and (a.every_site or exists (
            select 1 from agent_sites s where s.agent_id = a.id and s.site_id = chats.site_id)))"
);

/// Somebody became available: chats that nobody took may ring at everybody again.
pub(super) async fn begin_new_round(desk: &Desk, agent: AgentId) -> Result<()> {
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(BEGIN_NEW_ROUND).bind(agent.0).execute(c).await.map(|_| ()))?;
    desk.commit(tx).await
}

statement!(
    RINGING = "
    select id, agent_id, queue_id from chats
    where site_id = $1 and state in ('waiting', 'ringing') and state = 'ringing'"
);
statement!(
    WITHDRAW = "
    update chats set state = 'waiting', agent_id = null, offered_at = null
    where id = $1 and state = 'ringing'"
);

/// Takes offers back from agents who are away, whose console is gone, or who may take the chat no longer.
pub(super) async fn withdraw(desk: &Desk, site: &Site) -> Result<()> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Option<Uuid>, Option<Uuid>)>(RINGING)
        .bind(site.id.0)
        .fetch_all(c)
        .await)?;
    for (chat, agent, queue) in rows {
        let on = On { site: site.id, queue: queue.map(QueueId), party: Party::default() };
        let there = agent.is_some_and(|agent| {
            let agent = desk.find_agent(AgentId(agent));
            agent.is_some_and(|agent| {
                may(&agent, Action::Take, &on) && is_reachable(desk, agent.id, CONSOLE_GONE)
            })
        });
        if !there {
            let mut tx = desk.begin().await?;
            let withdrawn = run!(tx, c => sqlx::query(WITHDRAW)
                .bind(chat)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if withdrawn == 1 {
                chats::close_offer(&mut tx, ChatId(chat), "withdrawn", desk.now()).await?;
                desk.commit(tx).await?;
            }
        }
    }
    Ok(())
}

rows!(
    RING = "update chats set state = 'ringing', agent_id = v.column2, offered_at = v.column3 from (values ",
    "?uuid, ?uuid, ?bigint",
    ") as v where chats.id = v.column1 and chats.state = 'waiting' returning id"
);
rows!(
    KEEP = "insert into chat_offers (chat_id, agent_id, offered_at, round) values ",
    "?, ?, ?, ?",
    " on conflict do nothing"
);

pub(super) async fn offer(desk: &Desk, offers: Vec<(Waiting, AgentId)>) -> Result<()> {
    if offers.is_empty() {
        return Ok(());
    }
    let now = desk.now();
    let mut tx = desk.begin().await?;
    let (text, size) = RING.text(&tx, offers.len());
    let rung: Vec<(Uuid,)> = run!(tx, c => {
        let mut query = sqlx::query_as::<_, (Uuid,)>(text);
        for (chat, agent) in Rows::filled(&offers, size) {
            query = query.bind(chat.chat.0).bind(agent.0).bind(now.0);
        }
        query.fetch_all(c).await
    })?;
    let rung: HashSet<Uuid> = rung.into_iter().map(|(chat,)| chat).collect();
    let offers: Vec<_> =
        offers.into_iter().filter(|(chat, _)| rung.contains(&chat.chat.0)).collect();
    if offers.is_empty() {
        return Ok(());
    }
    let (text, size) = KEEP.text(&tx, offers.len());
    run!(tx, c => {
        let mut query = sqlx::query(text);
        for (chat, agent) in Rows::filled(&offers, size) {
            query = query.bind(chat.chat.0).bind(agent.0).bind(now.0).bind(chat.round);
        }
        query.execute(c).await.map(|_| ())
    })?;
    for (chat, agent) in offers {
        tx.count(Count::Active(agent, 1));
        tx.publish(Event::Offer { agent, chat: chat.chat, ticket: chat.ticket });
    }
    desk.commit(tx).await
}
