//! Where the agent sits, as far as the server knows.

use axum::http::{HeaderMap, header::COOKIE};
use desk::hours::zones::zones;
use protocol::{Timestamp, schedule::Transitions};
use std::time::Duration;

/// Entries older than this show the time by the offset of then only once the script runs.
const BEFORE: Duration = Duration::from_hours(5 * 366 * 24);
/// A page that is open for longer knows its zone itself.
const AFTER: Duration = Duration::from_hours(366 * 24);

/// The zone whose name an earlier page stored in a cookie, for the years around now.
pub(super) fn zone(headers: &HeaderMap, now: Timestamp) -> Option<Transitions> {
    let name = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("ayuda_zone="))?;
    let zone = zones().find_zone(name)?;
    Some(Transitions::of(zone.as_ref(), now - BEFORE, now + AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use protocol::schedule::{Offset, Zone};

    // 2026-11-25T12:00:00Z
    const NOW: Timestamp = Timestamp(1_795_608_000_000);

    fn of(cookies: &'static str) -> Option<Transitions> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(cookies));
        zone(&headers, NOW)
    }

    #[test]
    fn the_zone_is_read_among_other_cookies() {
        let madrid = of("a=b; ayuda_zone=Europe/Madrid").unwrap();
        assert_eq!(madrid.offset_at(NOW), Offset(3600));
        assert_eq!(of("ayuda_zone=../../etc/passwd"), None);
        assert_eq!(of("other_ayuda_zone=Europe/Madrid"), None);
    }

    #[test]
    fn it_is_as_the_zone_data_has_it_for_years_around_now() {
        for name in ["Europe/Madrid", "America/Bogota", "Africa/Casablanca", "Asia/Kolkata"] {
            let headers = HeaderMap::from_iter([(
                COOKIE,
                HeaderValue::from_str(&format!("ayuda_zone={name}")).unwrap(),
            )]);
            let (listed, zone) = (zone(&headers, NOW).unwrap(), zones().find_zone(name).unwrap());
            for hour in -43_000..8_700 {
                let at = Timestamp(NOW.0 + hour * 3_600_000);
                assert_eq!(listed.offset_at(at), zone.offset_at(at), "{name} {at:?}");
            }
            assert!(listed.changes().len() < 40, "{name}");
        }
    }
}
