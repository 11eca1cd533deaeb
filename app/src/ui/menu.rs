//! A button and the menu under it: arrows move, Esc and a click elsewhere close, the button gets the focus back.

use super::erase::erase;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, Node};

/// A menu button. The children are the menu's items, each with `role="menuitem"` and `tabindex="-1"`; one that is chosen closes it.
#[component]
pub fn Menu<Face, Above, Items>(
    /// The button's accessible name.
    #[prop(into)]
    name: Signal<String>,
    /// Its class.
    class: &'static str,
    /// What it shows beside its name: nothing that is read out.
    face: Face,
    /// What stands over the items.
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
            request_animation_frame(move || {
                step(root, Step::First);
            });
        }
    });
    Effect::new(move |_| {
        let elsewhere = window_event_listener(ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
            if open.get_untracked() && !inside {
                open.set(false);
            }
        });
        on_cleanup(move || elsewhere.remove());
    });

    let on_key = move |event: KeyboardEvent| {
        let went = match event.key().as_str() {
            "ArrowDown" if !open.get_untracked() => {
                open.set(true);
                true
            }
            "ArrowDown" => step(root, Step::Next),
            "ArrowUp" => step(root, Step::Previous),
            "Home" => step(root, Step::First),
            "End" => step(root, Step::Last),
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
        if went {
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

fn step(root: NodeRef<html::Div>, step: Step) -> bool {
    let Some(items) =
        root.get_untracked().and_then(|root| root.query_selector_all("[role^=menuitem]").ok())
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
