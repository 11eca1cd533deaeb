//! Which of the rows that are due are worked on: those that hang hold up no others.

use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// An attempt that has not ended after this hangs on somebody else: it makes room for another one.
const HANGS_AFTER: Duration = Duration::from_secs(1);

/// How many rows of a table are worked on side by side in this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots {
    /// That do not hang.
    pub(crate) quick: Room,
    /// Whether they hang or not.
    pub(crate) all: Room,
    /// That were tried before, whether they hang or not.
    pub(crate) tried: Room,
}

/// Room for so many, and for so many of one [lane](super::Work::lane).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) all: usize,
    pub(crate) lane: usize,
}

/// A row that is due, or an attempt under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(super) lane: String,
    /// Whether an attempt was made before.
    pub(super) was_tried: bool,
}

/// What takes room.
#[derive(Default)]
struct Taken<'a> {
    all: usize,
    lanes: HashMap<&'a str, usize>,
}

impl<'a> Taken<'a> {
    fn add(&mut self, slot: &'a Slot) {
        self.all += 1;
        *self.lanes.entry(&slot.lane).or_default() += 1;
    }

    fn leaves(&self, room: Room, slot: &Slot) -> bool {
        let lane = self.lanes.get(slot.lane.as_str()).copied().unwrap_or_default();
        self.all < room.all && lane < room.lane
    }
}

impl Slots {
    /// Those of the rows that are due that are worked on next, beside what has been under way for so long.
    pub(super) fn pick<'a, 'b>(
        &self,
        due: &'a [(Uuid, Slot)],
        under_way: impl Iterator<Item = (&'b Slot, Duration)>,
    ) -> Vec<&'a (Uuid, Slot)> {
        let [mut quick, mut all, mut tried] = [(); 3].map(|()| Taken::default());
        for (slot, since) in under_way {
            all.add(slot);
            if slot.was_tried {
                tried.add(slot);
            }
            if since < HANGS_AFTER {
                quick.add(slot);
            }
        }
        let mut picked = Vec::new();
        for row in due {
            let (_, slot) = row;
            let may_try = !slot.was_tried || tried.leaves(self.tried, slot);
            if may_try && quick.leaves(self.quick, slot) && all.leaves(self.all, slot) {
                quick.add(slot);
                all.add(slot);
                if slot.was_tried {
                    tried.add(slot);
                }
                picked.push(row);
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOTS: Slots = Slots {
        quick: Room { all: 4, lane: 2 },
        all: Room { all: 8, lane: 5 },
        tried: Room { all: 2, lane: 1 },
    };

    fn slot(lane: &str, was_tried: bool) -> Slot {
        Slot { lane: lane.into(), was_tried }
    }

    fn due(lanes: &[&str], was_tried: bool) -> Vec<(Uuid, Slot)> {
        lanes.iter().map(|lane| (Uuid::nil(), slot(lane, was_tried))).collect()
    }

    fn picked(due: &[(Uuid, Slot)], under_way: &[(Slot, Duration)]) -> Vec<String> {
        let under_way = under_way.iter().map(|(slot, since)| (slot, *since));
        SLOTS.pick(due, under_way).into_iter().map(|(_, slot)| slot.lane.clone()).collect()
    }

    #[test]
    fn the_oldest_are_first_and_no_lane_takes_all() {
        let due = due(&["a", "a", "a", "a", "b", "c", "d"], false);
        assert_eq!(picked(&due, &[]), ["a", "a", "b", "c"]);
    }

    #[test]
    fn what_hangs_makes_room_up_to_an_end() {
        let hangs = |n: usize| {
            let lane = |n: usize| (slot(&n.to_string(), false), HANGS_AFTER);
            (0..n).map(lane).collect::<Vec<_>>()
        };
        let due = due(&["a"], false);
        assert_eq!(picked(&due, &hangs(4)), ["a"]);
        assert_eq!(picked(&due, &hangs(7)), ["a"]);
        assert!(picked(&due, &hangs(8)).is_empty());
        let quick: Vec<_> = hangs(4).into_iter().map(|(slot, _)| (slot, Duration::ZERO)).collect();
        assert!(picked(&due, &quick).is_empty());
    }

    #[test]
    fn what_hangs_in_a_lane_leaves_room_to_the_others() {
        let hangs = |n: usize| vec![(slot("a", false), HANGS_AFTER); n];
        let due = due(&["a", "a", "b"], false);
        assert_eq!(picked(&due, &hangs(3)), ["a", "a", "b"]);
        assert_eq!(picked(&due, &hangs(4)), ["a", "b"]);
        assert_eq!(picked(&due, &hangs(5)), ["b"]);
    }

    #[test]
    fn what_was_tried_before_holds_up_nothing_new_and_no_other_lane() {
        let mut all = due(&["a", "a", "b", "c"], true);
        all.extend(due(&["d", "e"], false));
        assert_eq!(picked(&all, &[]), ["a", "b", "d", "e"]);
        assert_eq!(picked(&all, &[(slot("a", true), HANGS_AFTER)]), ["b", "d", "e"]);
        let both = [(slot("x", true), HANGS_AFTER), (slot("y", true), HANGS_AFTER)];
        assert_eq!(picked(&all, &both), ["d", "e"]);
    }
}
