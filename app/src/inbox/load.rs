//! Reads on the server what the inbox starts from.

use super::{
    place::{self, Place},
    start::{InboxStart, Opened},
};
use crate::ssr::load::{Loaded, Visit, if_there};
use protocol::{Seq, TicketId};

/// Pages of entries that are read before the page is drawn; the socket brings the rest.
const ENTRY_PAGES: usize = 4;

/// The conversation that the address names, where it names one.
pub async fn load(visit: Visit<'_>) -> desk::Result<Loaded<InboxStart>> {
    match place::of(visit.path) {
        Place::List => Ok(Loaded::found(InboxStart::List)),
        Place::Open(ticket) => match if_there(open(visit, ticket).await)? {
            Some(opened) => Ok(Loaded::found(InboxStart::Open(Box::new(opened)))),
            None => Ok(Loaded::not_found(InboxStart::Missing(ticket))),
        },
        Place::Nowhere => Ok(Loaded::not_found(InboxStart::List)),
    }
}

async fn open(visit: Visit<'_>, ticket: TicketId) -> desk::Result<Opened> {
    let Visit { desk, agent, .. } = visit;
    let conversation = desk.conversation(agent, ticket).await?;
    let (mut entries, mut last) = desk.agent_entries(agent, ticket, Seq::START).await?;
    for _ in 1..ENTRY_PAGES {
        let have = entries.last().map_or(Seq::START, |entry| entry.seq);
        if have >= last {
            break;
        }
        let (more, now_last) = desk.agent_entries(agent, ticket, have).await?;
        entries.extend(more);
        last = now_last;
    }
    Ok(Opened { conversation, entries, last })
}
