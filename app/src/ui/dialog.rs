//! A modal dialog.

use super::erase::erase;
use leptos::{html, prelude::*};

/// A dialog; it is shown while `open` is true, and closing it with the keyboard makes `open` false.
#[component]
pub fn Dialog<Content>(
    /// The id of its heading.
    #[prop(into)]
    labelled_by: String,
    open: RwSignal<bool>,
    /// Where it stands and how wide it is.
    #[prop(default = "dialog")]
    class: &'static str,
    children: TypedChildren<Content>,
) -> impl IntoView
where
    Content: IntoView + 'static,
{
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    erase(view! {
        <dialog class=class aria-labelledby=labelled_by node_ref=dialog on:close=move |_| open.set(false)>
            {children.into_inner()()}
        </dialog>
    })
}
