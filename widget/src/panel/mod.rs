//! The browser's half of the panel: it attaches to the server's markup and keeps it up to date.
//!
//! Events of the visitor ([`input`]), the server, the host page and the browser go to the one [`runtime`], which lends
//! them the [`state`]. The state changes itself and says what is to be done; the runtime does it and draws ([`draw`]).
//! Markup is the server's alone (`view/`): items of lists are copies of its templates, and text goes in as text.

mod answers;
mod browser_events;
mod cookies;
mod dom;
mod draw;
mod fields;
mod files;
mod host_events;
mod input;
mod js;
mod json;
mod own;
mod runtime;
mod server_events;
mod socket;
mod state;
mod store;

use crate::{markup::Id, page::PanelPage};
use state::State;

/// Attaches to the document.
pub fn start() {
    let json = dom::by_id(Id::State).and_then(|element| element.text_content());
    // A page that does not parse stays what it is: a form that works.
    let Some(page) = json::read::<PanelPage>(&json.unwrap_or_default()) else { return };
    let stored = store::all(&page.site.0);
    let env = runtime::environment(false);
    let state = State::new(page, stored, &fields::typed(), &env);
    runtime::start(state, server_events::HANDLERS);
    js::show_ready();
    runtime::change(State::connect_when_wanted);
    input::listen();
    browser_events::listen();
    host_events::listen();
}
