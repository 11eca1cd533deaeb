//! One socket as frames: JSON text out; a frame, a sign of life or the end in.

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
};
use futures_util::{FutureExt, SinkExt};
use protocol::{limits, visitor::TOO_SLOW};
use serde::Serialize;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// A peer that takes nothing for this long is gone.
const STUCK: Duration = Duration::from_secs(20);
/// Time for a close frame to arrive before the connection goes.
const LINGER: Duration = Duration::from_millis(500);

/// The peer is gone: there is nobody to send to.
#[derive(Debug)]
pub(super) struct Gone;

/// Why we close, by code (RFC 6455, 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// Done here, as the peer wished.
    Normal,
    /// The server goes away.
    GoingAway,
    /// Not a frame of ours, or not in its place.
    Policy,
    /// A frame over the limit.
    TooBig,
    /// It did not keep up; it comes back and resumes.
    TooSlow,
}

impl Close {
    fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Normal => (1000, ""),
            Self::GoingAway => (1001, "going away"),
            Self::Policy => (1008, "not a frame of this protocol"),
            Self::TooBig => (1009, "frame too big"),
            Self::TooSlow => (TOO_SLOW, "too slow"),
        };
        CloseFrame { code, reason: reason.into() }
    }
}

/// What came.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A ping, or the answer to one.
    KeepAlive,
    /// Something that ends the socket.
    End(Close),
    /// The peer closed or is gone.
    Gone,
}

/// The socket, and when something last came.
pub(super) struct Connection {
    socket: WebSocket,
    last_received: Instant,
}

impl Connection {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self { socket, last_received: Instant::now() }
    }

    /// The next thing that comes. Safe to drop before it is done.
    pub(super) async fn recv(&mut self) -> Incoming {
        let message = match self.socket.recv().await {
            None => return Incoming::Gone,
            Some(Err(error)) => return end_of(&error),
            Some(Ok(message)) => message,
        };
        self.last_received = Instant::now();
        match message {
            Message::Text(text) => Incoming::Text(text),
            Message::Ping(_) | Message::Pong(_) => Incoming::KeepAlive,
            Message::Binary(_) => Incoming::End(Close::Policy),
            Message::Close(_) => Incoming::Gone,
        }
    }

    /// What has come already, without waiting.
    pub(super) fn try_recv(&mut self) -> Option<Incoming> {
        self.recv().now_or_never()
    }

    /// Puts an event into the buffer; [`Connection::flush`] sends it.
    pub(super) async fn feed(&mut self, event: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(event).expect("an event is JSON");
        within(self.socket.feed(Message::Text(text.into()))).await
    }

    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        within(self.socket.flush()).await
    }

    /// Sends a ping; false when nothing has come for too long.
    pub(super) async fn ping(&mut self) -> Result<bool, Gone> {
        if self.last_received.elapsed() >= limits::DEAD_AFTER {
            return Ok(false);
        }
        within(self.socket.send(Message::Ping(Bytes::new()))).await?;
        Ok(true)
    }

    /// Says why, and gives the frame time to arrive: a connection that is dropped with bytes unread would be reset.
    pub(super) async fn close(&mut self, why: Close) {
        if within(self.socket.send(Message::Close(Some(why.frame())))).await.is_err() {
            return;
        }
        if why == Close::TooBig {
            // The rest of the frame is not worth reading.
            tokio::time::sleep(LINGER).await;
            return;
        }
        let closing =
            async { while !matches!(self.recv().await, Incoming::Gone | Incoming::End(_)) {} };
        let _ = timeout(LINGER, closing).await;
    }
}

async fn within(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    match timeout(STUCK, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}

/// axum wraps the library's errors; their text alone tells a frame over the limit from a broken one.
fn end_of(error: &axum::Error) -> Incoming {
    let text = error.to_string();
    if text.contains("too long") {
        Incoming::End(Close::TooBig)
    } else if text.contains("UTF-8") || text.contains("protocol error") {
        Incoming::End(Close::Policy)
    } else {
        Incoming::Gone
    }
}
