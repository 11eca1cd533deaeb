//! The button by which the link of a ticket's page is renewed.

use crate::{api, state::console::use_console, ui::erase::erase, words::use_words};
use leptos::{prelude::*, task::spawn_local};
use protocol::TicketId;

/// The button, and what follows from it.
#[component]
pub fn RenewLink(ticket: TicketId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let is_asked = RwSignal::new(false);
    let renew = move |_| {
        if is_asked.get_untracked() {
            return;
        }
        is_asked.set(true);
        spawn_local(async move {
            match api::requests::renew_link(ticket).await {
                Ok(true) => console.toasts.note(words.get("link_renewed_mailed")),
                Ok(false) => console.toasts.note(words.get("link_renewed_only")),
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
            let _ = is_asked.try_set(false);
        });
    };
    erase(view! {
        <section class="facts-part">
            <p class="xs muted">{words.get("renew_link_hint")}</p>
            <p><button type="button" class="btn" aria-disabled=move || is_asked.get().then_some("true") on:click=renew>{words.get("renew_link")}</button></p>
        </section>
    })
}
