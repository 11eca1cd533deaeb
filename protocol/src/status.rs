//! What a page is told about a site: the answer behind the button.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the button says what it says (`behaviours.md`, "Availability").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The schedule is open and somebody is there.
    Open,
    /// Outside the weekly hours.
    OutsideHours,
    /// A day that the owner or the country's calendar closes.
    Holiday,
    /// The owner's "closed now".
    Override,
    /// Open, but no agent is there to answer.
    NoAgents,
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
