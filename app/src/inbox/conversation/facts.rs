//! The facts about ticket and contact: beside the conversation on wide screens, a dialog over it on others.

use super::facts_tabs::{Part, Stand};
use crate::{
    chunks,
    state::thread::Thread,
    ui::{
        dialog::Dialog,
        erase::erase,
        icon::{Drawing, Icon},
        later::LatePart,
    },
    words::use_words,
};
use leptos::prelude::*;

/// Beside the conversation, and over it while `open`.
#[component]
pub fn Facts(thread: Thread, open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let part = RwSignal::new(Part::Properties);
    let over = chunks::facts(thread.clone(), part, Stand::Over);
    erase(view! {
        <aside class="facts" aria-label=words.get("facts")>
            <LatePart late=chunks::facts(thread, part, Stand::Beside)/>
        </aside>
        <Dialog class="sheet" labelled_by="facts-title" open=open>
            <Show when=move || open.get()>
                <aside aria-label=words.get("facts")>
                    <div class="sheet-top">
                        <h2 id="facts-title">{words.get("facts")}</h2>
                        <button type="button" class="btn quiet icon-only" aria-label=words.get("dismiss") on:click=move |_| open.set(false)>
                            <Icon drawing=Drawing::Close/>
                        </button>
                    </div>
                    <LatePart late=over.clone()/>
                </aside>
            </Show>
        </Dialog>
    })
}
