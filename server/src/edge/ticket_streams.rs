//! How many streams of events ticket pages hold open: of one ticket, and of one client.

use super::{failure::Failure, rates::RateLimited};
use crate::settings::Network;
use protocol::TicketId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Streams of one ticket: its pages in the tabs and on the machines of one person.
const OF_TICKET: usize = 10;
/// Streams of one client; this machine is not counted.
const OF_CLIENT: usize = 30;
/// Whoever is refused a stream tries again after this.
const AGAIN: Duration = Duration::from_secs(30);

/// What streams are counted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Ticket(TicketId),
    Client(Network),
}

/// The streams that are open.
#[derive(Clone, Default)]
pub(crate) struct TicketStreams(Arc<Mutex<HashMap<Key, usize>>>);

/// A stream, for as long as it lives.
pub(crate) struct TicketStream {
    streams: TicketStreams,
    keys: Vec<Key>,
}

impl TicketStreams {
    /// Opens one.
    ///
    /// # Errors
    /// `RateLimited` where the ticket or the client has as many as it may.
    pub(crate) fn open(&self, ticket: TicketId, client: Network) -> Result<TicketStream, Failure> {
        let of_client = (!client.is_loopback()).then_some((Key::Client(client), OF_CLIENT));
        let counted = [(Key::Ticket(ticket), OF_TICKET)].into_iter().chain(of_client);
        let counted: Vec<(Key, usize)> = counted.collect();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, most) in &counted {
            if open.get(key).is_some_and(|count| count >= most) {
                return Err(RateLimited { limit: *most as u64, wait: AGAIN }.into());
            }
        }
        let keys: Vec<Key> = counted.into_iter().map(|(key, _)| key).collect();
        for key in &keys {
            *open.entry(*key).or_default() += 1;
        }
        Ok(TicketStream { streams: self.clone(), keys })
    }
}

impl Drop for TicketStream {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some(count) = open.get_mut(key) {
                *count -= 1;
            }
            if open.get(key) == Some(&0) {
                open.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_ticket_has_so_many_streams_and_one_more_once_another_ended() {
        let streams = TicketStreams::default();
        let here = Network::of_client("127.0.0.1".parse().unwrap());
        let ticket = |n| TicketId(Uuid::from_u128(n));
        let mut open: Vec<_> = (0..OF_TICKET).map(|_| streams.open(ticket(1), here)).collect();
        assert!(open.iter().all(Result::is_ok));
        assert!(streams.open(ticket(1), here).is_err());
        assert!(streams.open(ticket(2), here).is_ok());
        open.pop();
        assert!(streams.open(ticket(1), here).is_ok());
        drop(open);
        assert!(streams.0.lock().unwrap().is_empty());
    }

    #[test]
    fn a_client_has_so_many_streams_over_all_tickets() {
        let streams = TicketStreams::default();
        let client = Network::of_client("203.0.113.1".parse().unwrap());
        let other = Network::of_client("203.0.113.2".parse().unwrap());
        let ticket = |n: usize| TicketId(Uuid::from_u128(n as u128));
        let open: Vec<_> = (0..OF_CLIENT).map(|n| streams.open(ticket(n), client)).collect();
        assert!(open.iter().all(Result::is_ok));
        assert!(streams.open(ticket(99), client).is_err());
        assert!(streams.open(ticket(99), other).is_ok());
    }
}
