//! The markup, rendered by the server. The browser's half ([`crate::panel`]) finds its elements by the names of
//! [`crate::markup`].

mod answer;
mod conversation;
mod end_dialog;
mod ended;
mod field;
mod header;
mod icons;
mod intake;
mod menu;
mod message_text;
mod own;
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
        // Always there, and empty while they have nothing to say: a screen reader hears what is put into them.
        <div class="banners">
            <p class="banner offline" role="status" id=Id::Offline.as_str()></p>
            <p class="banner" role="status" id=Id::Flip.as_str()></p>
            <p class="notice" role="status" id=Id::Notice.as_str()></p>
            <p class="sr" role="alert" id=Id::Alert.as_str()></p>
        </div>
        <p class="resuming-line" aria-hidden="true">{page.t("resuming")}</p>
        {intake::intake(&model)}
        {own::own(&model)}
        {answer::answer(&model)}
        {conversation::conversation(&model)}
        {transcript_dialog::transcript_dialog(page)}
        {end_dialog::end_dialog(page)}
        {templates::templates(page)}
    }
}
