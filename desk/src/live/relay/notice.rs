//! What one process tells the others: that something happened, and where. Whoever hears it reads the rows.

use crate::db::{On, Party};
use protocol::{AgentId, ChatId, HandoverId, QueueId, Seq, SiteId, TicketId};
use uuid::Uuid;

/// The row of numbers that a notice is written as; ids are kept apart, once each.
pub(super) trait Row {
    fn number(&mut self, n: i64);
    fn id(&mut self, id: Option<Uuid>);
}

/// Such a row, read from its beginning.
pub(super) trait Fields {
    /// None: there is no further number.
    fn number(&mut self) -> Option<i64>;
    fn id(&mut self) -> Option<MaybeId>;
}

/// What stands in the place of an id.
pub(super) enum MaybeId {
    Id(Uuid),
    /// It was written that there is none.
    Without,
}

/// A part of a notice.
trait Part: Sized {
    fn write(&self, row: &mut impl Row);
    /// None: this is no such part.
    fn read(fields: &mut impl Fields) -> Option<Self>;
}

/// Declares the notices with the numbers that stand for them.
macro_rules! notices {
    ($($(#[$doc:meta])* $code:literal $name:ident $({ $($field:ident: $type:ty),* })?;)*) => {
        /// Something that happened in another process.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Notice {
            $($(#[$doc])* $name $({ $($field: $type),* })?,)*
        }

        impl Notice {
            pub(super) fn write(&self, row: &mut impl Row) {
                match self {
                    $(Self::$name $({ $($field),* })? => {
                        row.number($code);
                        $($($field.write(row);)*)?
                    })*
                }
            }

            /// None: no notice that this version knows.
            pub(super) fn read(fields: &mut impl Fields) -> Option<Self> {
                Some(match fields.number()? {
                    $($code => Self::$name $({ $($field: Part::read(fields)?),* })?,)*
                    _ => return None,
                })
            }
        }
    };
}

notices! {
    /// The ticket has entries from `first` to `last` that are new.
    1 Entries { ticket: TicketId, first: Seq, last: Seq };
    /// The ticket's or its chat's head changed.
    2 Ticket { ticket: TicketId };
    /// A ticket's row in the lists of agents changed, perhaps by a message alone.
    3 Work { ticket: TicketId, on: On, is_message: bool };
    /// One side has seen up to here.
    4 Seen { ticket: TicketId, by_visitor: bool, upto: Seq };
    /// Somebody is typing; none: the visitor.
    5 Typing { ticket: TicketId, agent: Option<AgentId> };
    /// The first panel of the ticket's visitor came to the process that says so, or the last one there went.
    6 Panel { ticket: TicketId, present: bool };
    /// Who has a panel of the ticket says so.
    7 AskPanel { ticket: TicketId };
    /// A chat rings at the agent.
    8 Offer { agent: AgentId, chat: ChatId, ticket: TicketId };
    /// It rings there no longer.
    9 OfferGone { agent: AgentId, chat: ChatId };
    /// The agent's own state changed.
    10 AgentState { agent: AgentId };
    /// A session of the agent's ended.
    11 SignedOut { agent: AgentId };
    /// A chat of the agent's has ended or gone back to the queue.
    12 Freed { agent: AgentId };
    /// A chat is the agent's no longer, or rings there no longer: another may ring.
    13 HasRoom { agent: AgentId };
    /// The site's waiting chats may be offered.
    14 Line { site: SiteId };
    /// Other numbers of chats wait at sites and are with agents.
    15 Counts;
    /// Sites, queues, states or agents changed.
    16 Sites;
    /// There is a job or a mail to do.
    17 Jobs;
    /// An agent's consoles came or went at a process.
    18 Consoles { agent: AgentId };
    /// A process came or went.
    19 Nodes;
    /// Another process keeps the desk, or nobody does.
    20 Keeper;
    /// The sender's own sign, with its number: it hears whether it hears.
    21 Beat { number: i64 };
    /// A transfer or conference that the agent asked for is settled.
    22 Handover { agent: AgentId, handover: HandoverId, ticket: TicketId };
    /// The agent has to do with the ticket no longer as they had.
    23 Party { agent: AgentId, ticket: TicketId };
    /// A colleague mentioned the agent in a comment.
    31 Mentioned { agent: AgentId, ticket: TicketId, by: AgentId };
    /// What the agent has typed for the ticket and not sent is another text.
    32 Draft { agent: AgentId, ticket: TicketId };
    /// A console of the agent at the process that says so shows the ticket, or none does any more.
    33 Watching { ticket: TicketId, agent: AgentId, present: bool };
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl Part for $id {
            fn write(&self, row: &mut impl Row) {
                row.id(Some(self.0));
            }
            fn read(fields: &mut impl Fields) -> Option<Self> {
                match fields.id()? {
                    MaybeId::Id(id) => Some(Self(id)),
                    MaybeId::Without => None,
                }
            }
        }

        impl Part for Option<$id> {
            fn write(&self, row: &mut impl Row) {
                row.id(self.map(|id| id.0));
            }
            fn read(fields: &mut impl Fields) -> Option<Self> {
                Some(match fields.id()? {
                    MaybeId::Id(id) => Some($id(id)),
                    MaybeId::Without => None,
                })
            }
        }
    )*};
}

ids!(AgentId, ChatId, HandoverId, QueueId, SiteId, TicketId);

impl Part for i64 {
    fn write(&self, row: &mut impl Row) {
        row.number(*self);
    }
    fn read(fields: &mut impl Fields) -> Option<Self> {
        fields.number()
    }
}

impl Part for bool {
    fn write(&self, row: &mut impl Row) {
        row.number((*self).into());
    }
    fn read(fields: &mut impl Fields) -> Option<Self> {
        match fields.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Part for Seq {
    fn write(&self, row: &mut impl Row) {
        row.number(self.0);
    }
    fn read(fields: &mut impl Fields) -> Option<Self> {
        fields.number().map(Self)
    }
}

impl Part for On {
    fn write(&self, row: &mut impl Row) {
        let Self { site, queue, party: Party { owner, guest, asked, mentioned: _ } } = self;
        site.write(row);
        queue.write(row);
        for agent in [owner, guest, asked] {
            agent.write(row);
        }
    }
    fn read(fields: &mut impl Fields) -> Option<Self> {
        let (site, queue) = (Part::read(fields)?, Part::read(fields)?);
        let owner = Part::read(fields)?;
        let guest = Part::read(fields)?;
        let asked = Part::read(fields)?;
        Some(Self { site, queue, party: Party { owner, guest, asked, mentioned: None } })
    }
}
