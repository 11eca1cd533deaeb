//! What becomes of the chats that wait when the agent leaves.

use crate::{
    ui::{dialog::Dialog, erase::erase},
    words::use_words,
};
use leptos::prelude::*;

/// The agent is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// So many chats that wait become requests by it.
    pub waiting: u32,
    /// Why they leave.
    pub reason: Option<String>,
}

/// Says so, and asks.
#[component]
pub fn LeaveDialog(
    leaving: RwSignal<Option<Leaving>>,
    on_leave: Callback<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(leaving.with(Option::is_some)));
    Effect::new(move |_| {
        // Only once: each of the two is told by the other.
        if !open.get() && leaving.with_untracked(Option::is_some) {
            leaving.set(None);
        }
    });
    let text = move || {
        leaving.with(|leaving| {
            leaving.as_ref().map(|leaving| words.count("away_text", leaving.waiting as usize))
        })
    };
    let leave = move |_| {
        if let Some(Leaving { reason, .. }) = leaving.get_untracked() {
            open.set(false);
            on_leave.run(reason);
        }
    };
    erase(view! {
        <Dialog labelled_by="leave-title" open=open>
            <h2 id="leave-title">{words.get("away_title")}</h2>
            <p class="s muted after-title">{text}</p>
            <div class="pair">
                <button type="button" class="btn" autofocus on:click=move |_| open.set(false)>{words.get("away_stay")}</button>
                <button type="button" class="btn primary" on:click=leave>{words.get("away_go")}</button>
            </div>
        </Dialog>
    })
}
