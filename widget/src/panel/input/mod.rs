//! What the visitor does: one listener on the document for every kind of event; elements say what they are for by id
//! and `data-action`.

mod click;
mod forms;
mod keyboard;
mod upload;

use super::{dom, fields, runtime};
use crate::markup::Id;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event};

/// How far from its end the log still counts as scrolled to the end, in pixels.
const NEAR_END: i32 = 48;

const BUBBLING: [&str; 9] =
    ["click", "submit", "input", "change", "keydown", "paste", "dragover", "dragleave", "drop"];
const NOT_BUBBLING: [&str; 2] = ["scroll", "close"];

/// Listens for as long as the page lives; also to what an event causes while it is handled, as a click on *Adjuntar* does.
pub fn listen() {
    let listener = Closure::<dyn Fn(Event)>::new(|event: Event| on_event(&event)).into_js_value();
    let (document, listener) = (dom::document(), listener.unchecked_ref());
    for kind in BUBBLING {
        let _ = document.add_event_listener_with_callback(kind, listener);
    }
    for kind in NOT_BUBBLING {
        let _ = document.add_event_listener_with_callback_and_bool(kind, listener, true);
    }
}

fn on_event(event: &Event) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let id = dom::id_of(&target);
    match event.type_().as_str() {
        "click" => click::on_click(&target),
        "submit" => forms::on_submit(event, &target),
        "input" => {
            if let Some((id, field)) = id.and_then(|id| Some((id, fields::field_of(id)?))) {
                let text = dom::value(id);
                runtime::change(|state, env| state.typed(field, &text, env));
            }
        }
        "change" => on_change(&target, id),
        "keydown" => keyboard::on_key(event.unchecked_ref(), id),
        "paste" => upload::on_paste(event.unchecked_ref()),
        "dragover" | "dragleave" | "drop" => upload::on_drag(event.unchecked_ref(), id),
        "scroll" if id == Some(Id::Log) => on_scroll(&target),
        "close" => match id {
            Some(Id::TranscriptDialog) => {
                runtime::change(|state, _| state.transcript_dialog_closed());
            }
            Some(Id::EndDialog) => runtime::change(|state, _| state.end_dialog_closed()),
            _ => {}
        },
        _ => {}
    }
}

fn on_change(target: &Element, id: Option<Id>) {
    match id {
        Some(Id::Files) => upload::on_chosen_in_form(),
        Some(Id::ComposerFiles) => upload::on_chosen_in_composer(),
        _ if target.get_attribute("type").as_deref() == Some("radio") => {
            runtime::change(|state, _| state.score_chosen());
        }
        _ => {}
    }
}

/// The end is where the log starts (`column-reverse`), with what follows a chat: while that is in view, nothing lies
/// over it.
fn on_scroll(log: &Element) {
    let card = dom::find(log, ".ended").map_or(0, |card| card.offset_height());
    let at_end = log.scroll_top() > -NEAR_END - card;
    if runtime::read(|state| state.at_end) != Some(at_end) {
        runtime::change(|state, env| state.scrolled(at_end, env));
    }
}
