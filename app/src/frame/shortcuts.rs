//! Keys that do what a button does. A key's place on the page says itself which it is, by
//! `aria-keyshortcuts`; none does anything while one types.

use super::shortcut_sheet::HELP;
use crate::{
    browser::{focus, keys, storage},
    chunks::{Dialog, dialog},
    ui::later::LateDialog,
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Listens for the keys, and shows the sheet that lists them.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
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
                "j" | "k" => focus::step(rows(), key == "j"),
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
    let sheet = Dialog::Shortcuts { open, is_on };
    view! { <LateDialog late=dialog(sheet) open=open on_dismiss=Callback::new(move |()| open.set(false))/> }
}

/// The rows that are seen: while one searches the list stays behind what was found.
fn rows() -> &'static str {
    if focus::is_there(".found") { ".found a.item" } else { ".group:not([hidden]) a.item" }
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
