//! The fields that people type into.

use super::{dom, state::Draft};
use crate::markup::Id;
use protocol::Field;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlTextAreaElement};

/// Every text field with what it is for. Where two are for the same, one hides where the other shows.
const FIELDS: [(Id, Field); 9] = [
    (Id::Queue, Field::Queue),
    (Id::Name, Field::Name),
    (Id::Email, Field::Email),
    (Id::ContactEmail, Field::Email),
    (Id::TranscriptEmail, Field::Email),
    (Id::Subject, Field::Subject),
    (Id::Message, Field::Message),
    (Id::ComposerMessage, Field::Message),
    (Id::Comment, Field::Comment),
];

/// What an element is for; none where nobody types into it.
pub fn field_of(id: Id) -> Option<Field> {
    FIELDS.into_iter().find(|(its, _)| *its == id).map(|(_, field)| field)
}

/// What stands in the fields.
pub fn typed() -> Draft {
    let mut draft = Draft::default();
    for (id, field) in FIELDS {
        let text = dom::value(id);
        if !text.is_empty() {
            draft.set(field, &text);
        }
    }
    draft
}

/// Puts the draft into the fields; whether the queue that was chosen is not there any more. The caret of a message that is being typed stays where it was, seen from the end:
/// texts come and go before it.
pub fn put(draft: &Draft) -> bool {
    let mut is_queue_gone = false;
    let caret = caret_from_end();
    for (id, field) in FIELDS {
        let text = draft.get(field);
        if dom::value(id) == text {
            continue;
        }
        dom::set_value(id, text);
        if id == Id::Queue && dom::by_id(id).is_some() && dom::value(id) != text {
            // Nothing would be chosen, and nothing shown.
            dom::set_value(id, "");
            is_queue_gone = true;
        }
        if let (Some(caret), Some(area)) = (caret, message_area(id)) {
            let at = area.text_length().saturating_sub(caret);
            let _ = area.set_selection_range(at, at);
        }
    }
    is_queue_gone
}

/// No score is chosen any more.
pub fn clear_rating() {
    if let Some(form) = dom::by_id(Id::Rating) {
        form.unchecked_into::<HtmlFormElement>().reset();
    }
}

fn caret_from_end() -> Option<u32> {
    let focused = [Id::Message, Id::ComposerMessage].into_iter().find(|id| dom::has_focus(*id))?;
    let area = message_area(focused)?;
    let caret = area.selection_end().ok().flatten()?;
    Some(area.text_length().saturating_sub(caret))
}

fn message_area(id: Id) -> Option<HtmlTextAreaElement> {
    (field_of(id) == Some(Field::Message)).then(|| dom::by_id(id))?.map(JsCast::unchecked_into)
}
