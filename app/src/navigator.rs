//! Goes from page to page without loading a document. Which paths are pages is in the table of pages: a router of our
//! own is smaller than any other.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent};

/// The address of the page that is shown, its path and what is behind a question mark; copied freely.
#[derive(Clone, Copy)]
pub struct Navigator(RwSignal<String>);

/// The path of an address.
pub fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or(address)
}

/// What is behind the question mark of an address; nothing where there is none.
pub fn query_of(address: &str) -> &str {
    address.split_once('?').map_or("", |(_, query)| query)
}

/// The page's navigator.
pub fn use_navigator() -> Navigator {
    expect_context()
}

impl Navigator {
    /// A navigator that shows the page of an address.
    pub fn new(address: String) -> Self {
        Self(RwSignal::new(address))
    }

    /// Reads the path and follows its changes.
    pub fn with<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.0.with(|address| read(path_of(address)))
    }

    /// Reads the path as it is now.
    pub fn with_untracked_path<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.0.with_untracked(|address| read(path_of(address)))
    }

    /// Reads what is behind the question mark, and follows its changes.
    pub fn with_query<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.0.with(|address| read(query_of(address)))
    }

    /// Puts another address in the place of this one: going back leads to the one before.
    pub fn replace(self, address: String) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        self.0.set(address);
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
            if let Some(path) = link_path(&event).filter(|path| is_page(path_of(path))) {
                event.prevent_default();
                self.go(path);
            }
        });
        let _back = window_event_listener(ev::popstate, move |_| {
            let location = window().location();
            if let (Ok(path), Ok(query)) = (location.pathname(), location.search()) {
                self.0.set(path + &query);
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
