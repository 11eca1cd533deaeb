//! The agents' console: rendered by the server, then drawn by the same code in the browser, in the same place.
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
pub mod json;
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

/// Draws the page that the server rendered, as a live one. It is not hydrated: every view would be there twice, which is
/// a fifth of what the browser loads.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use leptos::prelude::*;

    // The server wrote the state into this very page; without it the page stays as it is.
    let Some(start) = document()
        .get_element_by_id("start")
        .and_then(|element| element.text_content())
        .and_then(|text| json::read::<start::Start>(&text))
    else {
        return;
    };
    wasm_bindgen_futures::spawn_local(async move {
        load_first(&start).await;
        let Some(body) = document().body() else { return };
        let carried = browser::carry::take();
        body.set_inner_html("");
        leptos::mount::mount_to(body, move || view! { <app::App start=start/> }).forget();
        carried.put();
        // So that nobody waits for them later. What does not come now is loaded again when it is needed.
        for load in chunks::LOADS {
            let _ = load().await;
        }
    });
}

/// Loads the chunk without which the first page would be drawn with a piece missing. Where it does not come, the page
/// says so.
#[cfg(feature = "hydrate")]
async fn load_first(start: &start::Start) {
    let query = start.path.split_once('?').map_or("", |(_, query)| query);
    let is_search = !inbox::place::question_of(query).is_empty();
    let load = match start.page {
        pages::Page::Mail(_) => chunks::LOADS[3],
        pages::Page::Inbox(_) if is_search => chunks::LOADS[2],
        pages::Page::Inbox(inbox::start::InboxStart::Open(_)) => chunks::LOADS[0],
        pages::Page::Inbox(_) => return,
    };
    // The console is connected once it is drawn: nothing that hangs keeps the agent from being there.
    let _ = browser::within::within(ui::later::PATIENCE, load()).await;
}
