//! A message of the log.

use super::{
    super::{
        dom, js,
        state::{DeliveryLabel, Message, State},
    },
    attachment::{attachment, fetch_picture},
};
use crate::markup::{Action, Class, Id, TimeFormat, message_classes};
use protocol::{
    links::{Piece, pieces},
    names::initials,
};
use web_sys::HtmlElement;

/// The message as an element; none when its template is not what it should be.
pub fn make(state: &State, message: &Message) -> Option<HtmlElement> {
    let element = dom::copy_template(Id::MessageTemplate)?;
    element.set_attribute("data-id", &message.id.to_string()).ok()?;
    let avatar = dom::part(&element, Class::Avatar)?;
    let author = match &message.agent {
        Some(name) => {
            avatar.set_text_content(Some(&initials(name)));
            name.clone()
        }
        None => {
            avatar.remove();
            state.page.t("you")
        }
    };
    dom::part(&element, Class::ScreenReader)?.set_text_content(Some(&[&author, ": "].concat()));
    dom::part(&element, Class::MessageInfo)?.set_hidden(true);
    if message.text.is_empty() {
        dom::part(&element, Class::MessageText)?.remove();
    }
    update(state, &element, message);
    Some(element)
}

/// Puts into a message's element what is not there yet.
pub fn update(state: &State, element: &HtmlElement, message: &Message) {
    let class = message_classes(message.agent.is_none(), message.is_first);
    dom::attribute(element, "class", Some(class));
    let Some(bubble) = dom::part(element, Class::Bubble) else { return };
    dom::attribute(&bubble, "title", Some(&js::format_time(message.at, TimeFormat::Full)));
    if let Some(text) = dom::part(&bubble, Class::MessageText)
        && text.text_content().as_deref() != Some(&message.text)
    {
        text.set_text_content(None);
        write(&text, &message.text);
    }
    for file in &message.files {
        let is_there = ["[data-id=\"", &file.id.to_string(), "\"]"].concat();
        match dom::find(&bubble, &is_there) {
            Some(button) => fetch_picture(state, file, &button),
            None => {
                if let Some(file) = attachment(state, file) {
                    let _ = bubble.append_child(&file);
                }
            }
        }
    }
}

/// Text as text, links as links.
fn write(element: &HtmlElement, text: &str) {
    let document = dom::document();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                let _ = element.append_child(&document.create_text_node(&text));
            }
            Piece::Link { href, text } => {
                let Ok(link) = document.create_element("a") else { continue };
                for (name, value) in [
                    ("href", href.as_str()),
                    ("target", "_blank"),
                    ("rel", "noopener noreferrer nofollow"),
                ] {
                    let _ = link.set_attribute(name, value);
                }
                link.set_text_content(Some(&text));
                let _ = element.append_child(&link);
            }
        }
    }
}

/// Shows that an own message did not arrive, and what can be done about it.
pub fn show_label(message: &HtmlElement, label: &DeliveryLabel) {
    let info = dom::part(message, Class::MessageInfo);
    let (Some(info), Some(status)) = (info, dom::part(message, Class::Status)) else { return };
    status.set_text_content(Some(&label.words));
    info.set_hidden(label.words.is_empty());
    let selector = ["[data-action=", Action::Edit.as_str(), "]"].concat();
    if let Some(button) = dom::find(message, &selector) {
        button.set_hidden(!label.can_edit);
    }
}
