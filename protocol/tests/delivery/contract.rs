//! Every message is stored exactly once, and every client ends with the server's list.

use crate::{
    step::{Fate, Step, step},
    world::World,
};
use proptest::prelude::*;
use protocol::EntryId;

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_stored_once_and_seen_by_all(steps in prop::collection::vec(step(), 0..200)) {
        let mut world = World::default();
        for step in steps {
            world.step(step);
        }
        world.heal();
        prop_assert_eq!(world.stored.len(), world.written.len());
        for client in &world.clients {
            prop_assert_eq!(client.timeline.entries(), &world.stored[..]);
            prop_assert!(client.outbox.is_empty() && client.storage.is_empty());
        }
    }

    #[test]
    fn over_an_orderly_socket_messages_keep_the_order_they_were_written_in(
        rounds in prop::collection::vec((any::<bool>(), 1usize..5, 0usize..4), 1..30),
    ) {
        let mut world = World::default();
        for (cut, messages, frames) in rounds {
            world.step(Step::Connect { client: 0 });
            for _ in 0..messages {
                world.step(Step::Write { client: 0 });
            }
            for _ in 0..frames {
                world.step(Step::Up { client: 0, which: 0, fate: Fate::Stored });
                world.step(Step::Down { client: 0, which: 0 });
            }
            if cut {
                world.step(Step::Cut { client: 0 });
            }
        }
        world.heal();
        let ids: Vec<EntryId> = world.stored.iter().map(|entry| entry.id).collect();
        let mut written = ids.clone();
        written.sort();
        prop_assert_eq!(ids, written);
    }
}
