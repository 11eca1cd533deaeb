//! The notes at the bottom of the page.

use super::{
    erase::erase,
    icon::{Drawing, Icon},
};
use crate::{state::toasts::Toasts, words::use_words};
use leptos::{either::Either, prelude::*};
use protocol::TicketId;

/// All notes; assistive technology reads each as it comes. `path`: the address of a ticket that a note is about.
#[component]
pub fn ToastList(toasts: Toasts, path: Callback<TicketId, String>) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown() key=|toast| toast.id let:toast>
                <p class="toast" class:alert=toast.is_alert>
                    {match toast.ticket {
                        Some(ticket) => Either::Left(view! { <a class="grow" href=move || path.run(ticket)>{toast.text}</a> }),
                        None => Either::Right(view! { <span class="grow">{toast.text}</span> }),
                    }}
                    <button type="button" class="btn quiet icon-only" aria-label=words.get("dismiss") on:click=move |_| toasts.dismiss(toast.id)>
                        <Icon drawing=Drawing::Close/>
                    </button>
                </p>
            </For>
        </div>
    })
}
