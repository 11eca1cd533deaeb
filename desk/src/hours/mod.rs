//! When the desk is open: schedules, holidays and time zones, and what the button says because of them.

pub(crate) mod availability;
mod holidays;
pub mod zones;

pub use holidays::{Holidays, countries};
