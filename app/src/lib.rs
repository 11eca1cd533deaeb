//! The agents' console: rendered by the server, taken over by the same code in the browser.
//!
//! [`state`] is what the browser knows, [`ui`] has small parts without meaning, [`frame`] stands around every page, and each page has
//! a folder: [`inbox`], [`mail`]. Only the state's socket and the server functions in [`api`] talk to the server.

// A view is one nested type; the deepest goes past the default of 128.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod browser;
pub mod frame;
pub mod inbox;
pub mod mail;
pub mod navigator;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod start;
pub mod state;
pub mod ui;
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
