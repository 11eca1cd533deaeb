//! A WebSocket to the panel's server.

use super::dom;
use protocol::visitor::SUBPROTOCOL;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// Who hears a socket.
#[derive(Clone, Copy)]
pub struct Handlers {
    /// It is open.
    pub opened: fn(),
    /// A text frame arrived.
    pub received: fn(&str),
    /// It is gone, with a close code.
    pub closed: fn(u16),
}

/// A socket; it closes when it is dropped, and nobody hears it after that.
pub struct Socket(WebSocket);

impl Socket {
    /// Opens a socket to a path of the panel's own host; none when the browser will not.
    pub fn open(path: &str, handlers: &Handlers) -> Option<Self> {
        let Handlers { opened, received, closed } = *handlers;
        let location = dom::window().location();
        let secure = location.protocol().is_ok_and(|scheme| scheme == "https:");
        let scheme = if secure { "wss://" } else { "ws://" };
        let url = [scheme, &location.host().unwrap_or_default(), path].concat();
        let socket = WebSocket::new_with_str(&url, SUBPROTOCOL).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                received(&text);
            }
        });
        let on_close =
            Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| closed(event.code()));
        socket.set_onopen(Some(&dom::callback(opened)));
        socket.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        socket.set_onclose(Some(on_close.into_js_value().unchecked_ref()));
        Some(Self(socket))
    }

    /// Whether a frame can be sent.
    pub fn is_open(&self) -> bool {
        self.0.ready_state() == WebSocket::OPEN
    }

    /// Sends a frame; one that cannot be sent is lost.
    pub fn send(&self, frame: &str) {
        if self.is_open() {
            let _ = self.0.send_with_str(frame);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.0.set_onopen(None);
        self.0.set_onmessage(None);
        self.0.set_onclose(None);
        let _ = self.0.close();
    }
}
