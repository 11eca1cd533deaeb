//! The document, in few words. Setting what is already so changes nothing: nothing is read out twice, no cursor jumps.

use crate::markup::{Class, Id};
use js_sys::Function;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Document, DocumentFragment, Element, HtmlCollection, HtmlElement, HtmlInputElement,
    HtmlTemplateElement, HtmlTextAreaElement, VisibilityState, Window,
};

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Whether the page is on screen, as far as the browser knows.
pub fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// An element of the server's markup. All of them are always there; a test of the markup proves it.
pub fn by_id(id: Id) -> Option<HtmlElement> {
    document().get_element_by_id(id.as_str()).map(JsCast::unchecked_into)
}

/// The id of an element. By its attribute: the property of a form with a field of that name is the field.
pub fn id_of(element: &Element) -> Option<Id> {
    Id::named(&element.get_attribute("id")?)
}

/// Every element of a class.
pub fn by_class(class: Class) -> Vec<HtmlElement> {
    collected(&document().get_elements_by_class_name(class.as_str()))
}

/// The first element of a class inside `parent`.
pub fn part(parent: &Element, class: Class) -> Option<HtmlElement> {
    parent.get_elements_by_class_name(class.as_str()).item(0).map(JsCast::unchecked_into)
}

/// The first element inside `parent` that a selector finds.
pub fn find(parent: &Element, selector: &str) -> Option<HtmlElement> {
    parent.query_selector(selector).ok().flatten().map(JsCast::unchecked_into)
}

/// Every element inside another that a selector finds.
pub fn find_all(parent: Id, selector: &str) -> Vec<HtmlElement> {
    let list = by_id(parent).and_then(|parent| parent.query_selector_all(selector).ok());
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).map(JsCast::unchecked_into).collect()
}

fn collected(list: &HtmlCollection) -> Vec<HtmlElement> {
    (0..list.length()).filter_map(|at| list.item(at)).map(JsCast::unchecked_into).collect()
}

/// The items of the menu that show.
pub fn menu_items() -> Vec<HtmlElement> {
    find_all(Id::MenuItems, ":scope > :not([hidden])")
}

/// Sets an element's text.
pub fn text(id: Id, words: &str) {
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
pub fn show(id: Id, shown: bool) {
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
pub fn text_or_hidden(id: Id, words: &str) {
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

/// What a text field holds.
pub fn value(id: Id) -> String {
    let Some(element) = by_id(id) else { return String::new() };
    match element.dyn_ref::<HtmlTextAreaElement>() {
        Some(area) => area.value(),
        None => element.unchecked_into::<HtmlInputElement>().value(),
    }
}

/// Puts a text into a field.
pub fn set_value(id: Id, text: &str) {
    // A list without a choice is empty, too, and shows its first one only when that is chosen.
    if !text.is_empty() && value(id) == text {
        return;
    }
    let Some(element) = by_id(id) else { return };
    match element.dyn_ref::<HtmlTextAreaElement>() {
        Some(area) => area.set_value(text),
        None => element.unchecked_into::<HtmlInputElement>().set_value(text),
    }
}

/// A file field.
pub fn input(id: Id) -> Option<HtmlInputElement> {
    by_id(id).map(JsCast::unchecked_into)
}

/// Moves the focus.
pub fn focus(id: Id) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
}

/// The element that has the focus, where this document has it and not nothing in it.
pub fn focused() -> Option<Element> {
    let document = document();
    let element = document.has_focus().is_ok_and(|has| has).then(|| document.active_element())?;
    element.filter(|element| element.tag_name() != "BODY")
}

/// Whether an element has the focus, or gets it with the document.
pub fn has_focus(id: Id) -> bool {
    document().active_element().is_some_and(|element| id_of(&element) == Some(id))
}

/// Whether an element is in the document and not hidden, by itself or with what it stands in.
pub fn can_have_focus(element: &Element) -> bool {
    element.is_connected() && element.closest("[hidden]").ok().flatten().is_none()
}

/// A copy of a template's one element.
pub fn copy_template(id: Id) -> Option<HtmlElement> {
    let template: HtmlTemplateElement = by_id(id)?.unchecked_into();
    let fragment: DocumentFragment =
        template.content().clone_node_with_deep(true).ok()?.unchecked_into();
    fragment.first_element_child().map(JsCast::unchecked_into)
}

/// The children of a list, which become so many copies of a template; those that are there stay.
pub fn copies(list: &HtmlElement, template: Id, count: usize) -> Vec<HtmlElement> {
    while list.child_element_count() as usize > count {
        if let Some(last) = list.last_element_child() {
            last.remove();
        }
    }
    while (list.child_element_count() as usize) < count {
        let Some(fresh) = copy_template(template) else { break };
        let _ = list.append_child(&fresh);
    }
    collected(&list.children())
}

/// A function for the browser that lives as long as the page.
pub fn callback(run: impl FnMut() + 'static) -> Function {
    let run: Box<dyn FnMut()> = Box::new(run);
    Closure::wrap(run).into_js_value().unchecked_into()
}

/// A function for the browser that is called once, with a text.
pub fn callback_once(run: impl FnOnce(String) + 'static) -> Function {
    let run: Box<dyn FnOnce(String)> = Box::new(run);
    Closure::once_into_js(run).unchecked_into()
}
