//! Files that the visitor chooses, pastes or drops: into the next message, or into the Ayuda form's field.

use super::super::{dom, files, runtime, state::UploadId};
use crate::{markup::Id, view_model::Screen};
use wasm_bindgen::JsValue;
use web_sys::{ClipboardEvent, DragEvent, Element, File};

pub fn on_chosen_in_form() {
    runtime::change(|state, _| state.files_chosen(&files::names_and_sizes()));
}

pub fn on_chosen_in_composer() {
    let Some(input) = dom::input(Id::ComposerFiles) else { return };
    if let Some(chosen) = input.files() {
        attach(files::listed(&chosen), false);
    }
    input.set_value("");
}

pub fn on_paste(event: &ClipboardEvent) {
    let Some(data) = event.clipboard_data() else { return };
    // A spreadsheet gives a picture of its cells along with their text: the text is meant.
    let has_text = data.get_data("text/plain").is_ok_and(|text| !text.is_empty());
    if let Some(pasted) = data.files().filter(|pasted| !has_text && pasted.length() > 0) {
        event.prevent_default();
        take(files::listed(&pasted));
    }
}

/// `target` is what the files are dragged over: the form's field takes them by itself.
pub fn on_drag(event: &DragEvent, target: Option<Id>) {
    let Some(data) = event.data_transfer() else { return };
    let has_files = data.types().includes(&JsValue::from_str("Files"), 0);
    if !has_files || target == Some(Id::Files) {
        return;
    }
    event.prevent_default();
    let kind = event.type_();
    runtime::change(|state, _| {
        state.is_dragging = kind == "dragover" && state.screen == Screen::Conversation;
    });
    if kind == "drop"
        && let Some(dropped) = data.files()
    {
        take(files::listed(&dropped));
    }
}

/// Takes a file out of the next message, or out of the form's field.
pub fn remove(target: &Element, id: &str) {
    let Ok(id) = id.parse::<u32>() else { return };
    let is_chosen = dom::by_id(Id::ChosenFiles).is_some_and(|list| list.contains(Some(target)));
    if is_chosen {
        files::remove_chosen(id as usize);
        on_chosen_in_form();
        dom::focus(Id::Files);
    } else {
        runtime::change(|state, _| state.remove_upload(UploadId(id)));
    }
}

/// Files that came by paste or drop go where the text goes.
fn take(given: Vec<File>) {
    match runtime::read(|state| (state.screen, state.status.open)) {
        Some((Screen::Conversation, _)) => attach(given, false),
        Some((Screen::Form, false)) => {
            files::choose(given);
            on_chosen_in_form();
        }
        _ => {}
    }
}

/// Files that did not go with a form go with the conversation that it became, `at_once` or with its next message; where
/// it became none, they are in the form still.
pub fn take_along(later: Vec<File>, at_once: bool) {
    if runtime::read(|state| state.screen) == Some(Screen::Conversation) {
        attach(later, at_once);
    }
}

fn attach(given: Vec<File>, at_once: bool) {
    for file in given {
        runtime::change(|state, _| {
            if let Some(id) = state.add_upload(file.name(), files::size(&file), at_once) {
                files::hold(state, id, file);
            }
        });
    }
}
