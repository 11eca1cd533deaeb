//! The end of a list that goes on.

use super::erase::erase;
use crate::words::use_words;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The button for the next page. The keyboard goes to the last row, from where it goes on to the new ones: the button
/// is gone after the last page.
#[component]
pub fn More(
    #[prop(into)] has_more: Signal<bool>,
    #[prop(into)] is_busy: Signal<bool>,
    on_more: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let more = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        on_more.run(());
        let Ok(rows) = document().query_selector_all(".rows a.item") else { return };
        let last = rows.length().checked_sub(1).and_then(|last| rows.get(last));
        if let Some(row) = last.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            let _ = row.focus();
        }
    };
    erase(view! {
        <p class="more" hidden=move || !has_more.get()>
            <button type="button" class="btn wide" aria-disabled=move || is_busy.get().then_some("true") on:click=more>
                {words.get("more")}
            </button>
        </p>
    })
}
