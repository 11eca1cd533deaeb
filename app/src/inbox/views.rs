//! *Mías*, *Abiertas*, *En espera*, *Cerradas*.

use crate::{
    ui::{erase::erase, tabs::step},
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::WorkView;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The id of what the tabs show.
pub const PANEL: &str = "view";

/// The id of a view's tab.
pub fn tab_id(view: WorkView) -> String {
    format!("view-{view}")
}

/// A tab for each view; arrows move from one to the next.
#[component]
pub fn Views(view: Signal<WorkView>, on_choose: Callback<WorkView>) -> impl IntoView {
    let words = use_words();
    let tabs: Vec<_> = WorkView::ALL
        .into_iter()
        .map(|this| {
            let is_chosen = move || view.get() == this;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=tab_id(this)
                    aria-selected=move || is_chosen().to_string()
                    aria-controls=PANEL
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(this)
                >
                    {words.get(&format!("view_{this}"))}
                </button>
            }
        })
        .collect();
    let on_key = move |event: KeyboardEvent| {
        let all = WorkView::ALL;
        let at = all.iter().position(|this| *this == view.get_untracked()).unwrap_or(0);
        let last = all.len() - 1;
        let Some(to) = step(&event.key(), at, last) else { return };
        event.prevent_default();
        on_choose.run(all[to]);
        let tab = document().get_element_by_id(&tab_id(all[to]));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    erase(view! {
        <div class="views" role="tablist" aria-labelledby="list-title" on:keydown=on_key>{tabs}</div>
    })
}
