//! Who was called to a ticket by a comment sees it from then on, as far as they serve its site. It is looked up for those
//! alone who would not see it otherwise.

use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
    people::{
        Agent,
        permission::{Action, On, Party, may},
    },
};
use protocol::{AgentId, TicketId};
use uuid::Uuid;

statement!(
    IS_MENTIONED = "
    select exists (select 1 from mentions where ticket_id = $1 and agent_id = $2)"
);
statement!(MENTIONED = "select agent_id from mentions where ticket_id = $1");

impl Desk {
    /// The same place, with the agent among its people where a comment called them.
    pub(crate) async fn with_mention(&self, agent: &Agent, ticket: TicketId, on: On) -> Result<On> {
        if !is_worth_asking(agent, &on) {
            return Ok(on);
        }
        let is_mentioned: bool = read!(self.db(), c => sqlx::query_scalar(IS_MENTIONED)
            .bind(ticket.0)
            .bind(agent.id.0)
            .fetch_one(c)
            .await)?;
        Ok(noted(agent, on, is_mentioned))
    }
}

/// The same inside a transaction.
pub(super) async fn with_mention_here(
    tx: &mut Tx,
    agent: &Agent,
    ticket: TicketId,
    on: On,
) -> Result<On> {
    if !is_worth_asking(agent, &on) {
        return Ok(on);
    }
    let is_mentioned: bool = run!(tx, c => sqlx::query_scalar(IS_MENTIONED)
        .bind(ticket.0)
        .bind(agent.id.0)
        .fetch_one(c)
        .await)?;
    Ok(noted(agent, on, is_mentioned))
}

/// Everybody who was called to a ticket.
pub(super) async fn find_mentioned(tx: &mut Tx, ticket: TicketId) -> Result<Vec<AgentId>> {
    let agents: Vec<Uuid> = run!(tx, c => sqlx::query_scalar(MENTIONED)
        .bind(ticket.0)
        .fetch_all(c)
        .await)?;
    Ok(agents.into_iter().map(AgentId).collect())
}

fn is_worth_asking(agent: &Agent, on: &On) -> bool {
    let mentioned = Party { mentioned: Some(agent.id), ..on.party };
    !may(agent, Action::See, on) && may(agent, Action::See, &On { party: mentioned, ..*on })
}

fn noted(agent: &Agent, on: On, is_mentioned: bool) -> On {
    let mentioned = is_mentioned.then_some(agent.id);
    On { party: Party { mentioned, ..on.party }, ..on }
}
