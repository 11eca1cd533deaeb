//! Keys: Enter in the composer, and the keys of an open menu.

use super::{
    super::{dom, runtime},
    forms,
};
use crate::markup::Id;
use web_sys::KeyboardEvent;

/// The key code of a key that an input method has taken (UI Events, "keyCode").
const COMPOSING: u32 = 229;

pub fn on_key(event: &KeyboardEvent, id: Option<Id>) {
    let key = event.key();
    if id == Some(Id::ComposerMessage) {
        // The Enter that ends what an input method composes is not ours; some browsers tell of it after the
        // composition.
        let composes = event.is_composing() || event.key_code() == COMPOSING;
        if key == "Enter" && !event.shift_key() && !composes {
            event.prevent_default();
            forms::send_message();
        }
        return;
    }
    if runtime::read(|state| state.menu_open) != Some(true) {
        return;
    }
    match key.as_str() {
        "Escape" => runtime::change(|state, _| state.close_menu()),
        "ArrowDown" => move_in_menu(|at, n| (at + 1) % n),
        "ArrowUp" => move_in_menu(|at, n| (at + n - 1) % n),
        "Home" => move_in_menu(|_, _| 0),
        "End" => move_in_menu(|_, n| n - 1),
        "Tab" => return runtime::change(|state, _| state.menu_open = false),
        _ => return,
    }
    event.prevent_default();
}

/// `to` gets the place of the item that has the focus, and how many there are.
fn move_in_menu(to: fn(usize, usize) -> usize) {
    let items = dom::menu_items();
    let focused = dom::document().active_element();
    let at = items.iter().position(|item| focused.as_ref() == Some(item.as_ref()));
    if !items.is_empty()
        && let Some(item) = items.get(to(at.unwrap_or(0), items.len()))
    {
        let _ = item.focus();
    }
}
