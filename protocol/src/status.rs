//! What a page is told about a site: the answer behind the button.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// Why the button says what it says (`behaviours.md`, "Availability").
    pub enum Reason {
        /// The schedule is open and somebody is there.
        Open = "open",
        /// Outside the weekly hours.
        OutsideHours = "outside_hours",
        /// A day that the owner or the country's calendar closes.
        Holiday = "holiday",
        /// The owner's "closed now".
        Override = "override",
        /// Open, but no agent is there to answer.
        NoAgents = "no_agents",
    }
}

/// The answer of the availability function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// Whether the button says Chat.
    pub open: bool,
    /// Why.
    pub reason: Reason,
    /// The next instant at which the schedule alone would change the answer; none if it never does.
    pub changes_at: Option<Timestamp>,
}
