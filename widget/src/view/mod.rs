//! The markup, rendered by the server. The browser's half ([`crate::panel`]) attaches to it by ids, `data-on` and `data-do`.

mod after;
mod answer;
mod faces;
mod head;
mod icons;
mod intake;
mod said;
mod talk;
mod templates;
pub mod ticket_page;

use crate::{page::PanelPage, scene::Scene};
use leptos::prelude::*;

/// The panel in its first state, and every other state hidden.
pub fn panel(page: &PanelPage) -> impl IntoView + use<> {
    let scene = Scene::first(page);
    view! {
        {head::head(&scene)}
        <p class="cut" role="status" id="cut" hidden>{page.t("offline")}</p>
        <p class="resume" aria-hidden="true">{page.t("resuming")}</p>
        {intake::intake(&scene)}
        {answer::answer(&scene)}
        {talk::talk(&scene)}
        {after::after(&scene)}
        <p class="notice" role="status" id="notice"></p>
        {after::transcript(page)}
        {templates::templates(page)}
    }
}
