//! Where the keyboard is. What it was on may go away (an offer, a dialog, a button): then it goes to a heading, and
//! never to the document, from where one would have to walk through everything again.

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The heading of what is open or, with nothing open, of the list.
pub const OPEN: &[&str] = &[".talk h1", ".inbox > .blank h1", ".list h1"];
/// Where one writes in what is open, else the same.
pub const WRITING: &[&str] =
    &[".talk .composer textarea", ".talk h1", ".inbox > .blank h1", ".list h1"];
/// The headings, after a chat that rings.
pub const OFFER_OR_OPEN: &[&str] = &[".offer h2", ".talk h1", ".inbox > .blank h1", ".list h1"];

/// Does this once the page shows what has just been changed, and before the next key: with a frame between them, what
/// one presses right after would be heard by what had the keyboard before, or undone.
pub fn once_updated(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        tick().await;
        then();
    });
}

/// Goes to the first of these that is on screen, once it is drawn.
pub fn go_to(headings: &'static [&'static str]) {
    request_animation_frame(move || {
        headings.iter().any(|selector| focus(selector));
    });
}

/// Goes to the heading of what is open if the keyboard is on nothing.
pub fn rescue() {
    rescue_to(OPEN);
}

/// Goes to the first of these that is on screen if the keyboard is on nothing.
pub fn rescue_to(places: &'static [&'static str]) {
    // A browser takes the focus from what is hidden when it draws.
    request_animation_frame(move || {
        request_animation_frame(move || {
            if is_nowhere() {
                places.iter().any(|selector| focus(selector));
            }
        });
    });
}

/// Whether there is an element with this selector.
pub fn is_there(selector: &str) -> bool {
    document().query_selector(selector).is_ok_and(|element| element.is_some())
}

/// Whether the keyboard is inside of the first element with this selector.
pub fn is_inside(selector: &str) -> bool {
    let inside = document().query_selector(&format!("{selector}:focus-within"));
    inside.is_ok_and(|element| element.is_some())
}

/// Whether the keyboard was put on a heading and has not moved.
pub fn is_on_heading() -> bool {
    document().active_element().is_some_and(|element| matches!(&*element.tag_name(), "H1" | "H2"))
}

/// Whether one types: a key is a letter there, and nothing else.
pub fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(&*element.tag_name(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.has_attribute("contenteditable")
    })
}

/// Goes to the next or the one before of these, from the one that has the keyboard; false when there are none.
pub fn step(selector: &str, forward: bool) -> bool {
    let Ok(links) = document().query_selector_all(selector) else { return false };
    let links: Vec<HtmlElement> = (0..links.length())
        .filter_map(|at| links.get(at).and_then(|link| link.dyn_into().ok()))
        .collect();
    let focused = document().active_element();
    let at = links
        .iter()
        .position(|link| focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(link))));
    let to = match (at, forward) {
        (None, _) => 0,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.saturating_sub(1),
    };
    links.get(to).is_some_and(|link| link.focus().is_ok())
}

fn is_nowhere() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// False when it is not there, or hidden.
fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let _ = element.set_attribute("tabindex", "-1");
    let _ = element.focus();
    document().active_element().is_some_and(|focused| focused.is_same_node(Some(&element)))
}
