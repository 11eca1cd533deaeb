//! A button and the menu under it: arrows move the focus, Esc and a click elsewhere close, and Esc gives the focus back
//! to the button.

use super::erase::erase;
use crate::browser::focus;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, Node};

/// A menu button. The children are the menu's items, each with `role="menuitem"` and `tabindex="-1"`; one that is
/// chosen closes it.
#[component]
pub fn Menu<Face, Above, Items>(
    /// The button's accessible name.
    #[prop(into)]
    name: Signal<String>,
    /// The button's class.
    class: &'static str,
    /// What the button shows; its name alone is read out.
    face: Face,
    /// Stands over the items.
    above: Above,
    children: TypedChildren<Items>,
) -> impl IntoView
where
    Face: IntoView + 'static,
    Above: IntoView + 'static,
    Items: IntoView + 'static,
{
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };

    // Shown first, then focused: a hidden item takes no focus.
    Effect::new(move |_| {
        if open.get() {
            focus::once_updated(move || {
                move_focus(root, Step::First);
            });
        }
    });
    Effect::new(move |_| {
        let listener = window_event_listener(ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            let is_inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
            if open.get_untracked() && !is_inside {
                open.set(false);
            }
        });
        on_cleanup(move || listener.remove());
    });

    let on_key = move |event: KeyboardEvent| {
        let is_handled = match event.key().as_str() {
            "ArrowDown" if !open.get_untracked() => {
                open.set(true);
                true
            }
            "ArrowDown" => move_focus(root, Step::Next),
            "ArrowUp" => move_focus(root, Step::Previous),
            "Home" => move_focus(root, Step::First),
            "End" => move_focus(root, Step::Last),
            "Escape" if open.get_untracked() => {
                close();
                true
            }
            "Tab" => {
                open.set(false);
                false
            }
            _ => false,
        };
        if is_handled {
            event.prevent_default();
        }
    };
    let on_choice = move |event: web_sys::MouseEvent| {
        let item = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("[role^=menuitem]").ok().flatten());
        if item.is_some() {
            close();
        }
    };

    erase(view! {
        <div class="menu-root" node_ref=root on:keydown=on_key>
            <button
                type="button"
                class=class
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span class="quiet">{name}</span>
                {face}
            </button>
            <div class="menu" hidden=move || !open.get()>
                {above}
                <div role="menu" aria-label=name on:click=on_choice>{children.into_inner()()}</div>
            </div>
        </div>
    })
}

enum Step {
    First,
    Last,
    Next,
    Previous,
}

/// Moves the focus to another item; false when there is none.
fn move_focus(root: NodeRef<html::Div>, step: Step) -> bool {
    let Some(items) = root
        .get_untracked()
        .and_then(|root| root.query_selector_all("[role^=menuitem]:not([hidden])").ok())
    else {
        return false;
    };
    let items: Vec<HtmlElement> = (0..items.length())
        .filter_map(|at| items.get(at).and_then(|item| item.dyn_into().ok()))
        .collect();
    let Some(last) = items.len().checked_sub(1) else { return false };
    let focused = document().active_element();
    let at = items
        .iter()
        .position(|item| focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(item))));
    let to = match (step, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None | Some(0)) => last,
        (Step::Next, Some(at)) => {
            if at == last {
                0
            } else {
                at + 1
            }
        }
        (Step::Previous, Some(at)) => at - 1,
    };
    items[to].focus().is_ok()
}
