//! What is looked at in the viewer.

use leptos::prelude::*;
use protocol::file::Attachment;

/// Files that can be shown, and the one that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Those that came together.
    pub files: Vec<Attachment>,
    /// The place of the one that was opened.
    pub at: usize,
}

/// What the viewer shows; nothing while it is closed. A context of the application.
#[derive(Clone, Copy)]
pub struct Viewing(pub RwSignal<Option<Shown>>);

/// Whether the viewer can show it.
pub fn can_be_shown(file: &Attachment) -> bool {
    file.is_picture() || file.has_pages()
}
