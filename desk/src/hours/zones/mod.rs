//! Time zones by name, from the newest data there is (H8): the tables built in with chrono-tz, or the host's zone files.
//!
//! The host's files are those in `TZDIR`, where that names a usable folder, else in `/usr/share/zoneinfo`. They are used when their
//! release is at least as new as the built-in one; a zone that they do not have (some hosts leave old names out) still comes
//! from the tables. Files that do not say which release they are of are used only when `TZDIR` names them: whoever sets it
//! means it. What is in use is read once and said by [`ZoneData::release`] and [`ZoneData::source`].

mod built_in;
mod release;
mod tzif;

pub use release::Release;

use crate::hours::Holidays;
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
/// Zone names are remembered with what they are; a client that guesses names cannot make this grow.
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
    match zones().find_zone(schedule.zone()) {
        Some(zone) => Ok((schedule, zone)),
        None => Err(ScheduleError::ZoneUnknown { zone: schedule.zone().to_owned() }),
    }
}

/// Zones from one source, with the built-in tables behind it.
pub struct ZoneData {
    /// None: the built-in tables alone.
    folder: Option<PathBuf>,
    release: Option<Release>,
    remembered: Mutex<HashMap<String, SharedZone>>,
}

impl ZoneData {
    /// The newer of the built-in tables and the host's files; `tzdir` is the value of `TZDIR`.
    pub fn newest(tzdir: Option<&Path>) -> Self {
        let named = tzdir.filter(|folder| !folder.as_os_str().is_empty() && is_zone_folder(folder));
        let folder = named.unwrap_or(Path::new(HOST_FOLDER));
        let release = Release::of_folder(folder);
        let is_newest = match &release {
            Some(release) => *release >= Release::built_in(),
            None => named.is_some(),
        };
        if is_newest && is_zone_folder(folder) {
            Self::with(Some(folder.to_owned()), release)
        } else {
            Self::built_in()
        }
    }

    /// The tables that were compiled in.
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

    /// The folder in use; none: the built-in tables.
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
            .map(|zone| Arc::new(zone) as SharedZone)
            .or_else(|| built_in::find(name).map(|zone| Arc::new(zone) as SharedZone))?;
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

/// `Area/City` and the few names without an area: no dot at the beginning of a part, so that no path leads out of the folder, and
/// none of what zone folders hold beside zones: second copies, and the host's own settings.
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

fn is_zone_folder(folder: &Path) -> bool {
    ["UTC", "Etc/UTC", "GMT", "Europe/Madrid"].iter().any(|name| tzif::is_file(&folder.join(name)))
}

#[cfg(test)]
mod tests;
