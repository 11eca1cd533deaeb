//! Where one types what one looks for: at the console's top, on every page. What is looked for stands in the address.

use super::place::{self, LIST};
use crate::{
    navigator::use_navigator,
    state::list::List,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use protocol::search::QUESTION;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Who types is left in peace for so long.
const PAUSE: Duration = Duration::from_millis(180);

/// The box. `/` and Ctrl K lead to it, Escape clears it, the arrow leads to what was found. `list`: its view stays in
/// the address.
#[component]
pub fn SearchBox(list: List) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let question = Memo::new(move |_| navigator.with_query(place::question_of));
    let text = RwSignal::new(question.get_untracked());
    let field = NodeRef::<html::Input>::new();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let look = move |question: String| {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
        let path = navigator.with_untracked_path(place::stay);
        let view = untrack(|| list.view());
        let address = place::with_filters(&path, view, question.trim());
        // The first letter is a step that one can go back, the others are not.
        if navigator.with_query(|query| place::question_of(query).is_empty()) {
            navigator.go(address);
        } else {
            navigator.replace(address);
        }
    };
    // Going back and forth, and links, change it too.
    Effect::new(move |_| {
        let question = question.get();
        if text.with_untracked(|text| text.trim() != question) {
            text.set(question);
        }
    });
    let on_input = move |event| {
        text.set(event_target_value(&event));
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
        let later = set_timeout_with_handle(move || look(text.get_untracked()), PAUSE);
        waiting.set_value(later.ok());
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if text.with_untracked(|text| !text.is_empty()) => {
            event.prevent_default();
            text.set(String::new());
            look(String::new());
        }
        "ArrowDown" if focus_first() => event.prevent_default(),
        _ => {}
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        look(text.get_untracked());
        focus_first_once_found();
    };
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if leads_here(&event)
                && let Some(field) = field.get_untracked()
            {
                event.prevent_default();
                let _ = field.focus();
                field.select();
            }
        });
        on_cleanup(move || listener.remove());
    });
    erase(view! {
        <form class="search" role="search" action=LIST.pattern() on:submit=on_submit>
            <Icon drawing=Drawing::Search/>
            <input
                id="search"
                type="search"
                name="q"
                node_ref=field
                aria-label=words.get("search")
                placeholder=words.get("search")
                title=words.get("search_keys")
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                maxlength=QUESTION
                prop:value=move || text.get()
                value=question.get_untracked()
                on:input=on_input
                on:keydown=on_key
            />
        </form>
    })
}

/// Whether the keys lead to the box: not while somebody writes elsewhere, or answers in a dialog.
fn leads_here(event: &KeyboardEvent) -> bool {
    let is_k = event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key());
    let is_slash = event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_inside = |selector: &str| {
        target.as_ref().is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    if event.default_prevented() || is_inside("dialog") {
        return false;
    }
    is_k || is_slash && !is_inside("input, textarea, select, [contenteditable]")
}

/// Goes to the first ticket once the answer is here: what was found for other words goes with them. Whoever has gone
/// elsewhere meanwhile stays there.
fn focus_first_once_found() {
    request_animation_frame(move || {
        let is = |selector| document().query_selector(selector).ok().flatten().is_some();
        if !is("#search:focus") {
            return;
        }
        if is(".list[aria-busy], .found [aria-busy]") {
            focus_first_once_found();
        } else {
            focus_first();
        }
    });
}

/// Goes to the first ticket that was found; false where none is.
fn focus_first() -> bool {
    let found = document().query_selector(".found a.item").ok().flatten();
    found
        .and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| link.focus().is_ok())
}
