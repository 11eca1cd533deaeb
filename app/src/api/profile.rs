//! The agent's own state.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{caller, refused};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// *Disponible* or *Ausente*.
#[server(prefix = "/console/api", endpoint = "state")]
pub async fn set_state(state: AgentState) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    desk.set_agent_state(agent.id, state).await.map_err(refused)
}

/// Who is signed in; a console that cannot connect asks it whether it still is.
#[server(prefix = "/console/api", endpoint = "me")]
pub async fn who_am_i() -> Result<Me, ApiError> {
    let (desk, agent) = caller()?;
    desk.me(&agent).await.map_err(refused)
}
