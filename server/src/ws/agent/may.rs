//! Which role may send which command of a console.

use crate::{
    edge::access::{
        Access::{self, Agent},
        Reach::{Own, Ticket},
    },
    ws::declared::commands,
};
use protocol::{Code, EntryId, Refusal, Role, TicketId, agent::AgentCommand, agent::AgentEvent};

commands! { AgentCommand {
    Hello = "hello": Agent(Role::Agent, Own),
    Watch = "watch": Agent(Role::Agent, Ticket),
    Unwatch = "unwatch": Agent(Role::Agent, Own),
    Say = "say": Agent(Role::Agent, Ticket),
    Comment = "comment": Agent(Role::Agent, Ticket),
    Draft = "draft": Agent(Role::Agent, Ticket),
    Typing = "typing": Agent(Role::Agent, Ticket),
    Seen = "seen": Agent(Role::Agent, Ticket),
    List = "list": Agent(Role::Agent, Own),
    More = "more": Agent(Role::Agent, Own),
    Ping = "ping": Agent(Role::Agent, Own),
} }

/// What an agent of this role is answered who may not send the command.
pub(super) fn refuse(role: Role, command: &AgentCommand) -> Option<AgentEvent> {
    if matches!(access(command), Access::Agent(least, _) if role >= least) {
        return None;
    }
    let (ticket, id) = subject(command);
    Some(AgentEvent::Refused { ticket, id, refusal: Refusal::new(Code::Forbidden) })
}

/// The ticket and the message that a refusal names.
fn subject(command: &AgentCommand) -> (Option<TicketId>, Option<EntryId>) {
    match command {
        AgentCommand::Say { ticket, id, .. } | AgentCommand::Comment { ticket, id, .. } => {
            (Some(*ticket), Some(*id))
        }
        AgentCommand::Draft { draft } => (Some(draft.ticket), None),
        AgentCommand::Watch { ticket, .. }
        | AgentCommand::Unwatch { ticket }
        | AgentCommand::Typing { ticket }
        | AgentCommand::Seen { ticket, .. } => (Some(*ticket), None),
        AgentCommand::Hello
        | AgentCommand::List { .. }
        | AgentCommand::More
        | AgentCommand::Ping => (None, None),
    }
}
