//! The files that the next message takes along, each sent to the server as soon as it is chosen.

use crate::browser::upload::upload;
use leptos::prelude::*;
use protocol::{Code, Field, Refusal, TicketId, file::Attachment, limits};
use web_sys::FileList;

/// The files; copied freely.
#[derive(Clone, Copy)]
pub struct Uploads {
    all: RwSignal<Vec<Upload>>,
    next_key: StoredValue<u32>,
}

/// A file with its progress.
#[derive(Clone, PartialEq)]
pub struct Upload {
    /// What tells it from the others.
    pub key: u32,
    /// The file's name.
    pub name: String,
    /// How far it has come. Counted: the list outlives the composer in which the file was chosen.
    pub state: ArcRwSignal<UploadState>,
}

/// How far a file has come.
#[derive(Clone, PartialEq)]
pub enum UploadState {
    /// On its way: 0 to 100 percent.
    Sending(u8),
    /// The server has it.
    Stored(Attachment),
    /// The server would not have it.
    Refused(Refusal),
}

impl Default for Uploads {
    fn default() -> Self {
        Self::new()
    }
}

impl Uploads {
    /// No files yet.
    pub fn new() -> Self {
        Self { all: RwSignal::new(Vec::new()), next_key: StoredValue::new(0) }
    }

    /// Sends these files; more than a message may carry are refused here.
    pub fn add(self, ticket: TicketId, files: &FileList) {
        for at in 0..files.length() {
            let Some(file) = files.get(at) else { continue };
            let key = self.next_key.get_value();
            self.next_key.set_value(key.wrapping_add(1));
            let state = ArcRwSignal::new(UploadState::Sending(0));
            let is_full = self.all.with_untracked(Vec::len) >= limits::FILES;
            let shown = Upload { key, name: file.name(), state: state.clone() };
            self.all.update(|all| all.push(shown));
            if is_full {
                let refusal =
                    Refusal::of(Field::Files, Code::TooManyFiles).limit(limits::FILES as u64);
                state.set(UploadState::Refused(refusal));
                continue;
            }
            let progress = state.clone();
            upload(
                ticket,
                &file,
                move |percent| progress.set(UploadState::Sending(percent)),
                move |answer| {
                    state.set(match answer {
                        Ok(file) => UploadState::Stored(file),
                        Err(refusal) => UploadState::Refused(refusal),
                    });
                },
            );
        }
    }

    /// All files; reading them follows changes, as do the questions below.
    pub fn all(self) -> Vec<Upload> {
        self.all.get()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.all.with(Vec::is_empty)
    }

    /// Whether one is still on its way.
    pub fn is_busy(self) -> bool {
        self.any(|state| matches!(state, UploadState::Sending(_)))
    }

    /// Whether the server would not have one.
    pub fn has_refused(self) -> bool {
        self.any(|state| matches!(state, UploadState::Refused(_)))
    }

    /// Puts files back that the server has: those of a message that was taken back.
    pub fn put_back(self, files: Vec<Attachment>) {
        for file in files {
            let key = self.next_key.get_value();
            self.next_key.set_value(key.wrapping_add(1));
            let name = file.name.clone();
            let state = ArcRwSignal::new(UploadState::Stored(file));
            self.all.update(|all| all.push(Upload { key, name, state }));
        }
    }

    /// Whether there is a file to send with the message.
    pub fn has_stored(self) -> bool {
        self.any(|state| matches!(state, UploadState::Stored(_)))
    }

    /// Empties the list, and returns the files that the server has.
    pub fn take(self) -> Vec<Attachment> {
        let files = self.all.with_untracked(|all| {
            all.iter()
                .filter_map(|file| match file.state.get_untracked() {
                    UploadState::Stored(file) => Some(file),
                    UploadState::Sending(_) | UploadState::Refused(_) => None,
                })
                .collect()
        });
        self.all.set(Vec::new());
        files
    }

    /// Takes one away.
    pub fn remove(self, key: u32) {
        self.all.update(|all| all.retain(|file| file.key != key));
    }

    fn any(self, is: fn(&UploadState) -> bool) -> bool {
        self.all.with(|all| all.iter().any(|file| file.state.with(is)))
    }
}
