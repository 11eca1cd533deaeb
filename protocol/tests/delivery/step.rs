//! What happens to the world, and how often.

use crate::CLIENTS;
use proptest::prelude::*;

/// What a message meets at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stored,
    DiesBeforeCommit,
    DiesAfterCommit,
    TryAgain,
}

#[derive(Clone, Debug)]
pub enum Step {
    Write { client: usize },
    Up { client: usize, which: usize, fate: Fate },
    Down { client: usize, which: usize },
    LoseUp { client: usize, which: usize },
    LoseDown { client: usize, which: usize },
    DoubleUp { client: usize, which: usize },
    DoubleDown { client: usize, which: usize },
    Cut { client: usize },
    Connect { client: usize },
    Reload { client: usize },
    Retry { client: usize },
    Wait { seconds: u64 },
}

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS;
    // Mostly the first in line; sometimes another: reordered.
    let which = prop_oneof![4 => Just(0usize), 1 => 0usize..8];
    let fate = prop_oneof![
        8 => Just(Fate::Stored),
        1 => Just(Fate::DiesBeforeCommit),
        1 => Just(Fate::DiesAfterCommit),
        1 => Just(Fate::TryAgain),
    ];
    let place = (client.clone(), which);
    prop_oneof![
        6 => client.clone().prop_map(|client| Step::Write { client }),
        12 => (place.clone(), fate).prop_map(|((client, which), fate)| Step::Up { client, which, fate }),
        12 => place.clone().prop_map(|(client, which)| Step::Down { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::LoseUp { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::LoseDown { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::DoubleUp { client, which }),
        1 => place.prop_map(|(client, which)| Step::DoubleDown { client, which }),
        1 => client.clone().prop_map(|client| Step::Cut { client }),
        6 => client.clone().prop_map(|client| Step::Connect { client }),
        1 => client.clone().prop_map(|client| Step::Reload { client }),
        1 => client.prop_map(|client| Step::Retry { client }),
        3 => (1u64..40).prop_map(|seconds| Step::Wait { seconds }),
    ]
}
