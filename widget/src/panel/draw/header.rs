//! The header, the menu and the lines below it.

use super::super::{dom, js, state::State};
use crate::{
    header::Subtitle,
    markup::{Class, Id, TimeFormat},
};

pub fn draw(state: &State) {
    let page = &state.page;
    let header = state.view_model().header();
    if let Some(avatar) = dom::by_id(Id::Avatar) {
        dom::attribute(&avatar, "class", Some(header.picture_class()));
    }
    dom::text(Id::Initials, &header.initials());
    dom::text(Id::Title, &header.title(page));
    let subtitle = match header.subtitle(page) {
        _ if state.is_offline() && state.number().is_empty() => page.t("disconnected"),
        _ if state.is_offline() => {
            [&page.t("disconnected"), " · ", &page.t("ticket_open")].concat()
        }
        Subtitle::Text(text) => text,
        Subtitle::OpensAt(at) => js::format_time(at, TimeFormat::Opens),
    };
    if let Some(panel) = dom::by_id(Id::Panel) {
        // What is known of people who are there is from before.
        dom::attribute(&panel, "data-offline", state.is_offline().then_some(""));
    }
    dom::text(Id::Subtitle, &subtitle);
    dom::text(Id::Number, state.number());
    dom::text(Id::CardNumber, state.number());
    let link = state.kept.as_ref().map_or("", |kept| &kept.link);
    for element in dom::by_class(Class::LinkToTicket) {
        dom::attribute(&element, "href", Some(link));
    }
    dom::show(Id::MenuItems, state.menu_open);
    dom::show(Id::MenuBackdrop, state.menu_open);
    for (id, name, is_on) in
        [(Id::Menu, "aria-expanded", state.menu_open), (Id::Sound, "aria-checked", state.sound)]
    {
        if let Some(element) = dom::by_id(id) {
            dom::attribute(&element, name, Some(if is_on { "true" } else { "false" }));
        }
    }
    dom::text(Id::Offline, &if state.is_offline() { page.t("offline") } else { String::new() });
    dom::text(Id::Flip, &state.flip);
    dom::text(Id::Notice, &state.notice);
}
