//! The button's answer as host pages are sent it: by itself, on the stream, and with the loader.

use super::{request_info, state::Server};
use axum::http::{HeaderMap, Uri};
use desk::sites::Site;
use protocol::{
    settings::Hue,
    status::{Availability, Reason},
    strings::Strings,
};
use serde::Serialize;
use std::sync::Arc;

/// What host pages are sent.
#[derive(Serialize)]
pub(crate) struct Status<'a> {
    open: bool,
    label: &'static str,
    reason: Reason,
    changes_at: Option<String>,
    /// The site's brand hue, for the button.
    hue: Option<Hue>,
    strings: &'a Strings,
}

impl<'a> Status<'a> {
    pub(crate) fn new(availability: &Availability, hue: Option<Hue>, strings: &'a Strings) -> Self {
        Self {
            open: availability.open,
            label: if availability.open { "Chat" } else { "Ayuda" },
            reason: availability.reason,
            changes_at: availability.changes_at.map(protocol::Timestamp::to_rfc3339),
            hue,
            strings,
        }
    }
}

/// The same as the loader brings it, with the language that its words are in.
#[derive(Serialize)]
struct Given<'a> {
    #[serde(flatten)]
    status: Status<'a>,
    lang: &'static str,
}

/// The status as an expression of a script.
pub(crate) fn written_status(
    server: &Server,
    site: &Site,
    uri: &Uri,
    headers: &HeaderMap,
) -> String {
    let strings = words(uri, headers, site.lang.as_text());
    let status = Status::new(&server.desk.availability(site.id), site.hue, &strings);
    let lang = request_info::language(uri, headers, site.lang.as_text());
    let json = serde_json::to_string(&Given { status, lang }).expect("a status is JSON");
    // Nothing in it can end the string or the script that it stands in.
    json.replace('<', "\\u003c")
}

/// The button's words, in the language that is asked for.
pub(crate) fn words(uri: &Uri, headers: &HeaderMap, lang: &str) -> Arc<Strings> {
    Arc::new(desk::locales::strings(request_info::language(uri, headers, lang), &["button"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_constant_and_the_instant_is_written_out() {
        let strings = Strings::default();
        let availability = Availability {
            open: false,
            reason: Reason::OutsideHours,
            changes_at: Some(protocol::Timestamp(1_795_449_600_000)),
        };
        let json =
            serde_json::to_value(Status::new(&availability, Hue::new(258).ok(), &strings)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "open": false, "label": "Ayuda", "reason": "outside_hours",
                "changes_at": "2026-11-23T16:00:00Z", "hue": 258, "strings": {},
            })
        );
    }
}
