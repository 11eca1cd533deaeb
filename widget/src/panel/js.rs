//! The few things that the document's own script (`boot.js`) does for the panel.

use js_sys::Function;
use protocol::{EntryId, Timestamp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Tells the host page, if there is one.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn say(is: &str, value: &str);

    /// Hears the host page: the name of what it says, and all of it as JSON. What it said before is told at once.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn hear(listener: &Function);

    #[wasm_bindgen(js_namespace = ayudaPanel)]
    fn when(at: f64, kind: &str) -> String;

    /// A short, soft sound.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn beep();

    /// Puts the focus where typing begins.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn focus();

    /// Whether the form is the thing to show is known now.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn live();

    /// Sends a form or a file; `done` hears the answer's text. A GET answers the address of what came, or nothing.
    /// An empty token proves nothing; `progress` hears percents.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn send(
        method: &str,
        path: &str,
        token: &str,
        body: &JsValue,
        progress: &JsValue,
        done: &JsValue,
    );

    /// Hands an address to the browser as a download of this name.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn save(url: &str, name: &str);

    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = randomId)]
    fn random_id() -> String;
}

/// An instant in the reader's language and zone: `time`, `full`, `moment` ("Hoy, 11:42") or `back` ("Volvemos hoy a las 14:00").
#[expect(clippy::cast_precision_loss, reason = "milliseconds fit a double for 285 000 years")]
pub fn tell_time(at: Timestamp, kind: &str) -> String {
    when(at.0 as f64, kind)
}

/// Now, by the visitor's clock.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// A fresh id for a message or a form.
pub fn new_id() -> EntryId {
    random_id().parse().expect("the document's script makes ids of the standard form")
}

/// A fresh random number, 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}
