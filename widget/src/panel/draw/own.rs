//! The list of the person's tickets.

use super::super::{dom, state::State};
use crate::markup::{Class, Id};
use protocol::identity::OwnTicket;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

pub fn draw(state: &State) {
    let Some(list) = dom::by_id(Id::Own) else { return };
    let tickets = &state.own.tickets;
    let children = list.children();
    while children.length() as usize > tickets.len() {
        if let Some(last) = list.last_element_child() {
            last.remove();
        }
    }
    for (at, ticket) in tickets.iter().enumerate() {
        let there = children.item(u32::try_from(at).unwrap_or(u32::MAX));
        let element: HtmlElement = match there {
            Some(element) => element.unchecked_into(),
            None => {
                let Some(fresh) = dom::copy_template(Id::OwnTemplate) else { return };
                let _ = list.append_child(&fresh);
                fresh
            }
        };
        fill(state, &element, ticket);
    }
    dom::show(Id::OwnMore, state.own.after.is_some());
}

fn fill(state: &State, element: &HtmlElement, ticket: &OwnTicket) {
    dom::attribute(element, "data-id", Some(&ticket.number.0));
    let page = &state.page;
    let is_closed = page.t(if ticket.is_closed { "own_closed" } else { "own_open" });
    let unread = if ticket.is_unread { page.t("own_unread") } else { String::new() };
    for (class, words) in [
        (Class::OwnNumber, &ticket.number.0),
        (Class::OwnAbout, &ticket.about),
        (Class::OwnState, &is_closed),
        (Class::OwnUnread, &unread),
    ] {
        if let Some(part) = dom::part(element, class) {
            dom::set_text(&part, words);
        }
    }
}
