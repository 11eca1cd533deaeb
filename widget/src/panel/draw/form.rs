//! The form and its refusals.

use super::super::{dom, state::State};
use crate::markup::Id;
use protocol::Field;

pub fn draw(state: &State) {
    let page = &state.page;
    let model = state.view_model();
    // What a flip means is said above it.
    let intro = if state.flip.is_empty() { model.intro() } else { String::new() };
    dom::text_or_hidden(Id::Intro, &intro);
    let submit = if state.is_submitting() { page.t("sending_form") } else { model.submit() };
    dom::text(Id::Submit, &submit);
    if let Some(files) = dom::input(Id::Files) {
        files.set_disabled(state.status.open);
    }
    for field in
        [Field::Queue, Field::Name, Field::Email, Field::Subject, Field::Message, Field::Files]
    {
        if let Some((id, error_id)) = Id::of_field(field) {
            let words = page.field_error(&state.refusals, field);
            mark_refused(id, error_id, !words.is_empty());
            if field != Field::Files {
                dom::text_or_hidden(error_id, &words);
            }
        }
    }
    dom::text_or_hidden(Id::Problem, &page.form_problem(&state.refusals));
    dom::text_or_hidden(Id::MessageLength, &state.form_length());
}

fn mark_refused(id: Id, error_id: Id, is_refused: bool) {
    let Some(field) = dom::by_id(id) else { return };
    dom::attribute(&field, "aria-invalid", is_refused.then_some("true"));
    // What stands below the files is described by the list, and by the hint while nothing is wrong.
    let described = match (id, is_refused) {
        (Id::Files, true) => Some(Id::ChosenFiles),
        (Id::Files, false) => Some(Id::FilesHint),
        (_, true) => Some(error_id),
        (_, false) => None,
    };
    dom::attribute(&field, "aria-describedby", described.map(Id::as_str));
}
