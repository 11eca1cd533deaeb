//! The properties of a ticket.
#![expect(clippy::too_many_arguments, reason = "a form has so many fields")]

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
#[cfg(feature = "ssr")]
use protocol::text::{Observations, Requirement, Subject};
use protocol::{
    AgentId, PriorityId, QueueId, StateId, TagId, TicketId, TypeId,
    agent::ForAgent,
    properties::{Given, Ids, Properties},
};

calls! {
    /// The properties of a ticket, with what each may be.
    "tickets/properties" pub async fn ticket_properties(ticket: TicketId) -> Result<ForAgent<Properties>, ApiError> {
        let (desk, agent) = caller()?;
        desk.properties(&agent, ticket).await.map_err(refused)
    }

    /// Changes those that are named; an empty one is taken away.
    "tickets/change" pub async fn change_ticket(
        ticket: TicketId,
        state: Option<StateId>,
        priority: Option<PriorityId>,
        #[server(default)]
        ticket_type: Given<TypeId>,
        #[server(default)]
        agent: Given<AgentId>,
        queue: Option<QueueId>,
        #[server(default)]
        subject: Given<String>,
        #[server(default)]
        requirement: Given<String>,
        #[server(default)]
        observations: Given<String>,
        #[server(default)]
        tags: Given<Ids<TagId>>,
    ) -> Result<(), ApiError> {
        let (desk, caller) = caller()?;
        let changes = desk::console::Changes {
            state,
            priority,
            ticket_type,
            agent,
            queue,
            subject: subject.try_map(|text| Subject::parse(&text)).map_err(ApiError)?,
            requirement: requirement.try_map(|text| Requirement::parse(&text)).map_err(ApiError)?,
            observations: observations.try_map(|text| Observations::parse(&text)).map_err(ApiError)?,
            tags,
        };
        desk.change_ticket(&caller, ticket, &changes).await.map_err(refused)
    }
}
