//! What the server hands to the page: everything that the first picture shows, so that the script draws the same.

use crate::pages::Page;
use protocol::{
    Role, Timestamp,
    agent::{ForAgent, Me, Offer, Total, WorkItem},
    schedule::Transitions,
    strings::Strings,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The state that a console page starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// The sections `console`, `error`, `field` and `state` in that language.
    pub strings: Strings,
    /// The server's clock when it rendered.
    pub now: Timestamp,
    /// The zone where the agent sits, as an earlier visit stored its name in a cookie: some years of it, around now.
    pub zone: Option<Arc<Transitions>>,
    /// What the agent may do.
    pub role: Role,
    /// The agent.
    pub profile: Me,
    /// The first page of the agent's list, of the view that the address names.
    pub worklist: Vec<ForAgent<WorkItem>>,
    /// How many rows it has, where there are more.
    pub total: Option<Total>,
    /// The chats that ring.
    pub offers: Vec<ForAgent<Offer>>,
    /// The path of the address, and what is behind its question mark.
    pub path: String,
    /// The page, with what it shows.
    pub page: Page,
}
