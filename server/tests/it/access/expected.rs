//! What everybody is answered, from a declaration and from where the ticket lies.

use super::people::Who;
use crate::world::http::Reply;
use protocol::Role;
use server::{Access, Reach};

/// An answer, as far as access goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Yes,
    /// `sign_in_required`
    SignIn,
    /// To the page where one signs in.
    SignInPage,
    /// `forbidden`
    Forbidden,
    /// `not_found`
    NotFound,
}

/// What somebody is answered where this is declared, about a ticket that is to them what [`Who`] says.
pub fn expected(access: Access, who: Who) -> Expected {
    match access {
        // The walk comes from this machine.
        Access::Public | Access::Operator => Expected::Yes,
        Access::Visitor(reach) => match (who, reach) {
            (Who::Visitor, _) | (Who::OtherVisitor, Reach::Own) => Expected::Yes,
            (Who::OtherVisitor, Reach::Ticket) => Expected::NotFound,
            _ => Expected::SignIn,
        },
        // The walk signs in the ticket's visitor alone.
        Access::TicketLink | Access::Ticket | Access::OwnTickets if who == Who::Visitor => {
            Expected::Yes
        }
        Access::TicketLink | Access::Ticket => Expected::NotFound,
        Access::OwnTickets => Expected::SignIn,
        Access::Agent(least, reach) => of_agent(who, least, reach).unwrap_or(Expected::SignIn),
        Access::AgentPage(least, reach) => {
            of_agent(who, least, reach).unwrap_or(Expected::SignInPage)
        }
    }
}

/// The same of a command of a socket that is open. There a visitor without the ticket's token is about no ticket.
pub fn expected_of_command(access: Access, who: Who) -> Expected {
    match (access, expected(access, who)) {
        (Access::Visitor(_), Expected::SignIn) => Expected::NotFound,
        (_, answer) => answer,
    }
}

/// None for whoever has no session.
fn of_agent(who: Who, least: Role, reach: Reach) -> Option<Expected> {
    let role = who.role()?;
    Some(match reach {
        _ if role < least => Expected::Forbidden,
        Reach::Ticket if !who.may_see_ticket() => Expected::NotFound,
        Reach::Own | Reach::Ticket => Expected::Yes,
    })
}

impl Expected {
    /// The same of an answer; none of one that is no answer of ours.
    pub fn of(reply: &Reply) -> Option<Self> {
        match reply.status {
            401 => Some(Self::SignIn),
            403 => Some(Self::Forbidden),
            404 => Some(Self::NotFound),
            303 if reply.find("location") == Some("/console/sign-in") => Some(Self::SignInPage),
            // Also what a form or an upgrade that says nothing is told.
            200..500 => Some(Self::Yes),
            _ => None,
        }
    }

    /// As SECURITY.md has it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::SignIn => "`sign_in_required`",
            Self::SignInPage => "sign-in page",
            Self::Forbidden => "`forbidden`",
            Self::NotFound => "`not_found`",
        }
    }
}
