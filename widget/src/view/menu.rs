//! The menu of a conversation.

use super::{
    icons::{self, icon},
    shown::{self, shown},
};
use crate::{
    markup::{Action, Class, Id},
    view_model::ViewModel,
};
use leptos::prelude::*;

/// The button, and the items that it opens.
pub fn menu(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    view! {
        <div class="menu" {..shown(model, shown::CONVERSATION)}>
            <button
                type="button"
                class="btn quiet round"
                id=Id::Menu.as_str()
                data-action=Action::ToggleMenu.as_str()
                aria-label=page.t("menu")
                aria-haspopup="menu"
                aria-expanded="false"
            >
                {icon(icons::DOTS)}
            </button>
            <div
                class="backdrop"
                id=Id::MenuBackdrop.as_str()
                data-action=Action::ToggleMenu.as_str()
                hidden
            ></div>
            <div class="items" role="menu" id=Id::MenuItems.as_str() aria-label=page.t("menu") hidden>
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    data-action=Action::Transcript.as_str()
                >
                    {page.t("menu_transcript")}
                </button>
                <a
                    role="menuitem"
                    tabindex="-1"
                    class=Class::LinkToTicket.as_str()
                    target="_blank"
                    rel="noopener"
                    data-action=Action::ToggleMenu.as_str()
                >
                    {page.t("open_ticket")}
                </a>
                <button
                    type="button"
                    role="menuitemcheckbox"
                    tabindex="-1"
                    id=Id::Sound.as_str()
                    data-action=Action::ToggleSound.as_str()
                    aria-checked="true"
                >
                    {page.t("menu_sound")}
                    <span {..shown(model, shown::SOUND)}>{icon(icons::CHECK)}</span>
                </button>
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    class="bad"
                    data-action=Action::EndChat.as_str()
                    {..shown(model, shown::RUNNING)}
                >
                    {page.t("menu_end")}
                </button>
                <button
                    type="button"
                    role="menuitem"
                    tabindex="-1"
                    data-action=Action::StartOver.as_str()
                    {..shown(model, shown::MAY_START_OVER)}
                >
                    {page.t("another")}
                </button>
            </div>
        </div>
    }
}
