//! What visitors see: the panel with its chat and its Ayuda form, and the ticket page.
//!
//! The server renders every page from plain data ([`page`]) to a whole document (`ssr`, by leptos); the pages work like
//! that, as forms. The browser's half ([`panel`]) is this same crate as wasm, without leptos: it attaches to the
//! panel's markup. Both decide what shows by the same `view_model`, and name elements by the same `markup`.

mod became;
#[cfg(any(feature = "ssr", test))]
mod escape;
mod header;
pub mod markup;
pub mod page;
pub mod panel;
#[cfg(feature = "ssr")]
pub mod ssr;
#[cfg(feature = "ssr")]
mod view;
mod view_model;
#[cfg(feature = "ssr")]
mod words;

/// Small itself, and quick enough for what a panel keeps.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Attaches the panel to the server's document. The document calls it once the wasm is here.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    panel::start();
}
