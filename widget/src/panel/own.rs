//! Asks the server for the person's tickets, each time with what proves them.

use super::{
    dom, js, json,
    state::{Kept, State},
};
use protocol::{TicketId, TicketNumber, identity::OwnTickets};
use wasm_bindgen::JsValue;
use web_sys::FormData;

/// Asks for a page of them; `done` hears none when nobody answered.
pub fn ask(
    state: &State,
    after: Option<TicketId>,
    done: impl FnOnce(Option<OwnTickets>) + 'static,
) {
    let Some(form) = form(state) else { return };
    if let Some(after) = after {
        let _ = form.set_with_str("after", &after.to_string());
    }
    let done = dom::callback_once(move |text| done(json::read(&text)));
    js::request("POST", &state.page.address("/tickets"), "", &form, &JsValue::NULL, &done);
}

/// Opens one of them; `done` hears none when it could not be opened.
pub fn open(state: &State, number: &TicketNumber, done: impl FnOnce(Option<Kept>) + 'static) {
    let Some(form) = form(state) else { return };
    let path = state.page.address(&["/tickets/", &number.0].concat());
    let done = dom::callback_once(move |text| done(json::read(&text)));
    js::request("POST", &path, "", &form, &JsValue::NULL, &done);
}

fn form(state: &State) -> Option<FormData> {
    let form = FormData::new().ok()?;
    add_identity(state, &form);
    Some(form)
}

/// Puts what proves the person into a form.
pub fn add_identity(state: &State, form: &FormData) {
    if let Some(signed) = state.signed_identity().and_then(json::write) {
        let _ = form.set_with_str("identity", &signed);
    }
}
