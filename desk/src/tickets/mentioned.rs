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
use protocol::TicketId;
use tracing::instrument;
use uuid::Uuid;

statement!(
    IS_MENTIONED = "
    select exists (select 1 from mentions where ticket_id = $1 and agent_id = $2)"
);
// Index mentions_agent.
statement!(CALLED = "select ticket_id from mentions where agent_id = $1 order by at desc limit $2");

/// Tickets to which an agent was called last, whose rows their console hears of wherever they lie.
const CALLED_KEPT: i64 = 1_000;

impl Desk {
    /// From now on the agent's consoles here hear of the rows of tickets that they see because a comment called them.
    /// They are subscribed already.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn hear_of_mentions(&self, agent: &Agent) -> Result<()> {
        let tickets: Vec<Uuid> = read!(self.db(), c => sqlx::query_scalar(CALLED)
            .bind(agent.id.0)
            .bind(CALLED_KEPT)
            .fetch_all(c)
            .await)?;
        self.hub().call(agent.id, tickets.into_iter().map(TicketId));
        Ok(())
    }

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

fn is_worth_asking(agent: &Agent, on: &On) -> bool {
    let mentioned = Party { mentioned: Some(agent.id), ..on.party };
    !may(agent, Action::See, on) && may(agent, Action::See, &On { party: mentioned, ..*on })
}

fn noted(agent: &Agent, on: On, is_mentioned: bool) -> On {
    let mentioned = is_mentioned.then_some(agent.id);
    On { party: Party { mentioned, ..on.party }, ..on }
}
