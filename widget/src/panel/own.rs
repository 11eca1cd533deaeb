//! Asks the server for the person's tickets, each time with what proves them.

use super::{
    dom, js, json, runtime,
    state::{Kept, OwnAsked, State},
};
use protocol::TicketNumber;
use wasm_bindgen::JsValue;
use web_sys::FormData;

/// Asks for a page of them.
pub fn ask(state: &State, asked: OwnAsked) {
    let after = asked.after;
    let done = dom::callback_once(move |text| {
        let page = json::read(&text);
        runtime::change(|state, _| state.own_came(&asked, page));
    });
    let Some(form) = form(state) else { return };
    if let Some(after) = after {
        let _ = form.set_with_str("after", &after.to_string());
    }
    js::request(
        "POST",
        &state.page.address("/tickets"),
        state.token(),
        &form,
        &JsValue::NULL,
        &done,
    );
}

/// Opens one of them.
pub fn open(state: &State, asked: OwnAsked, number: &TicketNumber) {
    let done = dom::callback_once(move |text| {
        let kept = json::read::<Kept>(&text);
        runtime::change(|state, env| state.own_opened(&asked, kept, env));
    });
    let Some(form) = form(state) else { return };
    let path = state.page.address(&["/tickets/", &number.0].concat());
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
