//! Where the reader sits: which offset from UTC a clock on their wall had at any instant.

use crate::browser;
use protocol::{
    Timestamp,
    schedule::{LocalTime, Transitions, Zone},
};
use std::sync::Arc;

/// The reader's zone.
#[derive(Clone, Debug)]
pub enum ReaderZone {
    /// As the server knows it by the name that an earlier visit stored: what the page is rendered with, there and here.
    Listed(Arc<Transitions>),
    /// As the browser knows it, once the script runs.
    Browser,
}

impl ReaderZone {
    /// What the reader's wall shows at an instant.
    pub fn local(&self, at: Timestamp) -> LocalTime {
        match self {
            Self::Listed(zone) => zone.local_time(at),
            Self::Browser => {
                let offset = i64::from(browser::offset_at(at)) * 60;
                LocalTime(at.0.div_euclid(1000) + offset)
            }
        }
    }
}

impl Default for ReaderZone {
    /// UTC.
    fn default() -> Self {
        Self::Listed(Arc::default())
    }
}
