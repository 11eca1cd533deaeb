//! The agent's profile and state.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// Sets *Disponible* or *Ausente*.
#[server(prefix = "/console/api", endpoint = "state")]
pub async fn set_state(state: AgentState) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    desk.set_agent_state(agent.id, state).await.map_err(refused)
}

/// The agent who is signed in; a console that cannot connect asks whether there still is one.
#[server(prefix = "/console/api", endpoint = "me")]
pub async fn profile() -> Result<Me, ApiError> {
    let (desk, agent) = caller()?;
    desk.profile(&agent).await.map_err(refused)
}
