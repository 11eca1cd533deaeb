//! Acting on what the other processes have told, so that what follows here is as after a commit of one's own.

use super::{everything, nudges::Nudges};
use crate::{
    Desk,
    db::{Event, RowChange},
    live::{
        Notice,
        relay::{Heard, News, TicketNews},
    },
    people::permission::{Action, may},
    tickets::{
        entries,
        heard::{self, Range},
    },
    upkeep::sites,
};
use protocol::TicketId;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::sleep;

/// The pause after everything was read, or could not be: what comes meanwhile is read together.
const PAUSE: Duration = Duration::from_secs(1);

/// Acts on what is heard, for ever.
pub(super) async fn run(desk: &Desk, nudges: &Nudges) {
    loop {
        let Heard { news, everything } = desk.0.relay.heard().await;
        if !everything {
            act(desk, nudges, news).await;
            continue;
        }
        while let Err(error) = everything::read(desk).await {
            tracing::warn!(%error, "what the other processes did could not be read");
            sleep(PAUSE).await;
        }
        sleep(PAUSE).await;
    }
}

async fn act(desk: &Desk, nudges: &Nudges, mut news: News) {
    let others = news.take_others();
    // First: the rest is told to who may see it now.
    if others.contains(&Notice::Sites)
        && let Err(error) = sites::read_again(desk).await
    {
        // The ticker does it again.
        tracing::warn!(%error, "sites could not be read again");
    }
    desk.0.writer.was_written_elsewhere(news.tickets.keys().copied());
    publish_entries(desk, &news.tickets).await;
    publish_heads(desk, &news.tickets);
    publish_work(desk, &news.tickets).await;
    for notice in others {
        act_on(desk, nudges, notice);
    }
}

fn act_on(desk: &Desk, nudges: &Nudges, notice: Notice) {
    match notice {
        Notice::Offer { agent, chat, ticket } => {
            desk.publish(Event::Offer { agent, chat, ticket });
        }
        Notice::OfferGone { agent, chat } => desk.publish(Event::OfferGone { agent, chat }),
        Notice::Handover { agent, handover, ticket } => {
            desk.publish(Event::Handover { agent, handover, ticket });
        }
        Notice::Party { agent, ticket } => desk.publish(Event::Party { agent, ticket }),
        Notice::Mentioned { agent, ticket, by } => {
            desk.publish(Event::Mentioned { agent, ticket, by });
        }
        Notice::Draft { agent, ticket } => desk.publish(Event::Draft { agent, ticket }),
        Notice::AgentState { agent } => {
            desk.publish(Event::AgentState { agent });
            nudges.add(notice);
        }
        Notice::SignedOut { agent } => {
            // Also one that could not be stored here: it would outlive a new password.
            desk.0.sessions.end_unstored(agent);
            desk.publish(Event::SignedOut { agent });
        }
        Notice::Jobs => desk.0.wakeups.notify(),
        Notice::Freed { .. } | Notice::HasRoom { .. } | Notice::Line { .. } | Notice::Counts => {
            nudges.add(notice);
        }
        Notice::Consoles { .. } | Notice::Nodes => desk.0.nodes.others_changed(),
        Notice::Keeper => desk.0.nodes.keeper_changed(),
        // Done before the others, with the tickets, or at once.
        Notice::Sites
        | Notice::Entries { .. }
        | Notice::Ticket { .. }
        | Notice::Work { .. }
        | Notice::Seen { .. }
        | Notice::Typing { .. }
        | Notice::Panel { .. }
        | Notice::AskPanel { .. }
        | Notice::Watching { .. }
        | Notice::Beat { .. } => {}
    }
}

/// New entries of tickets that somebody here is subscribed to, each in its order.
async fn publish_entries(desk: &Desk, tickets: &BTreeMap<TicketId, TicketNews>) {
    let new = tickets.iter().filter_map(|(&ticket, news)| {
        let (first, last) = news.entries?;
        Some(Range { ticket, first, last })
    });
    let ranges: Vec<Range> = new.filter(|range| desk.hub().has_subscribers(range.ticket)).collect();
    let (long, short): (Vec<_>, Vec<_>) = ranges.into_iter().partition(Range::is_long);
    for range in long {
        desk.hub().miss(range.ticket, range.last);
    }
    for ranges in heard::in_parts(&short) {
        match heard::entries(desk, ranges).await {
            Ok(found) => {
                for (ticket, entry) in found {
                    desk.publish(entries::event(ticket, entry));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "entries of other processes could not be read");
                for range in ranges {
                    desk.hub().miss(range.ticket, range.last);
                }
            }
        }
    }
}

/// What was seen, and heads that changed.
fn publish_heads(desk: &Desk, tickets: &BTreeMap<TicketId, TicketNews>) {
    for (&ticket, news) in tickets {
        for (by_visitor, upto) in [false, true].into_iter().zip(news.seen) {
            if let Some(upto) = upto {
                desk.publish(Event::Seen { ticket, by_visitor, upto });
            }
        }
        if news.head {
            desk.publish(Event::Ticket { ticket });
        }
    }
}

/// Rows of the agents' lists. Their last messages are read for those that an agent with a console here may see.
async fn publish_work(desk: &Desk, tickets: &BTreeMap<TicketId, TicketNews>) {
    let snapshot = desk.0.sites.now();
    let mut by_message = BTreeMap::new();
    for (&ticket, news) in tickets {
        let Some((on, is_message)) = news.work else { continue };
        // Also where nobody here is to be told: the next one reads it.
        desk.0.rows.forget(ticket);
        let sees =
            |agent, on: &_| snapshot.agent(agent).is_some_and(|agent| may(agent, Action::See, on));
        if !is_message {
            desk.publish(Event::Work { ticket, on, change: RowChange::Anything });
        } else if desk.hub().shows_row(ticket, &on, sees) {
            by_message.insert(ticket, on);
        }
    }
    if by_message.is_empty() {
        return;
    }
    let read: Vec<TicketId> = by_message.keys().copied().collect();
    let mut messages = heard::last_messages(desk, &read).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "rows of other processes could not be read");
        BTreeMap::new()
    });
    for (ticket, on) in by_message {
        let change = messages.remove(&ticket).map_or(RowChange::Anything, RowChange::Message);
        desk.publish(Event::Work { ticket, on, change });
    }
}
