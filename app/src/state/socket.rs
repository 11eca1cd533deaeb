//! The console's socket: one at a time, opened again for as long as the session lasts.

use super::console::{Console, Link};
use crate::{api, browser};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    Code, Timestamp,
    agent::{AgentCommand, AgentEvent, SUBPROTOCOL},
    delivery::{Pulse, PulseCheck, Reconnect},
};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, MessageEvent, WebSocket};

#[derive(Default)]
struct State {
    socket: Option<WebSocket>,
    pulse: Option<Pulse>,
    reconnect: Reconnect,
    /// When to open the next one.
    retry_at: Option<Timestamp>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Opens the socket, and opens it again when the network comes back or the page is seen.
pub fn open(console: Console) {
    connect(console);
    let _online = window_event_listener(leptos::ev::online, move |_| hurry(console));
    let _visible = window_event_listener(leptos::ev::focus, move |_| {
        hurry(console);
        if let Some(ticket) = console.open.get_untracked() {
            console.see(ticket);
        }
    });
}

/// Sends a frame; false when there is no greeted socket to send it on.
pub fn send(command: &AgentCommand) -> bool {
    STATE.with_borrow(|state| {
        state.socket.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN).is_some_and(
            |socket| {
                serde_json::to_string(command).is_ok_and(|text| socket.send_with_str(&text).is_ok())
            },
        )
    })
}

/// Once a second: is it time to try again, does the other end still live?
pub fn tick(console: Console) {
    let now = browser::now();
    let (due, pulse) = STATE.with_borrow_mut(|state| {
        let due = state.retry_at.is_some_and(|at| at <= now);
        (due, state.pulse.as_mut().map(|pulse| pulse.check(now)))
    });
    match pulse {
        Some(PulseCheck::Ping) => {
            send(&AgentCommand::Ping);
        }
        Some(PulseCheck::Dead) => drop_socket(console),
        _ if due => connect(console),
        _ => {}
    }
}

fn hurry(console: Console) {
    let waits = STATE.with_borrow(|state| state.retry_at.is_some());
    if waits && console.link.get_untracked() != Link::SignedOut {
        connect(console);
    }
}

fn connect(console: Console) {
    let location = window().location();
    let scheme =
        if location.protocol().is_ok_and(|scheme| scheme == "https:") { "wss" } else { "ws" };
    let address = format!("{scheme}://{}/console/socket", location.host().unwrap_or_default());
    let Ok(socket) = WebSocket::new_with_str(&address, SUBPROTOCOL) else { return };
    STATE.with_borrow_mut(|state| {
        state.retry_at = None;
        state.socket = Some(socket.clone());
    });

    let opened = Closure::<dyn Fn(Event)>::new(move |_| {
        STATE.with_borrow_mut(|state| state.pulse = Some(Pulse::new(browser::now())));
        send(&AgentCommand::Hello);
    });
    socket.set_onopen(Some(opened.into_js_value().unchecked_ref()));

    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let event = message
            .data()
            .as_string()
            .and_then(|text| serde_json::from_str::<AgentEvent>(&text).ok());
        STATE.with_borrow_mut(|state| {
            if let Some(pulse) = &mut state.pulse {
                pulse.heard(browser::now());
            }
            match &event {
                Some(AgentEvent::Welcome { .. }) => state.reconnect.connected(),
                Some(AgentEvent::GoingAway { retry_ms }) => state.reconnect.told(*retry_ms),
                _ => {}
            }
        });
        // A kind of frame that is not known belongs to a newer server; what matters comes again with the next page.
        if let Some(event) = event {
            console.hear(event);
        }
    });
    socket.set_onmessage(Some(heard.into_js_value().unchecked_ref()));

    let this = socket.clone();
    let closed = Closure::<dyn Fn(Event)>::new(move |_| {
        let is_current = STATE.with_borrow(|state| state.socket.as_ref() == Some(&this));
        if is_current {
            lost(console);
        }
    });
    socket.set_onclose(Some(closed.into_js_value().unchecked_ref()));
}

fn drop_socket(console: Console) {
    if let Some(socket) = STATE.with_borrow(|state| state.socket.clone()) {
        socket.set_onclose(None);
        let _ = socket.close();
        lost(console);
    }
}

fn lost(console: Console) {
    let was_greeted = console.link.get_untracked() == Link::Up;
    STATE.with_borrow_mut(|state| {
        state.socket = None;
        state.pulse = None;
    });
    console.lost();
    if console.link.get_untracked() == Link::SignedOut {
        return;
    }
    STATE.with_borrow_mut(|state| {
        let pause = state.reconnect.pause(browser::jitter());
        state.retry_at = Some(browser::now() + pause);
    });
    if !was_greeted {
        // A refused upgrade does not say why. If it is the session, trying again is no use.
        spawn_local(async move {
            if api::profile::who_am_i()
                .await
                .is_err_and(|error| error.0.code == Code::SignInRequired)
            {
                STATE.with_borrow_mut(|state| state.retry_at = None);
                console.link.set(Link::SignedOut);
            }
        });
    }
}
