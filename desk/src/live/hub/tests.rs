use super::*;
use crate::db::{LastMessage, Party};
use protocol::{
    EntryId, SiteId, Timestamp,
    entry::{AgentBody, AgentEntry, VisitorBody, VisitorEntry},
    masking::Preview,
};
use std::iter;
use uuid::Uuid;

fn ticket(n: u128) -> TicketId {
    TicketId(Uuid::from_u128(n))
}

fn work(change: RowChange) -> Event {
    let site = SiteId(Uuid::from_u128(1));
    let on = On { site, queue: None, party: Party::default() };
    Event::Work { ticket: ticket(1), on, change }
}

fn publish(hub: &Hub, event: Event) -> Option<Notice> {
    hub.publish(event, |_, _| true)
}

fn entry(seq: i64) -> Event {
    let (seq, id, at) = (Seq(seq), EntryId(Uuid::nil()), Timestamp(0));
    Event::Entry {
        ticket: ticket(1),
        visitor: VisitorEntry { seq, id, at, body: VisitorBody::Requeued },
        agent: AgentEntry { seq, id, at, body: AgentBody::Requeued },
    }
}

/// The entries that wait in a subscription.
fn heard(line: &mut Subscription) -> Vec<i64> {
    let events = iter::from_fn(|| line.events.try_recv().ok());
    let seq = |event: Arc<Event>| match &*event {
        Event::Entry { agent, .. } => Some(agent.seq.0),
        _ => None,
    };
    events.filter_map(seq).collect()
}

#[tokio::test]
async fn an_entry_that_comes_too_early_is_kept_back_for_those_before_it() {
    let hub = Hub::default();
    let mut panel = hub.visitor(ticket(1));
    let order = hub.keep_order();
    hub.has_read(ticket(1), Seq(4));
    hub.has_read(ticket(1), Seq(9));
    assert_eq!(publish(&hub, entry(5)), None);
    let between = |first, last| {
        Some(Notice::Entries { ticket: ticket(1), first: Seq(first), last: Seq(last) })
    };
    assert_eq!(publish(&hub, entry(8)), between(6, 8));
    assert_eq!(publish(&hub, entry(7)), between(6, 7));
    for seq in [6, 7, 8, 6, 7, 8, 9] {
        assert_eq!(publish(&hub, entry(seq)), None);
    }
    assert_eq!(heard(&mut panel), [5, 6, 7, 8, 9], "each once, in order");
    drop(order);
    assert_eq!(publish(&hub, entry(11)), None);
    assert_eq!(heard(&mut panel), [11], "nobody would read what is between");
}

