//! Files that are not sent yet, as chips: those of the next message, and those of the form.

use super::super::{
    dom, files,
    state::{Progress, State, file_refusals},
};
use crate::{
    markup::{Class, Id},
    page::PanelPage,
};
use protocol::{Field, file::file_size};
use web_sys::HtmlElement;

struct Chip {
    id: String,
    name: String,
    size: String,
    percent: Option<u32>,
    is_refused: bool,
    /// It did not arrive.
    waits: bool,
}

pub fn draw(state: &State) {
    let uploads: Vec<Chip> = state
        .uploads
        .iter()
        .map(|upload| Chip {
            id: upload.id.0.to_string(),
            name: upload.name.clone(),
            size: match &upload.progress {
                Progress::Sending(percent) => [&percent.to_string(), " %"].concat(),
                Progress::Done(_) => file_size(upload.bytes),
                Progress::Waiting(why) | Progress::Failed(why) => why.clone(),
            },
            percent: match upload.progress {
                Progress::Sending(percent) => Some(percent),
                _ => None,
            },
            is_refused: matches!(upload.progress, Progress::Failed(_)),
            waits: matches!(upload.progress, Progress::Waiting(_)),
        })
        .collect();
    list(&state.page, Id::Uploads, &uploads);
    let limit = state.page.file_bytes;
    let chosen = files::names_and_sizes();
    let refusals = file_refusals(&chosen, limit);
    let chosen: Vec<Chip> = chosen
        .into_iter()
        .zip(refusals)
        .enumerate()
        .map(|(at, ((name, bytes), refusal))| Chip {
            id: at.to_string(),
            name,
            size: refusal
                .map_or_else(|| file_size(bytes), |refusal| state.page.word_refusal(&refusal)),
            percent: None,
            is_refused: refusal.is_some(),
            waits: false,
        })
        .collect();
    list(&state.page, Id::ChosenFiles, &chosen);
    // Each file says for itself what is wrong with it; the line below the field is for what the server found.
    let files_error = if chosen.iter().any(|chip| chip.is_refused) {
        String::new()
    } else {
        state.page.field_error(&state.refusals, Field::Files)
    };
    dom::text_or_hidden(Id::FilesError, &files_error);
}

fn list(page: &PanelPage, id: Id, chips: &[Chip]) {
    let Some(list) = dom::by_id(id) else { return };
    let elements = dom::copies(&list, Id::ChipTemplate, chips.len());
    for (element, chip) in elements.iter().zip(chips) {
        fill(page, element, chip);
    }
    dom::set_shown(&list, !chips.is_empty());
}

fn fill(page: &PanelPage, element: &HtmlElement, chip: &Chip) {
    let class = match chip {
        Chip { is_refused: true, .. } => "chip bad",
        Chip { waits: true, .. } => "chip waits",
        _ => "chip",
    };
    dom::attribute(element, "class", Some(class));
    dom::attribute(element, "data-id", Some(&chip.id));
    dom::attribute(element, "title", Some(&chip.name));
    for (class, words) in [(Class::FileName, &chip.name), (Class::FileSize, &chip.size)] {
        if let Some(part) = dom::part(element, class) {
            dom::set_text(&part, words);
        }
    }
    if let Some(progress) = dom::find(element, "progress") {
        dom::set_shown(&progress, chip.percent.is_some());
        let percent = chip.percent.unwrap_or(0).to_string();
        dom::attribute(&progress, "value", Some(&percent));
        dom::attribute(&progress, "aria-label", Some(&chip.name));
    }
    if let Some(button) = dom::find(element, ".link") {
        dom::set_shown(&button, chip.waits);
    }
    if let Some(button) = dom::find(element, ".btn") {
        let label = page.fill("remove", &[("file", &chip.name)]);
        dom::attribute(&button, "aria-label", Some(&label));
    }
}
