//! The panel's one socket, its clock, and what the browser tells by itself.

use super::{dom, js, json, told};
use protocol::visitor::{SUBPROTOCOL, VisitorCommand};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, StorageEvent, VisibilityState, WebSocket};

thread_local! {
    static SOCKET: RefCell<Option<WebSocket>> = const { RefCell::new(None) };
}

/// How often the clock ticks: retries, pings and notices that run out are all whole seconds.
const TICK_MS: i32 = 1_000;

/// Opens a socket in place of the one there is. False when the browser will not.
pub fn open(path: &str) -> bool {
    close();
    let location = dom::window().location();
    let secure = location.protocol().is_ok_and(|scheme| scheme == "https:");
    let scheme = if secure { "wss://" } else { "ws://" };
    let url = [scheme, &location.host().unwrap_or_default(), path].concat();
    let Ok(socket) = WebSocket::new_with_str(&url, SUBPROTOCOL) else { return false };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            told::hear(&text);
        }
    });
    let on_close = Closure::<dyn FnMut(CloseEvent)>::new(|event: CloseEvent| {
        SOCKET.set(None);
        told::lost(event.code());
    });
    socket.set_onopen(Some(&dom::forever(told::opened)));
    socket.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    socket.set_onclose(Some(on_close.into_js_value().unchecked_ref()));
    SOCKET.set(Some(socket));
    true
}

fn close() {
    if let Some(socket) = SOCKET.take() {
        // What it still has to tell concerns nobody.
        socket.set_onopen(None);
        socket.set_onmessage(None);
        socket.set_onclose(None);
        let _ = socket.close();
    }
}

/// Sends a frame; false when there is no open socket.
pub fn send(command: &VisitorCommand) -> bool {
    let Some(text) = json::write(command) else { return false };
    SOCKET.with_borrow(|socket| {
        socket.as_ref().is_some_and(|socket| {
            socket.ready_state() == WebSocket::OPEN && socket.send_with_str(&text).is_ok()
        })
    })
}

/// Whether the page is on screen, as far as the browser knows.
pub fn is_visible() -> bool {
    dom::document().visibility_state() == VisibilityState::Visible
}

/// One more tick after this long, without waiting for the next whole second.
pub fn alarm(after: Duration) {
    let ms = i32::try_from(after.as_millis()).unwrap_or(i32::MAX).saturating_add(5);
    let tick = Closure::once_into_js(told::tick);
    let _ = dom::window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(tick.unchecked_ref(), ms);
}

/// Listens to the clock, the network, the page's visibility, other tabs and the host page, for as long as the page lives.
pub fn watch_browser() {
    let window = dom::window();
    let tick = dom::forever(told::tick);
    let _ = window.set_interval_with_callback_and_timeout_and_arguments_0(&tick, TICK_MS);
    let hurry = dom::forever(told::hurry);
    let _ = window.add_event_listener_with_callback("online", &hurry);
    let _ = window.add_event_listener_with_callback("focus", &hurry);
    let _ = dom::document().add_event_listener_with_callback("visibilitychange", &hurry);
    let storage = Closure::<dyn FnMut(StorageEvent)>::new(|event: StorageEvent| {
        if let Some(key) = event.key() {
            told::storage_changed(&key);
        }
    });
    let _ =
        window.add_event_listener_with_callback("storage", storage.into_js_value().unchecked_ref());
    let host = Closure::<dyn FnMut(String, String)>::new(|is: String, json: String| {
        told::host_said(&is, &json);
    });
    js::hear(host.into_js_value().unchecked_ref());
}
