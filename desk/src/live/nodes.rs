//! The processes that have one database open.

use std::fmt;
use uuid::Uuid;

/// A process that has opened the database. Each opening has an id of its own (`UUIDv7`), so that who comes back is nobody's former
/// self.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub Uuid);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
