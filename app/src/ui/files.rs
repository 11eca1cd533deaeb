//! The files of a message.

use super::icon::{Drawing, Icon};
use leptos::prelude::*;
use protocol::file::{Attachment, file_size};

/// Links to the files of a message; nothing when there are none.
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
