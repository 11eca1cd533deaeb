//! Where the agent sits, as far as the server knows.

use desk::hours::zones::zones;
use protocol::{Timestamp, schedule::Transitions};
use std::time::Duration;

/// Entries older than this show the time by the offset of then only once the script runs.
const BEFORE: Duration = Duration::from_hours(5 * 366 * 24);
/// A page that is open for longer knows its zone itself.
const AFTER: Duration = Duration::from_hours(366 * 24);

/// The zone of this name for the years around now; none when there is no such zone.
pub(super) fn zone(name: &str, now: Timestamp) -> Option<Transitions> {
    let zone = zones().find_zone(name)?;
    Some(Transitions::of(zone.as_ref(), now - BEFORE, now + AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::schedule::{Offset, Zone};

    // 2026-11-25T12:00:00Z
    const NOW: Timestamp = Timestamp(1_795_608_000_000);

    #[test]
    fn a_name_that_is_no_zone_has_none() {
        assert_eq!(zone("Europe/Madrid", NOW).unwrap().offset_at(NOW), Offset(3600));
        assert_eq!(zone("../../etc/passwd", NOW), None);
        assert_eq!(zone("", NOW), None);
    }

    #[test]
    fn it_is_as_the_zone_data_has_it_for_years_around_now() {
        for name in ["Europe/Madrid", "America/Bogota", "Africa/Casablanca", "Asia/Kolkata"] {
            let (listed, zone) = (zone(name, NOW).unwrap(), zones().find_zone(name).unwrap());
            for hour in -43_000..8_700 {
                let at = Timestamp(NOW.0 + hour * 3_600_000);
                assert_eq!(listed.offset_at(at), zone.offset_at(at), "{name} {at:?}");
            }
            assert!(listed.changes().len() < 40, "{name}");
        }
    }
}
