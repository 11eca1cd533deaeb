//! What visitors see: the panel with its chat and its Ayuda form, and the ticket page.
//!
//! The server renders every page from plain data ([`page`]) to a whole document (`ssr`, by leptos); the pages work like that, as forms.
//! The browser's half ([`panel`]) is this same crate as wasm, without leptos: it attaches to the panel's markup and makes it live.

#[cfg(any(feature = "ssr", test))]
mod escape;
pub mod page;
pub mod panel;
mod scene;
#[cfg(feature = "ssr")]
pub mod ssr;
#[cfg(feature = "ssr")]
mod view;

/// Makes the server's document live. Called by the document once the wasm is here.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    panel::start();
}