#[tokio::test]
async fn who_missed_something_is_told_and_hears_what_comes_after_it() {
    let hub = Hub::default();
    let agent = AgentId(Uuid::from_u128(9));
    let (mut panel, mut console) = (hub.visitor(ticket(1)), hub.agent(agent));
    hub.watch(&console, ticket(1));
    let _order = hub.keep_order();
    hub.has_read(ticket(1), Seq(4));
    hub.miss(ticket(1), Seq(40));
    for line in [&mut panel, &mut console] {
        assert!(matches!(&*line.next().await.unwrap(), Event::TicketMissed { .. }));
    }
    for seq in [39, 40, 41] {
        assert_eq!(publish(&hub, entry(seq)), None);
    }
    assert_eq!(heard(&mut panel), [41]);
    hub.miss_everything();
    assert_eq!(publish(&hub, entry(99)), None, "whatever came between is read");
    assert!(matches!(&*panel.next().await.unwrap(), Event::TicketMissed { .. }));
    assert_eq!(heard(&mut panel), [99]);
    let told = iter::from_fn(|| console.events.try_recv().ok());
    let told: Vec<_> = told.filter(|event| !matches!(**event, Event::Entry { .. })).collect();
    assert!(
        matches!((&*told[0], &*told[1]), (Event::TicketMissed { .. }, Event::ConsoleMissed { .. })),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_subscriber_that_does_not_keep_up_reads_what_it_has_and_then_lags() {
    let hub = Hub::default();
    let mut panel = hub.visitor(ticket(1));
    for _ in 0..=VISITOR_QUEUE {
        publish(&hub, Event::Ticket { ticket: ticket(1) });
    }
    for _ in 0..VISITOR_QUEUE {
        assert!(panel.next().await.is_ok());
    }
    assert_eq!(panel.next().await.err(), Some(Lagged));
}

#[tokio::test]
async fn a_ticket_is_heard_by_its_panel_and_by_who_watches_it_and_by_nobody_else() {
    let hub = Hub::default();
    let (mut mine, mut other) = (hub.visitor(ticket(1)), hub.visitor(ticket(2)));
    let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
    hub.watch(&console, ticket(1));
    hub.watch(&console, ticket(1));
    publish(&hub, Event::Ticket { ticket: ticket(1) });
    assert!(mine.next().await.is_ok());
    assert!(console.next().await.is_ok());
    assert!(console.events.try_recv().is_err(), "watched twice, told once");
    assert!(other.events.try_recv().is_err());
    hub.unwatch(&console, ticket(1));
    publish(&hub, Event::Ticket { ticket: ticket(1) });
    assert!(console.events.try_recv().is_err());
    drop((mine, other, console));
    assert!(hub.subscribers.tickets.is_empty() && hub.subscribers.agents.is_empty());
}

#[tokio::test]
async fn a_tickets_row_is_at_most_once_in_a_consoles_queue() {
    let hub = Hub::default();
    let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
    for _ in 0..3 * AGENT_QUEUE {
        publish(&hub, work(RowChange::Anything));
    }
    assert!(console.next().await.is_ok());
    assert!(console.events.try_recv().is_err());
    publish(&hub, work(RowChange::Anything));
    assert!(console.next().await.is_ok());
}

#[tokio::test]
async fn a_console_is_told_everything_about_a_row_since_it_was_told_last() {
    let hub = Hub::default();
    let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
    let message = |unread| {
        let (preview, last_at) = (Arc::new(Preview::of("Hola")), Timestamp(1));
        RowChange::Message(LastMessage { preview, by: None, last_at, unread })
    };
    for (changes, told) in [
        (vec![message(1), message(2)], message(2)),
        (vec![message(1), RowChange::Anything], RowChange::Anything),
        (vec![RowChange::Anything, message(2)], RowChange::Anything),
    ] {
        for change in changes {
            publish(&hub, work(change));
        }
        let Event::Work { change, .. } = &*console.next().await.unwrap() else { panic!() };
        assert_eq!(*change, told);
    }
}

#[tokio::test]
async fn a_row_is_heard_of_by_those_who_see_the_ticket() {
    let hub = Hub::default();
    let (one, two) = (AgentId(Uuid::from_u128(8)), AgentId(Uuid::from_u128(9)));
    let (mut mine, mut other) = (hub.agent(one), hub.agent(two));
    hub.publish(work(RowChange::Anything), |agent, _| agent == one);
    assert!(mine.next().await.is_ok());
    assert!(other.events.try_recv().is_err());
}

#[tokio::test]
async fn a_watch_that_ends_is_told_to_those_who_watched() {
    let hub = Hub::default();
    let agent = AgentId(Uuid::from_u128(9));
    let (mut watching, mut idle) = (hub.agent(agent), hub.agent(agent));
    hub.watch(&watching, ticket(1));
    assert_eq!(hub.watched_by(agent), HashSet::from([ticket(1)]));
    hub.end_watches(agent, ticket(1));
    publish(&hub, Event::Ticket { ticket: ticket(1) });
    assert!(matches!(&*watching.next().await.unwrap(), Event::AccessLost { .. }));
    assert!(watching.events.try_recv().is_err() && idle.events.try_recv().is_err());
    assert!(hub.watched_by(agent).is_empty());
}
