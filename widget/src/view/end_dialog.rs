//! The dialog that asks once more before a chat is ended.

use crate::{
    markup::{Action, Id},
    page::PanelPage,
};
use leptos::prelude::*;

/// The dialog, closed.
pub fn end_dialog(page: &PanelPage) -> impl IntoView + use<> {
    view! {
        <dialog aria-labelledby=Id::EndTitle.as_str() id=Id::EndDialog.as_str()>
            <h2 id=Id::EndTitle.as_str()>{page.t("end_title")}</h2>
            <p>{page.t("end_note")}</p>
            <div class="bar">
                <button type="button" class="btn" data-action=Action::CancelEnd.as_str()>
                    {page.t("end_cancel")}
                </button>
                <span class="grow"></span>
                <button type="button" class="btn primary" data-action=Action::ConfirmEnd.as_str()>
                    {page.t("menu_end")}
                </button>
            </div>
        </dialog>
    }
}
