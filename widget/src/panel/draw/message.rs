//! A message of the log.

use super::{
    super::{
        dom, js,
        state::{DeliveryLabel, Message, State},
    },
    attachment::attachment,
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
    element.set_class_name(message_classes(message.agent.is_none(), message.is_first));
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
    let bubble = dom::part(&element, Class::Bubble)?;
    bubble.set_title(&js::format_time(message.at, TimeFormat::Full));
    let text = dom::part(&element, Class::MessageText)?;
    if message.text.is_empty() {
        text.remove();
    } else {
        write(&text, &message.text);
    }
    for file in &message.files {
        let file = attachment(state, file)?;
        bubble.append_child(&file).ok()?;
    }
    dom::part(&element, Class::MessageInfo)?.set_hidden(true);
    Some(element)
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

/// Shows how far an own message got.
pub fn show_label(message: &HtmlElement, label: &DeliveryLabel) {
    let info = dom::part(message, Class::MessageInfo);
    let (Some(info), Some(status)) = (info, dom::part(message, Class::Status)) else { return };
    status.set_text_content(Some(&label.words));
    status.set_class_name(if label.can_retry { "status bad" } else { "status" });
    info.set_hidden(label.words.is_empty());
    for (action, shown) in [(Action::Retry, label.can_retry), (Action::Edit, label.can_edit)] {
        let selector = ["[data-action=", action.as_str(), "]"].concat();
        if let Some(button) = dom::find(message, &selector) {
            button.set_hidden(!shown);
        }
    }
}
