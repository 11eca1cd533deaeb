//! The list of the person's tickets.

use super::super::{dom, state::State};
use crate::markup::{Class, Id};
use protocol::identity::OwnTicket;
use web_sys::HtmlElement;

pub fn draw(state: &State) {
    let Some(list) = dom::by_id(Id::Own) else { return };
    let tickets = &state.own.tickets;
    let elements = dom::copies(&list, Id::OwnTemplate, tickets.len());
    for (element, ticket) in elements.iter().zip(tickets) {
        fill(state, element, ticket);
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
