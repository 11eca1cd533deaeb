//! What a person did on the server's page before the script came, carried over to the same page as the script draws it:
//! what they typed, where the keyboard is, how far they scrolled.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

const FIELDS: &str = "input, textarea";
const FOCUSABLE: &str = "a, button, input, textarea, [tabindex]";
const SCROLLED: &str = ".rows, .log";

/// What is carried over; places are counted, for both pages are the same.
pub struct Carried {
    typed: Vec<(u32, String)>,
    focused: Option<Focused>,
    selected: Option<(u32, u32)>,
    scrolled: Vec<i32>,
}

/// Where the keyboard is.
struct Focused {
    /// Empty for an element without one.
    id: String,
    at: u32,
}

/// Notes it, before the server's page goes.
pub fn take() -> Carried {
    let focused = document().active_element();
    let is_focused = |element: &Element| {
        focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(element)))
    };
    let typed = |(at, field): (u32, Element)| {
        let (value, first) = match field.dyn_ref::<HtmlInputElement>() {
            Some(input) => (input.value(), input.default_value()),
            None => {
                let area = field.dyn_ref::<HtmlTextAreaElement>()?;
                (area.value(), area.default_value().ok()?)
            }
        };
        (value != first).then_some((at, value))
    };
    Carried {
        typed: all(FIELDS).filter_map(typed).collect(),
        focused: all(FOCUSABLE)
            .find(|(_, element)| is_focused(element))
            .map(|(at, element)| Focused { id: element.id(), at }),
        selected: focused.as_ref().and_then(|element| element.dyn_ref()).and_then(selection),
        scrolled: all(SCROLLED).map(|(_, element)| element.scroll_top()).collect(),
    }
}

impl Carried {
    /// Puts it back, on the page that the script has drawn.
    pub fn put(self) {
        for (at, value) in self.typed {
            match nth(FIELDS, at).map(JsCast::dyn_into::<HtmlTextAreaElement>) {
                // The composer takes what it finds there.
                Some(Ok(area)) => area.set_value(&value),
                Some(Err(field)) => type_into(field, value),
                None => {}
            }
        }
        let Self { focused, selected, scrolled, .. } = self;
        // At once where it can be: the next key may be on its way.
        let known = focused.as_ref().filter(|focused| !focused.id.is_empty());
        let known = known.and_then(|focused| document().get_element_by_id(&focused.id));
        if let Some(element) = &known {
            put_keyboard(element, selected);
        }
        // The rest once all is drawn: what chunks draw comes a moment later.
        let later = focused.filter(|_| known.is_none()).map(|focused| focused.at);
        request_animation_frame(move || {
            if let Some(element) = later.and_then(|at| nth(FOCUSABLE, at)) {
                put_keyboard(&element, selected);
            }
            for ((_, element), top) in all(SCROLLED).zip(scrolled) {
                element.set_scroll_top(top);
            }
        });
    }
}

fn put_keyboard(element: &Element, selected: Option<(u32, u32)>) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
    if let (Some((start, end)), Some(area)) = (selected, element.dyn_ref::<HtmlTextAreaElement>()) {
        let _ = area.set_selection_range(start, end);
    }
}

/// As a person types, once the field follows what it is about.
fn type_into(field: Element, value: String) {
    request_animation_frame(move || {
        let Some(input) = field.dyn_ref::<HtmlInputElement>() else { return };
        input.set_value(&value);
        let about = EventInit::new();
        about.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("input", &about) {
            let _ = input.dispatch_event(&event);
        }
    });
}

fn selection(area: &HtmlTextAreaElement) -> Option<(u32, u32)> {
    Some((area.selection_start().ok()??, area.selection_end().ok()??))
}

fn all(selector: &str) -> impl Iterator<Item = (u32, Element)> + use<> {
    let found = document().query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |at| {
        let node = found.as_ref()?.get(at)?;
        Some((at, node.dyn_into().ok()?))
    })
}

fn nth(selector: &str, at: u32) -> Option<Element> {
    document().query_selector_all(selector).ok()?.get(at)?.dyn_into().ok()
}
