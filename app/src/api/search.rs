//! Looking for tickets.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use leptos::prelude::*;
use protocol::search::{SearchPage, SearchPlace};

/// The tickets with all words of a question. `after`: where the page before ended.
#[server(prefix = "/console/api", endpoint = "search")]
pub async fn search(question: String, after: Option<SearchPlace>) -> Result<SearchPage, ApiError> {
    let (desk, agent) = caller()?;
    desk.search(&agent, &question, after).await.map_err(refused)
}
