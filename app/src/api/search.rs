//! Looking for tickets.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use protocol::search::SearchPage;

calls! {
    /// The tickets with all words of a question. `after`: where the page before ended.
    "search" pub async fn search(question: String, after: Option<String>) -> Result<SearchPage, ApiError> {
        let (desk, agent) = caller()?;
        let after = after.and_then(|after| after.parse().ok());
        desk.search(&agent, &question, after).await.map_err(refused)
    }
}
