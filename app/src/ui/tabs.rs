//! Tabs: arrows move from one to the next.

use super::erase::erase;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// A tab for each of these, over the panel with this id.
#[component]
pub fn Tabs<This: Copy + PartialEq + Send + Sync + 'static>(
    tabs: Vec<(This, String)>,
    chosen: RwSignal<This>,
    panel: &'static str,
    labelled_by: &'static str,
    class: &'static str,
) -> impl IntoView {
    let all: Vec<This> = tabs.iter().map(|(this, _)| *this).collect();
    let id = move |at: usize| format!("{panel}-tab-{at}");
    let tabs: Vec<_> = tabs
        .into_iter()
        .enumerate()
        .map(|(at, (this, name))| {
            let is_chosen = move || chosen.get() == this;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=id(at)
                    aria-selected=move || is_chosen().to_string()
                    aria-controls=panel
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    on:click=move |_| chosen.set(this)
                >
                    {name}
                </button>
            }
        })
        .collect();
    let on_key = move |event: KeyboardEvent| {
        let at = all.iter().position(|this| *this == chosen.get_untracked()).unwrap_or(0);
        let last = all.len() - 1;
        let Some(to) = step(&event.key(), at, last) else { return };
        event.prevent_default();
        chosen.set(all[to]);
        let tab = document().get_element_by_id(&id(to));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    erase(view! {
        <div class=class role="tablist" aria-labelledby=labelled_by on:keydown=on_key>{tabs}</div>
    })
}

/// Where a key leads from one tab; none: it is not for tabs.
pub fn step(key: &str, at: usize, last: usize) -> Option<usize> {
    match key {
        "ArrowRight" => Some(if at == last { 0 } else { at + 1 }),
        "ArrowLeft" => Some(at.checked_sub(1).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}
