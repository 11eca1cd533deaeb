//! The files of a message.

use super::icon::{Drawing, Icon};
use crate::words::use_words;
use leptos::{either::Either, prelude::*};
use protocol::file::{Attachment, file_size};

/// Links to the files of a message, as in the panel: pictures are drawn small and open, everything else is saved; nothing
/// when there are none.
#[component]
pub fn FileLinks(files: Vec<Attachment>) -> impl IntoView {
    let words = use_words();
    (!files.is_empty()).then(|| {
        let all: Vec<_> = files
            .into_iter()
            .map(|file| {
                let href = format!("/console/files/{}", file.id);
                let (name, size) = (file.name.clone(), file_size(file.bytes));
                let label = view! { <Icon drawing=Drawing::File/><span class="cut" dir="auto">{name.clone()}</span><span class="xs">{size}</span> };
                let link = if file.is_picture() {
                    Either::Left(view! {
                        <a class="file" href=href rel="external" target="_blank">
                            <img class="shot" src=href.clone() alt="" loading="lazy"/>{label}
                        </a>
                    })
                } else {
                    Either::Right(view! {
                        <a class="file" href=href rel="external" download=name.clone() title=name>
                            <span class="quiet">{words.get("download")}" "</span>{label}
                        </a>
                    })
                };
                view! { <li>{link}</li> }
            })
            .collect();
        view! { <ul class="files" role="list">{all}</ul> }
    })
}
