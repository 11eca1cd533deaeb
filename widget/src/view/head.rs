//! Who is here, which ticket this is, the menu and the way out.

use super::icons::{self, icon};
use crate::{
    page::{Answer, PanelPage},
    scene::{Scene, Sub},
};
use leptos::prelude::*;
use protocol::Timestamp;

/// The header.
pub fn head(scene: &Scene) -> impl IntoView + use<> {
    let page = scene.page;
    let off = |rule: &str| !scene.is_on(rule);
    let number = match &page.answer {
        Some(Answer::Started { started, .. }) => started.number.0.clone(),
        _ => String::new(),
    };
    let sub = match scene.sub() {
        Sub::Text(text) => text.into_any(),
        Sub::Back(at) => back(page, at).into_any(),
    };
    view! {
        <header class="head">
            <span class=scene.face_class() id="face" aria-hidden="true">
                <span data-on="f-chat" hidden=off("f-chat")>{icon(icons::CHAT)}</span>
                <span data-on="f-help" hidden=off("f-help")>{icon(icons::HELP)}</span>
                <span data-on="f-waiting" hidden=off("f-waiting")>{icon(icons::CLOCK)}</span>
                <span data-on="f-ticket" hidden=off("f-ticket")>{icon(icons::TICKET)}</span>
                <span data-on="f-ended" hidden=off("f-ended")>{icon(icons::CHECK)}</span>
                <span data-on="f-agent" hidden=off("f-agent") id="initials"></span>
            </span>
            <div class="who">
                <h1 tabindex="-1" id="title">{scene.title()}</h1>
                <p class="sub">
                    <i class="dot" data-on="f-chat f-agent" hidden=off("f-chat f-agent")></i>
                    <i class="dot away" data-on="f-help f-waiting" hidden=off("f-help f-waiting")></i>
                    <span id="sub">{sub}</span>
                    " "
                    <span class="num" id="number">{(!number.is_empty()).then_some(number)}</span>
                </p>
            </div>
            {menu(page)}
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

fn menu(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <div class="menu" data-on="talk ended" hidden>
            <button
                type="button"
                class="btn quiet round"
                id="menu"
                data-do="menu"
                aria-label=page.t("menu")
                aria-haspopup="menu"
                aria-expanded="false"
            >
                {icon(icons::DOTS)}
            </button>
            <div class="veil" id="veil" data-do="menu" hidden></div>
            <div class="items" role="menu" id="items" aria-label=page.t("menu") hidden>
                <button type="button" role="menuitem" tabindex="-1" data-do="transcript">
                    {page.t("menu_transcript")}
                </button>
                <a role="menuitem" tabindex="-1" class="link-to-ticket" target="_blank" rel="noopener" data-do="menu">
                    {page.t("open_ticket")}
                </a>
                <button
                    type="button"
                    role="menuitemcheckbox"
                    tabindex="-1"
                    id="sound"
                    data-do="sound"
                    aria-checked="true"
                >
                    {page.t("menu_sound")}
                    <span data-on="sound">{icon(icons::CHECK)}</span>
                </button>
                <button type="button" role="menuitem" tabindex="-1" class="bad" data-do="end" data-on="running" hidden>
                    {page.t("menu_end")}
                </button>
                <button type="button" role="menuitem" tabindex="-1" data-do="again" data-on="still" hidden>
                    {page.t("another")}
                </button>
            </div>
        </div>
    }
}

/// In UTC, and saying so, until a script knows the reader's zone.
fn back(page: &PanelPage, at: Timestamp) -> impl IntoView + use<> {
    let exact = at.to_rfc3339();
    let (day, time) = exact.split_once('T').unwrap_or((&exact, ""));
    let words = page.fill("back.neutral", &[("day", day), ("time", time.get(..5).unwrap_or(time))]);
    view! { <time datetime=exact.clone() data-as="back">{words}</time> }
}
