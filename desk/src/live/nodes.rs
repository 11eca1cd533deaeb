//! The processes that have one PostgreSQL open, and where agents' consoles are (`architecture.md`, "Several nodes").
//!
//! Each that serves has a row, which it renews; each console has one. The others read them when they hear that
//! something changed, and whenever they give a sign of their own, and go on in memory in between. With SQLite there is
//! one process, and nothing of this.

mod elsewhere;
mod memory;
mod report;
mod rows;
mod sign;

pub(super) use elsewhere::{Found, MOVING};
pub(crate) use memory::Nodes;
pub use report::NodeReport;

use std::fmt;
use uuid::Uuid;

/// A process that has opened the database. Each opening has an id of its own (`UUIDv7`), so that who comes back is
/// nobody's former self.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub Uuid);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
