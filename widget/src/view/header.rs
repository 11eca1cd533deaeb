//! The header: who is here, which ticket this is, the menu and the button that closes the panel.

use super::{
    icons::{self, icon},
    menu::menu,
    shown::{self, shown},
};
use crate::{
    header::Subtitle,
    markup::{Id, TimeFormat},
    page::{Answer, PanelPage},
    view_model::ViewModel,
};
use leptos::prelude::*;
use protocol::Timestamp;

/// The header.
pub fn header(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let header = model.header();
    let number = match &page.answer {
        Some(Answer::Started { started, .. }) => started.number.0.clone(),
        Some(Answer::Opened { number, .. }) => number.0.clone(),
        _ => String::new(),
    };
    let subtitle = match header.subtitle(page) {
        Subtitle::Text(text) => text.into_any(),
        Subtitle::OpensAt(at) => opens_at(page, at).into_any(),
    };
    view! {
        <header class="head">
            <span class=header.picture_class() id=Id::Avatar.as_str() aria-hidden="true">
                <span {..shown(model, shown::HEADER_CHAT)}>{icon(icons::CHAT)}</span>
                <span {..shown(model, shown::HEADER_HELP)}>{icon(icons::HELP)}</span>
                <span {..shown(model, shown::HEADER_WAITING)}>{icon(icons::CLOCK)}</span>
                <span {..shown(model, shown::HEADER_TICKET)}>{icon(icons::TICKET)}</span>
                <span {..shown(model, shown::HEADER_ENDED)}>{icon(icons::CHECK)}</span>
                <span id=Id::Initials.as_str() {..shown(model, shown::HEADER_AGENT)}></span>
            </span>
            <div class="who">
                <h1 tabindex="-1" id=Id::Title.as_str() dir="auto">{header.title(page)}</h1>
                <p class="sub">
                    <i class="dot" {..shown(model, shown::SOMEBODY_IS_HERE)}></i>
                    <i class="dot away" {..shown(model, shown::NOBODY_IS_HERE)}></i>
                    <span id=Id::Subtitle.as_str()>{subtitle}</span>
                    " "
                    <span class="num" id=Id::Number.as_str()>
                        {(!number.is_empty()).then_some(number)}
                    </span>
                </p>
            </div>
            {menu(model)}
            {page
                .embed
                .then(|| {
                    view! {
                        <button type="button" class="btn quiet round" data-close aria-label=page.t("close")>
                            {icon(icons::CROSS)}
                        </button>
                    }
                })}
        </header>
    }
}

/// In UTC, and saying so, until a script knows the reader's zone.
fn opens_at(page: &PanelPage, at: Timestamp) -> impl IntoView + use<> {
    let exact = at.to_rfc3339();
    let (day, time) = exact.split_once('T').unwrap_or((&exact, ""));
    let words = page.fill("back.neutral", &[("day", day), ("time", time.get(..5).unwrap_or(time))]);
    view! { <time datetime=exact.clone() data-as=TimeFormat::Opens.as_str()>{words}</time> }
}
