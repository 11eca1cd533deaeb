//! Rooms and circles: imports between rooms go downwards only, as ARCHITECTURE.md lists them, and no files import each
//! other in a circle, in every crate of [`CRATES`].
//!
//! What counts as an import of a file: a path to something in it (in a `use`, in code, in a macro), also by a name that
//! another module re-exports. A module that declares or re-exports its own children imports nothing by that. In `desk`
//! two more things count, because they need no path: a call of a verb that another file's `impl Desk` defines, and a
//! look at a field of `Inner`.

mod circles;
mod names;
mod source;
mod tokens;

use crate::{paths, test::Tally};
use anyhow::bail;
use names::Arrow;
use source::Crate;
use std::collections::BTreeSet;

/// A crate whose files are looked at.
struct Checked {
    name: &'static str,
    /// The files at the root that are left out: every other file may import them.
    root: &'static [&'static str],
    rooms: Rooms,
}

/// The rooms of a crate, from the bottom up. Rooms of one line do not import each other. None: circles of files alone
/// are looked for.
type Rooms = &'static [&'static [&'static str]];

const CRATES: [Checked; 4] = [
    Checked {
        name: "desk",
        root: &[
            "lib.rs",
            "error.rs",
            "clock.rs",
            "key.rs",
            "private.rs",
            "public_url.rs",
            "secret.rs",
            "stop.rs",
            "supervise.rs",
        ],
        rooms: DESK,
    },
    Checked { name: "server", root: &["lib.rs", "main.rs"], rooms: SERVER },
    Checked { name: "app", root: &["lib.rs"], rooms: &[] },
    Checked { name: "widget", root: &["lib.rs"], rooms: &[] },
];

const SERVER: Rooms = &[
    &["pdf", "settings"],
    &["edge"],
    &["console", "ops", "visitor"],
    &["ws"],
    &["router"],
    &["cli"],
];

const DESK: Rooms = &[
    &["locales"],
    &["db"],
    &["queue"],
    &["live"],
    &["people"],
    &["sites"],
    &["hours"],
    &["tickets"],
    &["writer"],
    &["mail"],
    &["chats"],
    &["routing"],
    &["search"],
    &["bot", "help", "reports", "webhooks"],
    &["admin", "console", "visitors"],
    &["upkeep"],
];

pub fn rooms(tally: &mut Tally) {
    tally.check("Rooms and circles", || {
        let mut wrong = Vec::new();
        for Checked { name, root, rooms } in CRATES {
            let arrows = arrows(&Crate::read(&paths::root().join(name).join("src"))?, root);
            if !rooms.is_empty() {
                wrong.extend(upward(&arrows, rooms));
            }
            wrong
                .extend(circles::circles(&arrows).iter().map(|circle| format!("{name}: {circle}")));
        }
        if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
    });
}

/// Every import of one file by another, without those of and by the files of `root`.
fn arrows(krate: &Crate, root: &[&str]) -> BTreeSet<Arrow> {
    let mut arrows = names::arrows(krate);
    arrows.retain(|arrow| !root.contains(&&*arrow.from) && !root.contains(&&*arrow.to));
    arrows
}

/// Imports of a room that lies higher, or beside.
fn upward(arrows: &BTreeSet<Arrow>, rooms: Rooms) -> Vec<String> {
    let room = |file: &str| file.split(['/', '.']).next().unwrap_or_default().to_owned();
    let level = |room: &str| rooms.iter().position(|level| level.contains(&room));
    let mut wrong = Vec::new();
    for arrow in arrows {
        let (from, to) = (room(&arrow.from), room(&arrow.to));
        match (level(&from), level(&to)) {
            (Some(upper), Some(lower)) if from == to || upper > lower => {}
            (Some(_), Some(_)) => wrong.push(format!("an arrow upwards: {arrow}")),
            _ => wrong.push(format!("a file that is in no room: {arrow}")),
        }
    }
    wrong
}

#[cfg(test)]
mod tests;
