//! The sockets: one small task each, no split. Whoever comes is held to our origin before the upgrade.

pub(crate) mod agent;
mod connection;
pub(crate) mod declared;
mod frame;
mod in_flight;
mod pace;
mod session;
mod surrogates;
pub(crate) mod visitor;

use crate::edge::{
    failure::{Answer, Failure},
    origin,
    state::Server,
};
use axum::{
    extract::ws::{WebSocket, WebSocketUpgrade},
    http::HeaderMap,
};
use connection::Connection;
use protocol::{Code, limits};
use session::{Audience, Session};
use std::pin::Pin;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Upgrades a request that comes from our own pages and speaks the audience's protocol.
fn upgrade<A: Audience>(
    server: &Server,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
    audience: impl FnOnce(Server) -> A + Send + 'static,
) -> Answer {
    if !origin::is_ours(&server.public, headers) {
        return Err(Failure::of(Code::OriginNotAllowed));
    }
    let upgrade = upgrade.protocols([A::SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(Failure::of(Code::RequestInvalid));
    }
    let server = server.clone();
    let open = server.sockets.open();
    let response = upgrade
        // The default of 128 KiB each way would be most of what an idle socket costs.
        .read_buffer_size(4096)
        // Small, so that a burst of answers is one write; it grows only when there is something to send.
        .write_buffer_size(2048)
        .max_frame_size(limits::FRAME_BYTES)
        .max_message_size(limits::FRAME_BYTES)
        .on_upgrade(move |socket: WebSocket| -> Task {
            // Made before the task's future, which would keep a captured socket beside the session's for its whole
            // life.
            let mut session = Session::new(Connection::new(socket), audience(server.clone()));
            Box::pin(async move {
                A::open_sockets(&server.counters).up();
                session.run().await;
                drop(session);
                A::open_sockets(&server.counters).down();
                drop(open);
            })
        });
    Ok(response)
}
