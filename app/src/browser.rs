//! What only a browser has: storage, clock, sound, notifications, uploads. Called from effects and handlers alone,
//! which never run on the server.

pub mod carry;
pub mod drawn_page;
pub mod focus;
pub mod keys;
pub mod notice;
pub mod sound;
pub mod storage;
pub mod upload;
pub mod within;

use leptos::prelude::*;
use protocol::{EntryId, Timestamp};
use wasm_bindgen::JsCast;

/// The host's clock.
pub fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds far below 2^53")]
    Timestamp(js_sys::Date::now() as i64)
}

/// Minutes east of UTC at an instant, where the reader sits.
pub fn offset_at(at: Timestamp) -> i32 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let date = js_sys::Date::new(&(at.0 as f64).into());
    #[expect(clippy::cast_possible_truncation, reason = "a day has 1440 minutes")]
    let west = date.get_timezone_offset() as i32;
    -west
}

/// An id for a message that is written here.
#[expect(
    clippy::disallowed_methods,
    reason = "the sender makes the id: this is where, in the browser"
)]
pub fn new_entry_id() -> EntryId {
    EntryId(uuid::Uuid::now_v7())
}

/// A random number from 0 to 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// Whether the agent is elsewhere: another tab, another window, another application.
pub fn is_away() -> bool {
    is_hidden() || !document().has_focus().unwrap_or(true)
}

/// Stores the name of the reader's zone in a cookie, so that the next page shows the right times before its script
/// runs.
pub fn store_zone() {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let zone = js_sys::Reflect::get(&options, &"timeZone".into()).ok();
    let Some(zone) = zone.and_then(|zone| zone.as_string()) else { return };
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let cookie = format!("ayuda_zone={zone}; Path=/console; Max-Age=31536000; SameSite=Lax");
        let _ = document.set_cookie(&cookie);
    }
}

/// Whether there is a mouse, and so a keyboard: where there is none, a focused field brings up half a screen of keys.
pub fn has_keyboard() -> bool {
    window().match_media("(hover: hover)").ok().flatten().is_some_and(|query| query.matches())
}
