//! The notes at the bottom of the page.

use super::{
    erase::erase,
    icon::{Drawing, Icon},
};
use crate::{state::toasts::Toasts, words::use_words};
use leptos::prelude::*;

/// All notes; assistive technology reads each as it comes.
#[component]
pub fn ToastList(toasts: Toasts) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown() key=|toast| toast.id let:toast>
                <p class="toast" class:alert=toast.is_alert>
                    <span class="grow">{toast.text}</span>
                    <button type="button" class="btn quiet icon-only" aria-label=words.get("dismiss") on:click=move |_| toasts.dismiss(toast.id)>
                        <Icon drawing=Drawing::Close/>
                    </button>
                </p>
            </For>
        </div>
    })
}
