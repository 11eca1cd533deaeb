//! What stands where one would write and cannot, with the way to a comment.

use crate::{
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;

/// The children, and the button that opens a place for comments.
#[component]
pub fn CommentBar<Content: IntoView + 'static>(
    open: RwSignal<bool>,
    children: TypedChildren<Content>,
) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <div class="foot-note">
            {children.into_inner()()}
            <button
                type="button"
                class="btn quiet"
                aria-pressed=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon drawing=Drawing::Lock/><span class="label">{words.get("internal_comment")}</span>
            </button>
        </div>
    })
}
