//! How many chats an agent has at a time.

use super::Limits;
use crate::Refusal;

/// Chats that one agent has at a time at the most, those that ring included (`behaviours.md`, "Offers"): within
/// [`Limits::CAPACITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity(u32);

impl Capacity {
    /// Checks.
    ///
    /// # Errors
    /// `TooSmall`, `TooLarge`.
    pub fn new(chats: u64) -> Result<Self, Refusal> {
        Limits::CAPACITY.check(chats).map(Self)
    }

    /// The number of chats.
    pub fn chats(self) -> u32 {
        self.0
    }
}
