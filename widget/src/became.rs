//! Why a chat became a help request, in words.

use protocol::entry::BecameRequest;

/// The key of the sentence, on every page that shows what happened.
pub const fn became(why: BecameRequest) -> &'static str {
    match why {
        BecameRequest::WaitLimit => "became_wait_limit",
        BecameRequest::DeskClosed => "became_desk_closed",
        BecameRequest::Override => "became_override",
        BecameRequest::NoAgents => "became_no_agents",
        BecameRequest::Visitor => "became_visitor",
        BecameRequest::Removed => "became_removed",
    }
}
