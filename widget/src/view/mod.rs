//! The markup, rendered by the server. The browser's half ([`crate::panel`]) finds its elements by the names of [`crate::markup`].

mod answer;
mod conversation;
mod ended;
mod field;
mod header;
mod icons;
mod intake;
mod menu;
mod message_text;
mod rating_scale;
mod shown;
mod templates;
mod ticket;
mod transcript_dialog;

pub use ticket::ticket_page;

use crate::{markup::Id, page::PanelPage, view_model::ViewModel};
use leptos::prelude::*;

/// The panel in its first state, and every other state hidden.
pub fn panel(page: &PanelPage) -> impl IntoView + use<> {
    let model = ViewModel::first(page);
    view! {
        {header::header(&model)}
        <p class="offline" role="status" id=Id::Offline.as_str() hidden>{page.t("offline")}</p>
        <p class="resuming-line" aria-hidden="true">{page.t("resuming")}</p>
        {intake::intake(&model)}
        {answer::answer(&model)}
        {conversation::conversation(&model)}
        {ended::ended(&model)}
        <p class="notice" role="status" id=Id::Notice.as_str()></p>
        {transcript_dialog::transcript_dialog(page)}
        {templates::templates(page)}
    }
}
