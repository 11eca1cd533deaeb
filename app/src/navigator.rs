//! Goes from page to page without loading a document. Which paths are pages is in the table of pages: a router of our
//! own is smaller than any other.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent};

/// The path of the page that is shown; copied freely.
#[derive(Clone, Copy)]
pub struct Navigator(RwSignal<String>);

/// The page's navigator.
pub fn use_navigator() -> Navigator {
    expect_context()
}

impl Navigator {
    /// A navigator that shows the page of a path.
    pub fn new(path: String) -> Self {
        Self(RwSignal::new(path))
    }

    /// Reads the path and follows its changes.
    pub fn with<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.0.with(|path| read(path))
    }

    /// Goes to a path and adds it to the browser's history.
    pub fn go(self, path: String) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&path));
        }
        self.0.set(path);
    }

    /// From now on links to pages load no document, and going back works. `is_page`: whether a path is a page for this
    /// agent.
    pub fn hydrate(self, is_page: impl Fn(&str) -> bool + 'static) {
        let _click = window_event_listener(ev::click, move |event| {
            if let Some(path) = link_path(&event).filter(|path| is_page(path)) {
                event.prevent_default();
                self.go(path);
            }
        });
        let _back = window_event_listener(ev::popstate, move |_| {
            if let Ok(path) = window().location().pathname() {
                self.0.set(path);
            }
        });
    }
}

/// The path of the link that was clicked; none where the browser should do as it always does.
fn link_path(event: &MouseEvent) -> Option<String> {
    if event.default_prevented()
        || event.button() != 0
        || event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
    {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    if link.has_attribute("target") || link.has_attribute("rel") {
        return None;
    }
    link.get_attribute("href")
}
