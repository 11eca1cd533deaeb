//! Files: those on a message, and those about to be on one.

use super::{
    erase::erase,
    icon::{Drawing, Icon},
};
use crate::{
    browser::upload::upload,
    words::{Words, use_words},
};
use leptos::prelude::*;
use protocol::{
    Code, Field, Refusal, TicketId,
    file::{Attachment, file_size},
    limits,
};
use web_sys::FileList;

/// Links to the files of a message.
#[component]
pub fn FileLinks(files: Vec<Attachment>) -> impl IntoView {
    (!files.is_empty()).then(|| {
        let all: Vec<_> = files
            .into_iter()
            .map(|file| {
                view! {
                    <li><a class="file" href=format!("/console/files/{}", file.id) rel="external" target="_blank">
                        <Icon drawing=Drawing::File/><span class="cut">{file.name}</span><span class="xs">{file_size(file.bytes)}</span>
                    </a></li>
                }
            })
            .collect();
        view! { <ul class="files" role="list">{all}</ul> }
    })
}

/// The files that the next message takes along.
#[derive(Clone, Copy)]
pub struct Uploads {
    all: RwSignal<Vec<Uploading>>,
    next: StoredValue<u32>,
}

#[derive(Clone, PartialEq)]
struct Uploading {
    key: u32,
    name: String,
    state: RwSignal<State>,
}

#[derive(Clone, PartialEq)]
enum State {
    Going(u8),
    There(Attachment),
    Refused(Refusal),
}

impl Default for Uploads {
    fn default() -> Self {
        Self::new()
    }
}

impl Uploads {
    /// None yet.
    pub fn new() -> Self {
        Self { all: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Sends these off; each says for itself how far it is.
    pub fn add(self, ticket: TicketId, files: &FileList) {
        for at in 0..files.length() {
            let Some(file) = files.get(at) else { continue };
            let key = self.next.get_value();
            self.next.set_value(key.wrapping_add(1));
            let state = RwSignal::new(State::Going(0));
            let is_full = self.all.with_untracked(Vec::len) >= limits::FILES;
            self.all.update(|all| all.push(Uploading { key, name: file.name(), state }));
            if is_full {
                let refusal =
                    Refusal::of(Field::Files, Code::TooManyFiles).limit(limits::FILES as u64);
                state.set(State::Refused(refusal));
                continue;
            }
            upload(
                ticket,
                &file,
                move |percent| {
                    state.try_set(State::Going(percent));
                },
                move |answer| {
                    state.try_set(match answer {
                        Ok(file) => State::There(file),
                        Err(refusal) => State::Refused(refusal),
                    });
                },
            );
        }
    }

    /// Whether one is still on its way.
    pub fn is_busy(self) -> bool {
        self.all.with(|all| {
            all.iter().any(|file| file.state.with(|state| matches!(state, State::Going(_))))
        })
    }

    /// Whether there is a file to send.
    pub fn any(self) -> bool {
        self.all.with(|all| {
            all.iter().any(|file| file.state.with(|state| matches!(state, State::There(_))))
        })
    }

    /// Takes those that are there; the refused ones go with them.
    pub fn take(self) -> Vec<Attachment> {
        let files = self.all.with_untracked(|all| {
            all.iter()
                .filter_map(|file| match file.state.get_untracked() {
                    State::There(file) => Some(file),
                    State::Going(_) | State::Refused(_) => None,
                })
                .collect()
        });
        self.all.set(Vec::new());
        files
    }

    fn remove(self, key: u32) {
        self.all.update(|all| all.retain(|file| file.key != key));
    }
}

/// The list of them over the composer.
#[component]
pub fn UploadList(uploads: Uploads) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <ul class="files uploads" role="list" hidden=move || uploads.all.with(Vec::is_empty)>
            <For each=move || uploads.all.get() key=|file| file.key let:file>
                <li class="file" class:alert=move || file.state.with(|state| matches!(state, State::Refused(_)))>
                    <Icon drawing=Drawing::File/>
                    <span class="cut">{file.name.clone()}</span>
                    <span class="xs" role="status">{move || file.state.with(|state| progress(state, words))}</span>
                    <button
                        type="button"
                        class="btn quiet icon-only"
                        aria-label=words.fill("remove_file", &[("name", &file.name)])
                        on:click=move |_| uploads.remove(file.key)
                    >
                        <Icon drawing=Drawing::Close/>
                    </button>
                </li>
            </For>
        </ul>
    })
}

fn progress(state: &State, words: Words) -> String {
    match state {
        State::Going(percent) => format!("{percent} %"),
        State::There(file) => file_size(file.bytes),
        State::Refused(refusal) => words.refusal(refusal),
    }
}
