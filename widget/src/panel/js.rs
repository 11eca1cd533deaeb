//! The few things that the document's own script (`boot.js`) does for the panel.

use crate::markup::TimeFormat;
use js_sys::Function;
use protocol::{EntryId, Timestamp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Tells the host page, if there is one.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = postToHost)]
    pub fn post_to_host(kind: &str, value: &str);

    /// Hears the host page: the kind of a message, and all of it as JSON. Messages that came before are given at once.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = onHostMessage)]
    pub fn on_host_message(listener: &Function);

    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = formatTime)]
    fn format_time_ms(at: f64, format: &str) -> String;

    /// A short, soft sound.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = playSound)]
    pub fn play_sound();

    /// Moves the focus to the first field that is empty, on a touch screen to the title.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = focusFirstField)]
    pub fn focus_first_field();

    /// The panel is drawn: what covered it while a conversation was opened again may go.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = showReady)]
    pub fn show_ready();

    /// Puts the receipt under the visitor's last message.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = placeReceipt)]
    pub fn place_receipt();

    /// Sends a form or a file; `done` hears the answer's text. A GET answers the address of what came, or nothing.
    /// An empty token proves nothing; `progress` hears percents.
    #[wasm_bindgen(js_namespace = ayudaPanel)]
    pub fn request(
        method: &str,
        path: &str,
        token: &str,
        body: &JsValue,
        progress: &JsValue,
        done: &JsValue,
    );

    /// Hands an address to the browser as a download of this name.
    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = saveFile)]
    pub fn save_file(url: &str, name: &str);

    #[wasm_bindgen(js_namespace = ayudaPanel, js_name = randomId)]
    fn random_id() -> String;
}

/// An instant in the reader's language and zone.
#[expect(clippy::cast_precision_loss, reason = "milliseconds fit a double for 285 000 years")]
pub fn format_time(at: Timestamp, format: TimeFormat) -> String {
    format_time_ms(at.0 as f64, format.as_str())
}

/// Now, by the visitor's clock.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// A fresh id for a message or a form.
pub fn new_id() -> EntryId {
    let id = random_id().parse();
    // `expect` would also bring the words for every way in which a text is no id.
    id.unwrap_or_else(|_| unreachable!("the document's script makes ids of the standard form"))
}

/// A fresh random number, 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}
