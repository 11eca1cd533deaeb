//! What the server hands to the page: everything that the first picture shows, so that the script draws the same.

use crate::pages::Page;
use protocol::{
    Role, Timestamp,
    agent::{Me, Offer, Total, WorkItem},
    strings::Strings,
};
use serde::{Deserialize, Serialize};

/// The state that a console page starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// The sections `console`, `error`, `field` and `state` in that language.
    pub strings: Strings,
    /// The server's clock when it rendered.
    pub now: Timestamp,
    /// Minutes east of UTC where the agent sits, as an earlier visit stored them in a cookie.
    pub offset: Option<i32>,
    /// What the agent may do.
    pub role: Role,
    /// The agent.
    pub profile: Me,
    /// The first page of the agent's list, *Abiertas*.
    pub worklist: Vec<WorkItem>,
    /// How many rows it has, where there are more.
    pub total: Option<Total>,
    /// The chats that ring.
    pub offers: Vec<Offer>,
    /// The path of the address.
    pub path: String,
    /// The page, with what it shows.
    pub page: Page,
}
