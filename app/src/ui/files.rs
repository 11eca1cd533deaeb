//! The files of a message.

use super::icon::{Drawing, Icon};
use leptos::prelude::*;
use protocol::file::{Attachment, file_size};

/// Links to the files of a message, pictures drawn small; nothing when there are none.
#[component]
pub fn FileLinks(files: Vec<Attachment>) -> impl IntoView {
    (!files.is_empty()).then(|| {
        let all: Vec<_> = files
            .into_iter()
            .map(|file| {
                let href = format!("/console/files/{}", file.id);
                let picture = file
                    .is_picture()
                    .then(|| view! { <img class="shot" src=href.clone() alt="" loading="lazy"/> });
                view! {
                    <li><a class="file" href=href rel="external" target="_blank">
                        {picture}<Icon drawing=Drawing::File/><span class="cut">{file.name}</span><span class="xs">{file_size(file.bytes)}</span>
                    </a></li>
                }
            })
            .collect();
        view! { <ul class="files" role="list">{all}</ul> }
    })
}
