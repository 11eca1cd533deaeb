//! Looking for tickets.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use leptos::prelude::*;
use protocol::search::SearchPage;

/// The tickets with all words of a question. `after`: where the page before ended.
#[server(prefix = "/console/api", endpoint = "search")]
pub async fn search(question: String, after: Option<String>) -> Result<SearchPage, ApiError> {
    let (desk, agent) = caller()?;
    let after = after.and_then(|after| after.parse().ok());
    desk.search(&agent, &question, after).await.map_err(refused)
}
