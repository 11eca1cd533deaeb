//! What the server sends, from the socket to the state.

use super::{json, runtime, socket::Handlers, state::State};
use protocol::visitor::VisitorEvent;

/// The handlers of every socket.
pub const HANDLERS: Handlers = Handlers { opened, received, closed };

fn opened() {
    runtime::change(State::socket_opened);
}

fn received(frame: &str) {
    let Some(event) = json::read::<VisitorEvent>(frame) else { return };
    runtime::change(|state, env| state.on_event(event, env));
}

fn closed(code: u16) {
    runtime::change(|state, env| state.socket_closed(code, env));
}
