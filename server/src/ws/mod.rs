//! The sockets: one small task each, no split. Whoever comes is held to our origin before the upgrade.

pub(crate) mod agent;
mod agent_events;
mod connection;
mod in_flight;
pub(crate) mod visitor;
mod visitor_commands;

use crate::edge::{
    failure::{Answer, Failure},
    origin,
    state::Server,
};
use axum::{
    extract::ws::{WebSocket, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
};
use connection::Line;
use protocol::{Code, limits};
use std::{pin::Pin, time::Duration};

/// A socket that does not say hello in this time is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// On the way out, what is in flight may take this long to be acknowledged.
const LAST_ANSWERS: Duration = Duration::from_secs(4);
/// Events taken from the hub before what they say is written out.
const BATCH: usize = 64;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Upgrades a request that comes from our own pages and speaks our subprotocol.
fn upgrade(
    server: &Server,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
    subprotocol: &'static str,
    run: impl FnOnce(Line) -> Task + Send + 'static,
) -> Answer {
    if !origin::is_ours(&server.public, headers) {
        return Err(Failure::of(Code::OriginNotAllowed));
    }
    let upgrade = upgrade.protocols([subprotocol]);
    if upgrade.selected_protocol().is_none() {
        return Err(Failure::of(Code::Invalid));
    }
    let open = server.sockets.open();
    let response: Response = upgrade
        // The default of 128 KiB each way would be most of what an idle socket costs.
        .read_buffer_size(4096)
        // Small, so that a burst of answers is one write; it grows only when there is something to say.
        .write_buffer_size(2048)
        .max_frame_size(limits::FRAME_BYTES)
        .max_message_size(limits::FRAME_BYTES)
        .on_upgrade(move |socket: WebSocket| -> Task {
            let task = run(Line::new(socket));
            Box::pin(async move {
                task.await;
                drop(open);
            })
        });
    Ok(response)
}
