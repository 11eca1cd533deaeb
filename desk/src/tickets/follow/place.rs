//! Where a follower stands: a number that entries carry, and the exceptions below it.
//!
//! On SQLite the number is the row's, and there are no exceptions. On PostgreSQL it is that of the transaction that
//! wrote the entry. Transactions get their numbers when they first write and not when they commit, so that a lower one
//! may show up later: those that were under way when the follower passed them are kept, and looked for again until they
//! have ended. (To wait for them instead would make mail wait for the longest transaction of any database on the
//! server.)

use crate::{Error, Result};

/// After which entries a follower reads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) position: i64,
    /// Transactions at or below the position whose entries have not been read.
    pub(super) under_way: Vec<i64>,
    /// Goes up with every change.
    pub(super) version: i64,
}

impl Place {
    /// Before every entry.
    pub(super) fn beginning() -> Self {
        Self { position: i64::MIN, under_way: Vec::new(), version: 0 }
    }

    /// After everything that a snapshot sees.
    pub(super) fn at_end(snapshot: &Snapshot) -> Self {
        let under_way = snapshot.under_way.clone();
        Self { position: snapshot.next - 1, under_way, version: 0 }
    }

    /// After a page that holds everything of `self.under_way` and everything between the position and `last` that is
    /// committed, read while `under_way` were not.
    pub(super) fn after(&self, last: i64, under_way: &[i64]) -> Self {
        let position = self.position.max(last);
        let passed = |n: &i64| self.under_way.contains(n) || (self.position < *n && *n <= position);
        let under_way = under_way.iter().copied().filter(passed).collect();
        Self { position, under_way, version: self.version + 1 }
    }
}

/// PostgreSQL's `pg_snapshot`: what a statement sees.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The number that no transaction has yet.
    pub(super) next: i64,
    /// Transactions below it that have not ended, in order.
    pub(super) under_way: Vec<i64>,
}

impl Snapshot {
    /// From `xmin:xmax:xip,xip,…`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let parse = || {
            let mut parts = text.split(':').skip(1);
            let next = parts.next()?.parse().ok()?;
            let under_way = parts.next()?.split(',').filter(|n| !n.is_empty());
            let under_way = under_way.map(|n| n.parse().ok()).collect::<Option<_>>()?;
            Some(Self { next, under_way })
        };
        let unknown = || sqlx::Error::Decode(format!("{text:?} is no snapshot").into());
        parse().ok_or_else(|| Error::from(unknown()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use std::collections::BTreeMap;

    #[test]
    fn a_snapshot_is_read_as_postgresql_writes_it() {
        let read = |text| Snapshot::parse(text).map_err(|error| error.to_string());
        assert_eq!(read("10:20:10,14,15"), Ok(Snapshot { next: 20, under_way: vec![10, 14, 15] }));
        assert_eq!(read("10:10:"), Ok(Snapshot { next: 10, under_way: vec![] }));
        assert!(read("10:20").is_err() && read("a:b:c").is_err() && read("1:2:x").is_err());
    }

    /// What happens to a database of transactions, each of which writes some entries.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Begin {
            entries: u8,
        },
        /// Of those under way, the so-manieth.
        End {
            which: u8,
            commit: bool,
        },
        /// The follower takes a page of at least so many entries.
        Read {
            most: u8,
        },
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            3 => (0..4_u8).prop_map(|entries| Act::Begin { entries }),
            3 => (any::<u8>(), prop::bool::weighted(0.8))
                .prop_map(|(which, commit)| Act::End { which, commit }),
            2 => (1..6_u8).prop_map(|most| Act::Read { most }),
        ]
    }

    /// What PostgreSQL is to a follower.
    #[derive(Default)]
    struct Transactions {
        next: i64,
        under_way: BTreeMap<i64, u8>,
        committed: BTreeMap<i64, u8>,
    }

    impl Transactions {
        fn act(&mut self, act: Act) {
            match act {
                Act::Begin { entries } => {
                    self.under_way.insert(self.next, entries);
                    self.next += 1;
                }
                Act::End { which, commit } if !self.under_way.is_empty() => {
                    let which = usize::from(which) % self.under_way.len();
                    let number = *self.under_way.keys().nth(which).unwrap();
                    let entries = self.under_way.remove(&number).unwrap();
                    if commit && entries > 0 {
                        self.committed.insert(number, entries);
                    }
                }
                Act::End { .. } | Act::Read { .. } => {}
            }
        }

        /// The statement [`super::super::PAGE_POSTGRES`]: numbers with how many entries they have.
        fn page(&self, place: &Place, most: u8) -> BTreeMap<i64, u8> {
            let mut page: BTreeMap<i64, u8> = self.committed.clone();
            page.retain(|n, _| place.under_way.contains(n));
            let mut found = 0;
            for (n, entries) in self.committed.range(place.position.saturating_add(1)..) {
                if found >= u32::from(most) {
                    break;
                }
                found += u32::from(*entries);
                page.insert(*n, *entries);
            }
            page
        }
    }

    proptest! {
        #[test]
        fn each_committed_entry_is_read_once_in_whatever_order_transactions_end(
            acts in vec(act(), 0..120),
            from_the_end in any::<bool>(),
        ) {
            let mut transactions = Transactions { next: 700, ..Transactions::default() };
            for act in acts.iter().take(20) {
                transactions.act(*act);
            }
            let mut place = Place::beginning();
            let mut read: BTreeMap<i64, u8> = BTreeMap::new();
            if from_the_end {
                let under_way = transactions.under_way.keys().copied().collect();
                place = Place::at_end(&Snapshot { next: transactions.next, under_way });
                read = transactions.committed.clone();
            }
            let drain = [Act::Read { most: 3 }; 200];
            for act in acts.iter().skip(20).chain(&drain) {
                transactions.act(*act);
                if let Act::Read { most } = *act {
                    let page = transactions.page(&place, most);
                    let Some((last, _)) = page.last_key_value() else { continue };
                    let under_way: Vec<i64> = transactions.under_way.keys().copied().collect();
                    place = place.after(*last, &under_way);
                    prop_assert!(place.under_way.iter().all(|n| under_way.contains(n)), "who has ended is forgotten");
                    for (number, entries) in page {
                        prop_assert_eq!(read.insert(number, entries), None, "read twice");
                    }
                }
            }
            prop_assert_eq!(read, transactions.committed);
        }
    }
}
