//! A dialog: over the page, or aside.

use super::erase::erase;
use crate::browser::focus;
use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

/// How a dialog stands on the page.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Stands {
    /// Over it: nothing else is heard until it is closed.
    #[default]
    Over,
    /// In a corner, beside what one does: it takes no keyboard.
    Aside,
}

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
    #[prop(optional)] stands: Stands,
    children: TypedChildren<Content>,
) -> impl IntoView
where
    Content: IntoView + 'static,
{
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), stands) {
            (true, Stands::Over) => _ = dialog.show_modal(),
            // To show it would take the keyboard.
            (true, Stands::Aside) => dialog.set_open(true),
            (false, Stands::Over) if dialog.open() => dialog.close(),
            (false, Stands::Aside) if dialog.open() => {
                dialog.close();
                focus::rescue();
            }
            (false, _) => {}
        }
    });
    // Over the page the browser does that.
    let on_key = move |event: KeyboardEvent| {
        if stands == Stands::Aside && event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            open.set(false);
        }
    };
    erase(view! {
        <dialog class=class class:aside=stands == Stands::Aside aria-labelledby=labelled_by node_ref=dialog on:close=move |_| open.set(false) on:keydown=on_key>
            {children.into_inner()()}
        </dialog>
    })
}
