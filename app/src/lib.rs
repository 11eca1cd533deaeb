//! The agents' console: rendered by the server, taken over by the same code in the browser.
//!
//! [`pages`] draw and call back; only [`console`] and its [`socket`] talk to the server, besides the server functions in [`api`].
//! [`model`] is what can be thought through without a browser.

// A view is one nested type; the deepest goes past the default of 128.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod browser;
pub mod clock;
pub mod console;
pub mod model;
pub mod pages;
pub mod place;
mod socket;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod start;
pub mod thread;
pub mod toast;
pub mod words;

/// Takes the rendered page over.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use leptos::prelude::*;

    // The server wrote it into this very page; without it there is nothing to take over, and the page stays as it is.
    let Some(start) = document()
        .get_element_by_id("start")
        .and_then(|element| element.text_content())
        .and_then(|text| serde_json::from_str::<start::Start>(&text).ok())
    else {
        return;
    };
    leptos::mount::hydrate_body(move || view! { <app::App start=start/> });
}
