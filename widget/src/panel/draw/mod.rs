//! Puts the state into the document. It may run at any time and as often as it likes.

mod attachment;
mod chips;
mod conversation;
mod form;
mod header;
mod log;
mod message;
mod own;

pub use log::scroll_to_end;

use super::{dom, js, state::State};
use crate::markup::Id;
use protocol::Timestamp;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// What has been drawn, and is patched from then on.
#[derive(Default)]
pub struct Drawn {
    log: log::Drawn,
}

/// Draws everything, as it is now.
pub fn draw(state: &State, now: Timestamp, drawn: &mut Drawn) {
    show_by_rules(state);
    header::draw(state);
    form::draw(state);
    own::draw(state);
    conversation::draw(state, now);
    dialog(Id::TranscriptDialog, state.transcript_dialog_open);
    dialog(Id::EndDialog, state.end_dialog_open);
    log::draw(state, now, &mut drawn.log);
    chips::draw(state);
    js::place_receipt();
}

/// Every element that has a rule.
fn show_by_rules(state: &State) {
    let model = state.view_model();
    for element in dom::find_all(Id::Panel, "[data-show]") {
        let rule = element.get_attribute("data-show").unwrap_or_default();
        dom::set_shown(&element, model.shows(&rule));
    }
}

fn dialog(id: Id, is_open: bool) {
    let Some(dialog) = dom::by_id(id) else { return };
    let dialog: HtmlDialogElement = dialog.unchecked_into();
    if is_open && !dialog.open() {
        let _ = dialog.show_modal();
    } else if !is_open && dialog.open() {
        dialog.close();
    }
}
