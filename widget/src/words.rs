//! Which words the browser's half is given. What it never says would be downloaded twice: it stands in the markup.

use protocol::strings::Strings;

/// Words of the section `panel` that the markup alone has.
pub const OF_MARKUP: [&str; 47] = [
    "another",
    "area",
    "area_any",
    "attach",
    "back.neutral",
    "cancel",
    "card_ask",
    "card_save",
    "choose_files",
    "comment",
    "download",
    "edit",
    "end_cancel",
    "end_note",
    "end_title",
    "face.1",
    "face.2",
    "face.3",
    "face.4",
    "face.5",
    "files_drag",
    "files_hint",
    "leave_request",
    "log",
    "menu",
    "menu_end",
    "menu_sound",
    "menu_transcript",
    "not_kept",
    "open_ticket",
    "optional",
    "own",
    "own_list",
    "own_more",
    "own_page",
    "rating",
    "rating_done",
    "rating_title",
    "received_mail",
    "received_plain",
    "retry",
    "send",
    "send_rating",
    "started_plain",
    "transcript_ask",
    "transcript_send",
    "transcript_title",
];
/// Refusals and fields that no visitor meets.
const OF_AGENTS: [&str; 15] = [
    "error.already_taken",
    "error.password_common",
    "error.password_is_address",
    "error.sign_in_failed",
    "error.sign_in_required",
    "error.title",
    "field.agent",
    "field.observations",
    "field.password",
    "field.priority",
    "field.reason",
    "field.requirement",
    "field.state",
    "field.tags",
    "field.ticket_type",
];

/// The words for the browser's half.
pub fn of_browser(strings: &Strings) -> Strings {
    let is_wanted = |key: &str| match key.strip_prefix("panel.") {
        Some(key) => !OF_MARKUP.contains(&key),
        None => !OF_AGENTS.contains(&key),
    };
    strings.only(is_wanted)
}
