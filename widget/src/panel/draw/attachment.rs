//! A file of the log. Its bytes need the ticket's token, so there is no plain link.

use super::super::{dom, files, state::State};
use crate::markup::{Class, Id};
use protocol::file::{Attachment, FIRST_PAGE, file_size};
use web_sys::HtmlElement;

/// The file as a button that saves it; a picture shows once it is here.
pub fn attachment(state: &State, file: &Attachment) -> Option<HtmlElement> {
    let button = dom::copy_template(Id::FileTemplate)?;
    let id = file.id.to_string();
    button.set_attribute("data-id", &id).ok()?;
    button.set_attribute("data-name", &file.name).ok()?;
    dom::part(&button, Class::FileName)?.set_text_content(Some(&file.name));
    dom::part(&button, Class::FileSize)?.set_text_content(Some(&file_size(file.bytes)));
    button.set_title(&file.name);
    fetch_picture(state, file, &button);
    Some(button)
}

/// Asks for the picture of a button that shows none yet, of a PDF for its first page: before its message is stored, the
/// server gives it to nobody.
pub fn fetch_picture(state: &State, file: &Attachment, button: &HtmlElement) {
    let below = match () {
        () if file.is_picture() => "",
        () if file.has_pages() => FIRST_PAGE,
        () => return,
    };
    if dom::find(button, "img").is_none() {
        let place = button.clone();
        let picture = [&file.id.to_string(), below].concat();
        files::fetch(state, &picture, move |url| show_picture(&place, &url));
    }
}

fn show_picture(place: &HtmlElement, url: &str) {
    if url.is_empty() || dom::find(place, "img").is_some() {
        return;
    }
    let Ok(picture) = dom::document().create_element("img") else { return };
    for (name, value) in [("src", url), ("alt", ""), ("class", "shot")] {
        let _ = picture.set_attribute(name, value);
    }
    let _ = place.insert_before(&picture, place.first_child().as_ref());
}
