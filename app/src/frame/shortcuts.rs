//! Keys that do what a button does, and the sheet that lists them. A key's place on the page says itself which it is, by
//! `aria-keyshortcuts`; none does anything while one types.

use crate::{
    browser::{focus, keys, storage},
    ui::{dialog::Dialog, erase::erase},
    words::use_words,
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What shows the sheet.
const HELP: &str = "?";
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

/// Listens for the keys, and shows them.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let is_on = RwSignal::new(true);
    Effect::new(move |_| {
        is_on.set(storage::get(keys::NO_SHORTCUTS).is_none());
        let listener = window_event_listener(ev::keydown, move |event| {
            let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
            if has_modifier
                || event.default_prevented()
                || focus::is_typing()
                || focus::is_inside("dialog")
            {
                return;
            }
            let key = event.key();
            let is_done = match key.as_str() {
                HELP => {
                    open.set(true);
                    true
                }
                _ if !is_on.get_untracked() => false,
                "j" => focus::step(".group:not([hidden]) a.item", true),
                "k" => focus::step(".group:not([hidden]) a.item", false),
                key if key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                    press(key)
                }
                _ => false,
            };
            if is_done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
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

/// Does what the key's place on the page does; false when there is none on screen.
fn press(key: &str) -> bool {
    let found =
        document().query_selector(&format!("main [aria-keyshortcuts='{key}']")).ok().flatten();
    let Some(place) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    if matches!(&*place.tag_name(), "TEXTAREA" | "INPUT") {
        let _ = place.focus();
    } else {
        place.click();
    }
    true
}
