//! The document, in few words. Setting what is already so changes nothing: nothing is read out twice, no cursor jumps.

use js_sys::Function;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Document, DocumentFragment, Element, HtmlElement, HtmlInputElement, HtmlTemplateElement,
    HtmlTextAreaElement, Window,
};

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// An element of the server's markup. All of them are always there; a test of the markup proves it.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}

/// Every element that a selector finds.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = document().query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.get(i)).map(JsCast::unchecked_into).collect()
}

/// The first element inside `parent`.
pub fn within(parent: &Element, selector: &str) -> Option<HtmlElement> {
    parent.query_selector(selector).ok().flatten().map(JsCast::unchecked_into)
}

/// Sets an element's text.
pub fn text(id: &str, words: &str) {
    if let Some(element) = by_id(id) {
        set_text(&element, words);
    }
}

/// Sets an element's text.
pub fn set_text(element: &Element, words: &str) {
    if element.text_content().as_deref() != Some(words) {
        element.set_text_content(Some(words));
    }
}

/// Shows or hides an element.
pub fn show(id: &str, shown: bool) {
    if let Some(element) = by_id(id) {
        set_shown(&element, shown);
    }
}

/// Shows or hides an element.
pub fn set_shown(element: &HtmlElement, shown: bool) {
    if element.hidden() == shown {
        element.set_hidden(!shown);
    }
}

/// Shows an element with these words, or hides it without.
pub fn say(id: &str, words: &str) {
    text(id, words);
    show(id, !words.is_empty());
}

/// Sets or removes an attribute.
pub fn attribute(element: &Element, name: &str, value: Option<&str>) {
    if element.get_attribute(name).as_deref() != value {
        let _ = match value {
            Some(value) => element.set_attribute(name, value),
            None => element.remove_attribute(name),
        };
    }
}

/// Marks a field as refused, with the words beside it, or takes the mark away.
pub fn mark(field: &str, error: &str, words: &str) {
    say(error, words);
    if let Some(field) = by_id(field) {
        attribute(&field, "aria-invalid", (!words.is_empty()).then_some("true"));
        attribute(&field, "aria-describedby", (!words.is_empty()).then_some(error));
    }
}

/// What a text field holds.
pub fn value(id: &str) -> String {
    let Some(element) = by_id(id) else { return String::new() };
    match element.dyn_ref::<HtmlTextAreaElement>() {
        Some(area) => area.value(),
        None => element.unchecked_into::<HtmlInputElement>().value(),
    }
}

/// Puts a text into a field.
pub fn set_value(id: &str, text: &str) {
    if value(id) == text {
        return;
    }
    let Some(element) = by_id(id) else { return };
    match element.dyn_ref::<HtmlTextAreaElement>() {
        Some(area) => area.set_value(text),
        None => element.unchecked_into::<HtmlInputElement>().set_value(text),
    }
}

/// A file field.
pub fn input(id: &str) -> Option<HtmlInputElement> {
    by_id(id).map(JsCast::unchecked_into)
}

/// Moves the focus.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
}

/// A copy of a template's one element.
pub fn copy(template: &str) -> Option<HtmlElement> {
    let template: HtmlTemplateElement = by_id(template)?.unchecked_into();
    let fragment: DocumentFragment =
        template.content().clone_node_with_deep(true).ok()?.unchecked_into();
    fragment.first_element_child().map(JsCast::unchecked_into)
}

/// A function for the browser that lives as long as the page.
pub fn forever(run: impl FnMut() + 'static) -> Function {
    let run: Box<dyn FnMut()> = Box::new(run);
    Closure::wrap(run).into_js_value().unchecked_into()
}

/// A function for the browser that is called once, with a text.
pub fn once(run: impl FnOnce(String) + 'static) -> Function {
    let run: Box<dyn FnOnce(String)> = Box::new(run);
    Closure::once_into_js(run).unchecked_into()
}
