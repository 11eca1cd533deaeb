//! Canned replies: the site's, which its owner keeps in the site file, and the agent's own.

use crate::{
    Desk, Error, Result,
    db::{read, retry, run, statement},
    people::{Agent, permission::Action},
};
use protocol::{
    Code, Field, Refusal, ReplyId, TicketId,
    agent::{CannedReply, OWN_REPLIES},
    settings::{Reply, ReplyName},
    text::ChatText,
};
use tracing::instrument;
use uuid::Uuid;

statement!(
    LIST =
        "select id, name, text from agent_replies where agent_id = $1 order by name, id limit $2"
);
statement!(COUNT = "select count(*) from agent_replies where agent_id = $1");
statement!(FIND_NAME = "select id from agent_replies where agent_id = $1 and name = $2");
statement!(ADD = "insert into agent_replies (id, agent_id, name, text) values ($1, $2, $3, $4)");
statement!(
    CHANGE = "update agent_replies set name = $3, text = $4 where id = $1 and agent_id = $2"
);
statement!(REMOVE = "delete from agent_replies where id = $1 and agent_id = $2");

impl Desk {
    /// What the agent can insert on a ticket: the site's replies in their owner's order, then the agent's own by name.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn replies(&self, agent: &Agent, ticket: TicketId) -> Result<Vec<CannedReply>> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let of_site = site.replies.iter().map(|Reply { name, text }| CannedReply {
            id: None,
            name: name.clone(),
            text: text.clone(),
        });
        let mut replies: Vec<CannedReply> = of_site.collect();
        let rows: Vec<(Uuid, String, String)> = read!(self.db(), c => sqlx::query_as(LIST)
            .bind(agent.id.0)
            .bind(i64::try_from(OWN_REPLIES).unwrap_or(i64::MAX))
            .fetch_all(c)
            .await)?;
        for (id, name, text) in rows {
            let (name, text) = (ReplyName::parse(&name)?, ChatText::parse(&text)?);
            replies.push(CannedReply { id: Some(ReplyId(id)), name, text });
        }
        Ok(replies)
    }

    /// Adds a reply of the agent's own or, with an id, changes it.
    ///
    /// # Errors
    /// `Repeated` for the name of another one of theirs; `TooMany`; `NotFound` for an id that is none of theirs.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn save_reply(
        &self,
        agent: &Agent,
        id: Option<ReplyId>,
        reply: &Reply,
    ) -> Result<ReplyId> {
        let new = ReplyId(self.clock().new_id());
        let saved = id.unwrap_or(new);
        retry!({
            let mut tx = self.begin().await?;
            let same_name: Option<Uuid> = run!(tx, c => sqlx::query_scalar(FIND_NAME)
                .bind(agent.id.0)
                .bind(reply.name.as_str())
                .fetch_optional(c)
                .await)?;
            if same_name.is_some_and(|other| other != saved.0) {
                return Err(Refusal::of(Field::Name, Code::Repeated).into());
            }
            if id.is_none() {
                let count: i64 = run!(tx, c => sqlx::query_scalar(COUNT)
                    .bind(agent.id.0)
                    .fetch_one(c)
                    .await)?;
                if count >= i64::try_from(OWN_REPLIES).unwrap_or(i64::MAX) {
                    let refusal = Refusal::of(Field::Replies, Code::TooMany);
                    return Err(refusal.limit(OWN_REPLIES as u64).into());
                }
            }
            let statement = if id.is_some() { CHANGE } else { ADD };
            let changed = run!(tx, c => sqlx::query(statement)
                .bind(saved.0)
                .bind(agent.id.0)
                .bind(reply.name.as_str())
                .bind(reply.text.as_str())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if changed == 0 {
                return Err(Error::not_found());
            }
            self.commit(tx).await?;
            Ok(saved)
        })
    }

    /// Removes a reply of the agent's own; a second time does nothing.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, reply = %id))]
    pub async fn remove_reply(&self, agent: &Agent, id: ReplyId) -> Result<()> {
        retry!({
            let mut tx = self.begin().await?;
            run!(tx, c => sqlx::query(REMOVE)
                .bind(id.0)
                .bind(agent.id.0)
                .execute(c)
                .await
                .map(|_| ()))?;
            self.commit(tx).await
        })
    }
}
