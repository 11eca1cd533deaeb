//! The sheet that lists the keys.

use crate::{
    browser::{keys, storage},
    ui::{dialog::Dialog, erase::erase},
    words::use_words,
};
use leptos::prelude::*;

/// What shows the sheet.
pub const HELP: &str = "?";
/// Rows of the sheet: keys, and the word for what they do.
const ROWS: &[(&[&str], &str)] = &[
    (&["F2"], "key_accept"),
    (&["F8"], "key_decline"),
    (&["j"], "key_next"),
    (&["k"], "key_previous"),
    (&["Enter"], "key_open"),
    (&["r"], "key_write"),
    (&["e"], "key_end"),
    (&[HELP], "key_help"),
    (&["Enter"], "key_send"),
    (&["Shift", "Enter"], "key_line"),
    (&["/"], "key_replies"),
    (&["@"], "key_mention"),
];

/// The sheet. `is_on`: whether keys do something.
#[component]
pub fn ShortcutSheet(open: RwSignal<bool>, is_on: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let toggle = move |_| {
        is_on.update(|is_on| *is_on = !*is_on);
        if is_on.get_untracked() {
            storage::remove(keys::NO_SHORTCUTS);
        } else {
            storage::set(keys::NO_SHORTCUTS, "1");
        }
    };
    let rows = ROWS
        .iter()
        .map(|(all, name)| {
            let all = all.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
            view! { <dt>{all}</dt><dd>{words.get(name)}</dd> }
        })
        .collect_view();
    erase(view! {
        <Dialog labelled_by="shortcuts-title" open=open>
            <h2 id="shortcuts-title">{words.get("shortcuts")}</h2>
            <dl class="keys">{rows}</dl>
            <label class="check">
                <input type="checkbox" prop:checked=is_on on:change=toggle/>
                {words.get("shortcuts_on")}
            </label>
            <div class="pair"><button type="button" class="btn" autofocus on:click=move |_| open.set(false)>{words.get("dismiss")}</button></div>
        </Dialog>
    })
}
