//! The console's socket: one at a time, opened again for as long as the session lasts. It knows nothing of what frames
//! are about.

use crate::{api, browser, json};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    Code, Timestamp,
    agent::{AgentCommand, AgentEvent, SUBPROTOCOL},
    delivery::{Pulse, PulseCheck, Reconnect},
};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, MessageEvent, WebSocket};

/// Whether there is a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketStatus {
    /// The first socket has not been greeted yet.
    Connecting,
    /// The server has greeted.
    Connected,
    /// The socket was lost; another one is tried.
    Disconnected,
    /// The session has ended, and nothing is tried any more.
    SignedOut,
}

/// Is told what happens on the socket.
pub trait Listener: Copy + 'static {
    /// A frame arrived. A status that changes by it has changed already.
    fn on_event(self, event: AgentEvent);
    /// The socket was lost.
    fn on_disconnect(self);
}

/// The page's socket; copied freely.
#[derive(Clone, Copy)]
pub struct Socket {
    status: RwSignal<SocketStatus>,
}

#[derive(Default)]
struct Connection {
    socket: Option<WebSocket>,
    pulse: Option<Pulse>,
    reconnect: Reconnect,
    /// When to open the next socket.
    retry_at: Option<Timestamp>,
}

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

impl Default for Socket {
    fn default() -> Self {
        Self::new()
    }
}

impl Socket {
    /// A socket that is not open yet.
    pub fn new() -> Self {
        Self { status: RwSignal::new(SocketStatus::Connecting) }
    }

    /// The status; reading it follows its changes.
    pub fn status(self) -> SocketStatus {
        self.status.get()
    }

    /// Whether the server has greeted, without following changes.
    pub fn is_connected(self) -> bool {
        self.status.get_untracked() == SocketStatus::Connected
    }

    /// Opens the socket, and opens it again after a pause, when the network comes back, and when the page is looked at.
    pub fn open(self, listener: impl Listener) {
        self.connect(listener);
        // Nothing comes over the socket any more, and it would take a minute to find out.
        let _offline =
            window_event_listener(leptos::ev::offline, move |_| self.drop_dead(listener));
        let _online = window_event_listener(leptos::ev::online, move |_| self.hurry(listener));
        let _focus = window_event_listener(leptos::ev::focus, move |_| self.hurry(listener));
        set_interval(move || self.check(listener), Duration::from_secs(1));
    }

    /// Sends a frame; false when there is no open socket to send it on.
    pub fn send(self, command: &AgentCommand) -> bool {
        let open = CONNECTION.with_borrow(|connection| {
            connection.socket.clone().filter(|socket| socket.ready_state() == WebSocket::OPEN)
        });
        open.is_some_and(|socket| {
            serde_json::to_string(command).is_ok_and(|text| socket.send_with_str(&text).is_ok())
        })
    }

    /// Is it time to try again, and is the other end still alive?
    fn check(self, listener: impl Listener) {
        let now = browser::now();
        let (is_due, pulse) = CONNECTION.with_borrow_mut(|connection| {
            let is_due = connection.retry_at.is_some_and(|at| at <= now);
            (is_due, connection.pulse.as_mut().map(|pulse| pulse.check(now)))
        });
        match pulse {
            Some(PulseCheck::Ping) => {
                self.send(&AgentCommand::Ping);
            }
            Some(PulseCheck::Dead) => self.drop_dead(listener),
            _ if is_due => self.connect(listener),
            _ => {}
        }
    }

    /// Does not wait for the end of the pause.
    fn hurry(self, listener: impl Listener) {
        let is_waiting = CONNECTION.with_borrow(|connection| connection.retry_at.is_some());
        if is_waiting && self.status.get_untracked() != SocketStatus::SignedOut {
            self.connect(listener);
        }
    }

    fn connect(self, listener: impl Listener) {
        let Ok(socket) = WebSocket::new_with_str(&address(), SUBPROTOCOL) else { return };
        CONNECTION.with_borrow_mut(|connection| {
            connection.retry_at = None;
            connection.socket = Some(socket.clone());
        });

        let on_open = Closure::<dyn Fn(Event)>::new(move |_| {
            CONNECTION.with_borrow_mut(|connection| {
                connection.pulse = Some(Pulse::new(browser::now()));
            });
            self.send(&AgentCommand::Hello);
        });
        socket.set_onopen(Some(on_open.into_js_value().unchecked_ref()));

        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            self.receive(&message, listener);
        });
        socket.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));

        let this = socket.clone();
        let on_close = Closure::<dyn Fn(Event)>::new(move |_| {
            let is_current =
                CONNECTION.with_borrow(|connection| connection.socket.as_ref() == Some(&this));
            if is_current {
                self.disconnected(listener);
            }
        });
        socket.set_onclose(Some(on_close.into_js_value().unchecked_ref()));
    }

    fn receive(self, message: &MessageEvent, listener: impl Listener) {
        let text = message.data().as_string();
        let event = text.and_then(|text| json::read::<AgentEvent>(&text));
        CONNECTION.with_borrow_mut(|connection| {
            if let Some(pulse) = &mut connection.pulse {
                pulse.on_frame(browser::now());
            }
            match &event {
                Some(AgentEvent::Welcome { .. }) => connection.reconnect.on_connect(),
                Some(AgentEvent::GoingAway { retry_ms }) => {
                    connection.reconnect.on_going_away(*retry_ms);
                }
                _ => {}
            }
        });
        // A kind of frame that is not known belongs to a newer server; what matters comes again with the next page.
        let Some(event) = event else { return };
        match event {
            AgentEvent::Welcome { .. } => self.status.set(SocketStatus::Connected),
            AgentEvent::SignedOut => self.status.set(SocketStatus::SignedOut),
            _ => {}
        }
        listener.on_event(event);
    }

    fn drop_dead(self, listener: impl Listener) {
        if let Some(socket) = CONNECTION.with_borrow(|connection| connection.socket.clone()) {
            socket.set_onclose(None);
            let _ = socket.close();
            self.disconnected(listener);
        }
    }

    fn disconnected(self, listener: impl Listener) {
        let was_connected = self.is_connected();
        let is_signed_out = self.status.get_untracked() == SocketStatus::SignedOut;
        CONNECTION.with_borrow_mut(|connection| {
            connection.socket = None;
            connection.pulse = None;
            if !is_signed_out {
                let pause = connection.reconnect.pause(browser::random());
                connection.retry_at = Some(browser::now() + pause);
            }
        });
        if !is_signed_out {
            self.status.set(SocketStatus::Disconnected);
        }
        listener.on_disconnect();
        if !is_signed_out && !was_connected {
            spawn_local(self.check_session());
        }
    }

    /// A refused upgrade does not say why. If the session has ended, trying again is no use.
    async fn check_session(self) {
        let answer = api::profile::profile().await;
        if answer.is_err_and(|error| error.0.code == Code::SignInRequired) {
            CONNECTION.with_borrow_mut(|connection| connection.retry_at = None);
            self.status.set(SocketStatus::SignedOut);
        }
    }
}

fn address() -> String {
    let location = window().location();
    let is_secure = location.protocol().is_ok_and(|scheme| scheme == "https:");
    let scheme = if is_secure { "wss" } else { "ws" };
    format!("{scheme}://{}/console/socket", location.host().unwrap_or_default())
}
