//! Looking for tickets.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use protocol::search::{SearchPage, SearchPlace};

calls! {
    /// The tickets with all words of a question. `after`: where the page before ended.
    "search" pub async fn search(question: String, after: Option<SearchPlace>) -> Result<SearchPage, ApiError> {
        let (desk, agent) = caller()?;
        desk.search(&agent, &question, after).await.map_err(refused)
    }
}
