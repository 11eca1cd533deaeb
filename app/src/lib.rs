//! The agents' console: rendered by the server, then hydrated by the same code in the browser.
//!
//! From the bottom up: [`browser`] is what only a browser has, [`api`] are the server functions, [`state`] is what the
//! console knows, [`ui`] are small parts without meaning. A page is a folder ([`inbox`], [`mail`]) and a row in the
//! table of [`pages`]; [`frame`] stands around every page, and [`app`] puts them together. Only pages, the frame and
//! the state's socket call the server.

// A view is one nested type; the deepest goes past the default of 128.
#![recursion_limit = "512"]

pub mod address;
pub mod api;
pub mod app;
pub mod browser;
mod chunks;
pub mod frame;
pub mod inbox;
pub mod mail;
pub mod navigator;
pub mod pages;
pub mod place;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod start;
pub mod state;
pub mod ui;
pub mod words;

/// Small itself, and quick enough for what a console keeps.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Hydrates the rendered page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use leptos::prelude::*;

    // The server wrote the state into this very page; without it the page stays as it is.
    let Some(start) = document()
        .get_element_by_id("start")
        .and_then(|element| element.text_content())
        .and_then(|text| serde_json::from_str::<start::Start>(&text).ok())
    else {
        return;
    };
    leptos::mount::hydrate_body(move || view! { <app::App start=start/> });
    // So that nobody waits for them later. What does not come now is loaded again when it is needed.
    leptos::task::spawn_local(async {
        for load in chunks::LOADS {
            let _ = load().await;
        }
    });
}
