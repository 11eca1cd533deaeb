//! How many connections a process may have to PostgreSQL.

use std::str::FromStr;

/// The most connections of one process's pool to PostgreSQL, from [`Connections::LEAST`] to [`Connections::MOST`].
/// SQLite takes no notice of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections(u32);

impl Connections {
    /// The writer's, those of the four jobs at a time, and a few for everybody else.
    pub const LEAST: u32 = 8;
    /// More than servers of PostgreSQL are set up for.
    pub const MOST: u32 = 1_000;

    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

/// Five nodes on a server as PostgreSQL comes, which takes 100.
impl Default for Connections {
    fn default() -> Self {
        Self(16)
    }
}

/// A text that is no number within the bounds.
#[derive(Debug, thiserror::Error)]
#[error("must be a number from {} to {}", Connections::LEAST, Connections::MOST)]
pub struct ConnectionsError;

impl FromStr for Connections {
    type Err = ConnectionsError;

    fn from_str(text: &str) -> Result<Self, ConnectionsError> {
        let number = text.trim().parse().ok();
        let number = number.filter(|number| (Self::LEAST..=Self::MOST).contains(number));
        number.map(Self).ok_or(ConnectionsError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_within_the_bounds_is_taken() {
        let read = |text: &str| text.parse::<Connections>().ok().map(Connections::get);
        for (text, number) in [("8", 8), (" 40 ", 40), ("1000", 1_000)] {
            assert_eq!(read(text), Some(number));
        }
        for wrong in ["", "7", "1001", "-16", "16.5", "many", "99999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(&Connections::default().get().to_string()), Some(16));
    }
}
