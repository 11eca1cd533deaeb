//! Which command of a panel wants a ticket's token.

use crate::{
    edge::access::{
        Access::{self, Public, Visitor},
        Reach::Own,
    },
    ws::declared::commands,
};
use protocol::visitor::VisitorCommand;

commands! { VisitorCommand {
    Hello = "hello": Public,
    Say = "say": Visitor(Own),
    Typing = "typing": Visitor(Own),
    Seen = "seen": Visitor(Own),
    Resume = "resume": Visitor(Own),
    End = "end": Visitor(Own),
    LeaveRequest = "leave_request": Visitor(Own),
    Transcript = "transcript": Visitor(Own),
    Contact = "contact": Visitor(Own),
    Rate = "rate": Visitor(Own),
    Page = "page": Visitor(Own),
    Ping = "ping": Public,
} }

/// Whether anybody may send it, who has shown no token.
pub(super) fn is_public(command: &VisitorCommand) -> bool {
    access(command) == Access::Public
}
