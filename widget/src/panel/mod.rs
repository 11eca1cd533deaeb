//! The browser's half of the panel: it attaches to the server's markup and makes it live.
//!
//! [`live`] holds the state and hears the socket; [`conversation`] begins and leaves a ticket; [`draw`] puts the state into the
//! document; [`act`] hears the visitor's hands. Markup is the server's alone (`view/`): rows are copies of its templates, and text goes in as text.

pub mod act;
pub mod check;
mod conversation;
mod cookies;
pub mod dom;
pub mod draw;
pub mod files;
mod hear;
pub mod js;
mod json;
pub mod live;
pub mod log;
pub mod rows;
pub mod socket;
pub mod store;
mod told;

use crate::page::PanelPage;

/// Takes over the document.
pub fn start() {
    let state = dom::by_id("state").and_then(|element| element.text_content()).unwrap_or_default();
    // A page that does not parse stays what it is: a form that works.
    let Some(page) = json::read::<PanelPage>(&state) else { return };
    live::wake(page);
    act::listen();
    socket::watch_browser();
}
