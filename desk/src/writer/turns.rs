//! The order of what one connection says (`behaviours.md`, "Delivery contract", 7).
//!
//! A connection hands its messages to the writer one after another without waiting for answers, and the writer keeps
//! their order. What the writer does not write (the answer to a request, a message with files) is written in a
//! transaction of its own, once everything that the connection said before it is answered; until then the writer leaves
//! what was said after it alone too. A message that is refused for now is sent again: nothing that was said after it is
//! stored before it.

use crate::{Error, Result};
use protocol::{Code, Refusal};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::SeqCst},
};
use tokio::sync::Notify;

/// The turns of one connection: each thing that it asks for has a place, from 0.
#[derive(Default)]
pub struct Turns {
    /// Everything below this place is answered, in order.
    answered: AtomicU64,
    /// The place behind the last message that the writer left to its sender; 0: there was none.
    left_upto: AtomicU64,
    failure: Mutex<Option<Failure>>,
    was_answered: Notify,
}

/// The message that was refused for now.
struct Failure {
    place: u64,
    /// From here on messages are written again: the refused one has come again.
    resumed: Option<u64>,
}

impl Turns {
    /// The turn of whoever has this place.
    pub fn turn(self: &Arc<Self>, place: u64) -> Turn {
        Turn { turns: Arc::clone(self), place }
    }

    /// The next place is answered.
    pub fn answer(&self) {
        self.answered.fetch_add(1, SeqCst);
        self.was_answered.notify_waiters();
    }

    /// What was refused for now comes again at this place.
    pub fn resume(&self, place: u64) {
        if let Some(failure) = &mut *self.failure() {
            failure.resumed.get_or_insert(place);
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One place among those of a connection.
#[derive(Clone)]
pub struct Turn {
    turns: Arc<Turns>,
    place: u64,
}

/// What the writer does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Write,
    /// Something before it is written by its sender: so is this.
    Leave,
    /// Something before it was refused for now: so is this.
    Refuse,
}

impl Turn {
    /// The turn of a caller who waits for each answer before the next message.
    pub fn alone() -> Self {
        Arc::<Turns>::default().turn(0)
    }

    /// Waits until everything before it is answered.
    ///
    /// # Errors
    /// `TryAgain` when one of them was refused for now.
    pub(crate) async fn come(&self) -> Result<()> {
        loop {
            let was_answered = self.turns.was_answered.notified();
            if self.turns.answered.load(SeqCst) >= self.place {
                break;
            }
            was_answered.await;
        }
        if self.is_behind_failure() { Err(try_again()) } else { Ok(()) }
    }

    /// Hands an outcome on; a message that is refused for now holds up what was said after it.
    pub(crate) fn note<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.inspect_err(|error| {
            if error.refusal().code.is_passing() {
                self.fail();
            }
        })
    }

    /// This message is refused for now: nothing that was said after it is stored until [`Turns::resume`].
    pub fn fail(&self) {
        let mut failure = self.turns.failure();
        match &mut *failure {
            Some(Failure { place, resumed: None }) => *place = self.place.min(*place),
            Some(Failure { resumed: Some(resumed), .. }) if self.place < *resumed => {}
            over => *over = Some(Failure { place: self.place, resumed: None }),
        }
    }

    pub(super) fn admission(&self) -> Admission {
        if self.is_behind_failure() {
            Admission::Refuse
        } else if self.turns.answered.load(SeqCst) < self.turns.left_upto.load(SeqCst) {
            Admission::Leave
        } else {
            Admission::Write
        }
    }

    /// The writer does not write it.
    pub(super) fn leave(&self) {
        self.turns.left_upto.fetch_max(self.place + 1, SeqCst);
    }

    fn is_behind_failure(&self) -> bool {
        self.turns.failure().as_ref().is_some_and(|failure| {
            failure.place < self.place && failure.resumed.is_none_or(|from| self.place < from)
        })
    }
}

/// The sender keeps its text and sends it again.
pub(super) fn try_again() -> Error {
    Refusal::new(Code::TryAgain).into()
}

#[cfg(test)]
mod tests {
    use super::{
        Admission::{Refuse, Write},
        *,
    };

    #[test]
    fn what_is_said_after_a_message_that_the_writer_left_is_left_until_that_is_answered() {
        let turns = Arc::<Turns>::default();
        turns.turn(0).leave();
        assert_eq!(turns.turn(1).admission(), Admission::Leave);
        turns.turn(1).leave();
        turns.answer();
        assert_eq!(turns.turn(2).admission(), Admission::Leave);
        turns.answer();
        assert_eq!(turns.turn(2).admission(), Admission::Write);
    }

    #[test]
    fn what_is_said_after_a_message_that_was_refused_for_now_is_refused_until_that_comes_again() {
        let turns = Arc::<Turns>::default();
        let admissions = || [0, 1, 2, 3, 4].map(|place| turns.turn(place).admission());
        turns.turn(2).fail();
        assert_eq!(admissions(), [Write, Write, Write, Refuse, Refuse]);
        turns.turn(1).fail();
        assert_eq!(admissions(), [Write, Write, Refuse, Refuse, Refuse]);
        turns.resume(3);
        assert_eq!(admissions(), [Write, Write, Refuse, Write, Write]);
        turns.turn(2).fail();
        assert_eq!(admissions(), [Write, Write, Refuse, Write, Write]);
        turns.turn(3).fail();
        assert_eq!(turns.turn(4).admission(), Refuse);
    }

    #[tokio::test]
    async fn a_turn_comes_when_everything_before_it_is_answered() {
        let turns = Arc::<Turns>::default();
        let late = turns.turn(2);
        let mut late = tokio::spawn(async move { late.come().await });
        for _ in 0..2 {
            tokio::task::yield_now().await;
            assert!(!late.is_finished());
            turns.answer();
        }
        (&mut late).await.unwrap().unwrap();
        turns.turn(3).fail();
        (0..5).for_each(|_| turns.answer());
        assert_eq!(turns.turn(5).come().await.unwrap_err().refusal().code, Code::TryAgain);
    }
}
