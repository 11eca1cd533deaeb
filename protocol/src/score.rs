//! What a visitor thinks of a chat.

use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rating, 1 to 5; 5 is the best (`behaviours.md`, "Closing").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl Score {
    /// From the worst to the best.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// Reads what a form sends.
    ///
    /// # Errors
    /// `Required` when there is nothing, `Invalid` when it is no score, both of the field `Score`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        match raw.trim() {
            "" => Err(Refusal::of(Field::Score, Code::Required)),
            text => text.parse::<u8>().map_err(|_| INVALID).and_then(Self::try_from),
        }
    }
}

const INVALID: Refusal = Refusal::of(Field::Score, Code::Invalid);

impl TryFrom<u8> for Score {
    type Error = Refusal;
    fn try_from(score: u8) -> Result<Self, Refusal> {
        if (1..=5).contains(&score) { Ok(Self(score)) } else { Err(INVALID) }
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_one_to_five() {
        for score in Score::ALL {
            assert_eq!(Score::parse(&format!(" {score} ")), Ok(score));
            assert_eq!(Score::try_from(u8::from(score)), Ok(score));
        }
        assert_eq!(Score::ALL.map(u8::from), [1, 2, 3, 4, 5]);
        for wrong in ["0", "6", "200", "256", "-1", "4.5", "cinco"] {
            assert_eq!(Score::parse(wrong), Err(INVALID), "{wrong}");
        }
        assert_eq!(Score::parse(" "), Err(Refusal::of(Field::Score, Code::Required)));
        assert!(serde_json::from_str::<Score>("6").is_err());
    }
}
