//! The files of a message.

use super::{
    icon::{Drawing, Icon},
    viewing::{Shown, Viewing, can_be_shown},
};
use crate::{browser::drawn_page, words::use_words};
use leptos::{either::Either, prelude::*};
use protocol::file::{Attachment, file_size};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

/// Links to the files of a message: pictures and PDFs are drawn small and open in the viewer, everything else is saved;
/// nothing when there are none.
#[component]
pub fn FileLinks(files: Vec<Attachment>) -> impl IntoView {
    let words = use_words();
    let viewing = use_context::<Viewing>();
    let shown: Vec<_> = files.iter().filter(|file| can_be_shown(file)).cloned().collect();
    let view = move |file: &Attachment| {
        let at = shown.iter().position(|one| one.id == file.id)?;
        let shown = Shown { files: shown.clone(), at };
        let viewing = viewing?.0;
        Some(move |event: MouseEvent| {
            // Another tab, or a copy, is asked for.
            if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
                return;
            }
            event.prevent_default();
            viewing.set(Some(shown.clone()));
        })
    };
    (!files.is_empty()).then(|| {
        let all: Vec<_> = files
            .into_iter()
            .map(|file| {
                let href = format!("/console/files/{}", file.id);
                let (name, size) = (file.name.clone(), file_size(file.bytes));
                let label = view! { <Icon drawing=Drawing::File/><span class="cut" dir="auto">{name.clone()}</span><span class="xs">{size}</span> };
                let link = if can_be_shown(&file) {
                    let (class, src) = if file.is_picture() {
                        ("shot", href.clone())
                    } else {
                        ("shot sheet-1", drawn_page::address(file.id, 1))
                    };
                    let on_click = view(&file);
                    let open = move |event| {
                        if let Some(on_click) = &on_click {
                            on_click(event);
                        }
                    };
                    Either::Left(view! {
                        <a class="file" href=href rel="external" target="_blank" aria-haspopup="dialog" title=name on:click=open>
                            <img class=class src=src alt="" loading="lazy" on:error=hide/>
                            <span class="quiet">{words.get("view")}" "</span>{label}
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

/// What cannot be drawn small is a name; the viewer says why.
fn hide(event: leptos::ev::ErrorEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(picture) = target {
        picture.set_hidden(true);
    }
}
