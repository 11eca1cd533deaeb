//! The agent's profile and state.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};
#[cfg(feature = "ssr")]
use protocol::settings::Language;

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

/// Sets the language of the agent's console.
#[server(prefix = "/console/api", endpoint = "language")]
pub async fn set_language(lang: String) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    let lang = Language::parse(&lang).map_err(ApiError)?;
    desk.set_agent_language(agent.id, lang).await.map_err(refused)
}
