//! The agent's profile and state.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{away_reason, caller, refused};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};
#[cfg(feature = "ssr")]
use protocol::settings::Language;

/// Sets *Disponible* or *Ausente*; the latter with one of the reasons of [`Me::away_reasons`], or none.
#[server(prefix = "/console/api", endpoint = "state")]
pub async fn set_state(state: AgentState, reason: Option<String>) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    let reason = away_reason(reason.as_deref())?;
    match state {
        AgentState::Away => desk.go_away(&agent, reason.as_ref()).await,
        AgentState::Available | AgentState::Rona => desk.set_agent_state(agent.id, state).await,
    }
    .map_err(refused)
}

/// How many waiting chats become help requests if the agent becomes *Ausente* now.
#[server(prefix = "/console/api", endpoint = "state/preview")]
pub async fn preview_away() -> Result<u32, ApiError> {
    let (desk, agent) = caller()?;
    Ok(desk.preview_away(&agent))
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
