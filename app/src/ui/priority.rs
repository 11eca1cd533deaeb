//! How a priority looks.

use protocol::entry::Priority;

/// The class of a priority's tag.
pub fn priority_class(level: Priority) -> &'static str {
    match level {
        Priority::Urgent => "tag alert name",
        Priority::High => "tag away name",
        Priority::Medium | Priority::Low => "tag name",
    }
}
