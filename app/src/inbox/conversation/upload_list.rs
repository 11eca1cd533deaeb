//! The files that the next message takes along, over the composer.

use crate::{
    state::uploads::{Upload, UploadState, Uploads},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::{Words, use_words},
};
use leptos::prelude::*;
use protocol::file::file_size;

/// The files with their progress; hidden when there are none.
#[component]
pub fn UploadList(uploads: Uploads) -> impl IntoView {
    let words = use_words();
    let line = move |Upload { key, name, state }: Upload| {
        let is_refused = {
            let state = state.clone();
            move || state.with(|state| matches!(state, UploadState::Refused(_)))
        };
        view! {
            <li class="file" class:alert=is_refused>
                <Icon drawing=Drawing::File/>
                <span class="cut">{name.clone()}</span>
                <span class="xs" role="status">{move || state.with(|state| progress(state, words))}</span>
                <button
                    type="button"
                    class="btn quiet icon-only"
                    aria-label=words.fill("remove_file", &[("name", &name)])
                    on:click=move |_| uploads.remove(key)
                >
                    <Icon drawing=Drawing::Close/>
                </button>
            </li>
        }
    };
    erase(view! {
        <ul class="files uploads" role="list" hidden=move || uploads.is_empty()>
            <For each=move || uploads.all() key=|file| file.key children=line/>
        </ul>
    })
}

fn progress(state: &UploadState, words: Words) -> String {
    match state {
        UploadState::Sending(percent) => format!("{percent} %"),
        UploadState::Stored(file) => file_size(file.bytes),
        UploadState::Refused(refusal) => words.refusal(refusal),
    }
}
