//! Icons: one path each, drawn with the text's colour, never read out.

use leptos::prelude::*;

pub const CHAT: &str = "M4 5h16v11H9l-5 4z";
pub const HELP: &str = "M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.4v.8M12 17.2v.1";
pub const CLOCK: &str = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M12 7v5l3 2";
pub const CHECK: &str = "m5 12.5 4.5 4.5L19 7.5";
pub const TICKET: &str = "M3 9V6h18v3a3 3 0 0 0 0 6v3H3v-3a3 3 0 0 0 0-6zM13 6v12";
pub const CROSS: &str = "m6 6 12 12M18 6 6 18";
pub const DOTS: &str = "M5 12h.01M12 12h.01M19 12h.01";
pub const CLIP: &str =
    "m21 11-9 9a6 6 0 0 1-8.5-8.5l9-9a4 4 0 0 1 5.7 5.7l-9 9a2 2 0 0 1-2.8-2.8l8.3-8.3";
pub const FILE: &str = "M6 3h8l5 5v13H6zM14 3v5h5";
pub const DOWN: &str = "M12 5v14m-6-6 6 6 6-6";

/// Five faces, from very bad to very good.
pub const FACES: [&str; 5] = [
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M8.5 16.5a4 4 0 0 1 7 0M9 9.5h.01M15 9.5h.01",
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M9 16a4.5 4.5 0 0 1 6 0M9 9.5h.01M15 9.5h.01",
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M8.5 15h7M9 9.5h.01M15 9.5h.01",
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M8 13.5h8a4 4 0 0 1-8 0zM9 9.5h.01M15 9.5h.01",
];

/// One icon.
pub fn icon(path: &'static str) -> impl IntoView {
    view! { <svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d=path/></svg> }
}
