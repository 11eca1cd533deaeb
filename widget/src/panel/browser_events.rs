//! What the browser tells by itself: time passes, the network is back, the page is seen again, another tab wrote to the
//! storage.

use super::{dom, runtime, state::State, store};
use gloo_timers::callback::Interval;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::StorageEvent;

/// How often the state hears of the time, in milliseconds: retries, pings and notices that run out are all whole
/// seconds.
const TICK_MS: u32 = 1_000;

/// Listens for as long as the page lives.
pub fn listen() {
    Interval::new(TICK_MS, || runtime::change(State::tick)).forget();
    let window = dom::window();
    let hurry = dom::callback(|| {
        // A page that was frozen heard of no logout.
        check_person();
        runtime::change(State::hurry);
    });
    let (lost, back) = (
        dom::callback(|| runtime::change(State::network_lost)),
        dom::callback(|| runtime::change(State::network_back)),
    );
    let _ = window.add_event_listener_with_callback("offline", &lost);
    let _ = window.add_event_listener_with_callback("online", &back);
    let _ = window.add_event_listener_with_callback("focus", &hurry);
    let _ = dom::document().add_event_listener_with_callback("visibilitychange", &hurry);
    let storage = Closure::<dyn FnMut(StorageEvent)>::new(|event: StorageEvent| {
        if let Some(key) = event.key() {
            storage_changed(&key);
        }
    });
    let _ =
        window.add_event_listener_with_callback("storage", storage.into_js_value().unchecked_ref());
}

fn storage_changed(key: &str) {
    let Some(site) = runtime::read(|state| state.page.site.0.clone()) else { return };
    if key == store::person_key(&site) {
        check_person();
    } else if key == store::ticket_key(&site) {
        runtime::change(|state, env| state.storage_changed(store::ticket(&site), env));
    }
}

fn check_person() {
    let Some(person) = runtime::read(|state| store::person(&state.page.site.0)) else { return };
    runtime::change(|state, env| state.person_is(person, env));
}
