//! Attempts to sign in as one process counts them: by moments, which nobody sets back.

use super::counted::{Counted, TooMany, WINDOW};
use crate::Moment;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So many may be remembered before those that have worn off are looked for.
const FEW: usize = 100;

/// The attempts that have not worn off, and some that have.
#[derive(Default)]
pub(crate) struct Memory(Mutex<Attempts>);

#[derive(Default)]
struct Attempts {
    at: HashMap<Counted, Vec<Moment>>,
    /// What is counted when it was last looked for those that have worn off.
    left: usize,
}

impl Memory {
    /// Counts an attempt, before anything is looked at, so that many at once are not more than many in a row.
    pub(super) fn add(&self, counted: &[Counted], now: Moment) -> Result<(), TooMany> {
        let mut attempts = self.lock();
        for by in counted {
            let Some(at) = attempts.at.get_mut(by) else { continue };
            at.retain(|at| now.since(*at) < WINDOW);
            if at.len() >= by.limit() {
                let wait = WINDOW.saturating_sub(now.since(at[0]));
                return Err(TooMany { limit: by.limit(), wait });
            }
        }
        for by in counted {
            attempts.at.entry(by.clone()).or_default().push(now);
        }
        attempts.forget_old(now);
        Ok(())
    }

    pub(super) fn take_off(&self, counted: &[Counted], at: Moment) {
        let mut attempts = self.lock();
        for by in counted {
            if let Some(of_this) = attempts.at.get_mut(by)
                && let Some(index) = of_this.iter().rposition(|known| *known == at)
            {
                of_this.remove(index);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Attempts> {
        // A count that a panic left half done is still a count.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempts {
    /// Once there are twice as many as last time, so that it costs each attempt the same.
    fn forget_old(&mut self, now: Moment) {
        if self.at.len() <= 2 * self.left.max(FEW) {
            return;
        }
        self.at.retain(|_, at| at.last().is_some_and(|at| now.since(*at) < WINDOW));
        self.left = self.at.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Clock,
        people::{
            client::ClientNetwork,
            sign_ins::counted::{OF_ACCOUNT, OF_CLIENT, Who},
        },
    };
    use protocol::Timestamp;
    use std::time::Duration;

    const ANA: Option<&str> = Some("ana@example.com");

    struct Door {
        memory: Memory,
        clock: Clock,
    }

    impl Door {
        fn new() -> Self {
            let clock = Clock::manual(Timestamp(1_800_000_000_000));
            Self { memory: Memory::default(), clock }
        }

        fn tries(&self, client: &str, email: Option<&str>) -> Result<Vec<Counted>, TooMany> {
            let client = (client != "here").then(|| ClientNetwork(client.into()));
            let who = match email {
                Some(email) => Who::sign_in(client, email),
                None => Who::link(client),
            };
            let counted = who.counted();
            self.memory.add(&counted, self.clock.moment()).map(|()| counted)
        }

        fn opens(&self, client: &str, email: Option<&str>) -> bool {
            self.tries(client, email).is_ok()
        }
    }

    #[test]
    fn only_failed_attempts_count_and_they_wear_off() {
        let door = Door::new();
        for _ in 0..20 {
            let counted = door.tries("203.0.113.1", ANA).unwrap();
            door.memory.take_off(&counted, door.clock.moment());
        }
        assert!((0..OF_CLIENT).all(|_| door.opens("203.0.113.1", ANA)));
        let refused = door.tries("203.0.113.1", ANA).unwrap_err();
        assert_eq!(refused, TooMany { limit: OF_CLIENT, wait: WINDOW });
        door.clock.advance(WINDOW);
        assert!(door.opens("203.0.113.1", ANA));
    }

    #[test]
    fn a_clock_that_is_set_back_refuses_nobody() {
        let door = Door::new();
        assert!((0..OF_CLIENT).all(|_| door.opens("203.0.113.1", ANA)));
        door.clock.set_back(Duration::from_hours(24));
        door.clock.advance(WINDOW);
        assert!(door.opens("203.0.113.1", ANA));
    }

    #[test]
    fn a_client_has_five_over_all_accounts_and_shuts_nobody_else_out() {
        let door = Door::new();
        for n in 0..OF_CLIENT {
            assert!(door.opens("203.0.113.1", Some(&format!("{n}@example.com"))));
        }
        assert!(!door.opens("203.0.113.1", ANA));
        assert!(door.opens("203.0.113.2", ANA));
    }

    #[test]
    fn who_has_tried_too_many_passwords_can_ask_for_a_link_and_use_it() {
        let door = Door::new();
        assert!((0..OF_CLIENT).all(|_| door.opens("203.0.113.1", ANA)));
        assert!(!door.opens("203.0.113.1", ANA));
        let client = || Some(ClientNetwork("203.0.113.1".into()));
        let asks = || {
            let counted = Who::forgotten(client(), "ana@example.com").counted();
            door.memory.add(&counted, door.clock.moment()).is_ok()
        };
        assert!((0..OF_CLIENT).all(|_| asks()));
        assert!(!asks(), "and not without end");
        assert!((0..OF_CLIENT).all(|_| door.opens("203.0.113.1", None)));
        assert!(!door.opens("203.0.113.1", None), "links that are not there count");
    }

    #[test]
    fn where_all_come_from_this_machine_an_account_is_closed_and_not_all_of_them() {
        let door = Door::new();
        assert!((0..OF_CLIENT).all(|_| door.opens("here", ANA)));
        assert!(!door.opens("here", Some(" ANA@example.com")));
        assert!(door.opens("here", Some("eva@example.com")));
        assert!(door.opens("203.0.113.1", ANA), "its agent comes in from elsewhere");
    }

    #[test]
    fn an_account_has_twenty_over_all_clients() {
        let door = Door::new();
        for n in 0..OF_ACCOUNT {
            assert!(door.opens(&format!("203.0.113.{}", n / 4), ANA));
        }
        assert_eq!(door.tries("198.51.100.1", ANA).unwrap_err().limit, OF_ACCOUNT);
        assert!(door.opens("198.51.100.1", Some("eva@example.com")));
    }

    #[test]
    fn what_has_worn_off_is_forgotten() {
        let door = Door::new();
        for round in 0..5 {
            for n in 0..FEW {
                assert!(door.opens("here", Some(&format!("{round}.{n}@example.com"))));
            }
            door.clock.advance(WINDOW);
        }
        assert!(door.memory.lock().at.len() <= 4 * FEW);
    }
}
