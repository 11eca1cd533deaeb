//! Desktop notifications, only where the agent allowed them and only while the agent is elsewhere.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Whether the agent can be asked: the browser has notifications, and nobody has allowed or forbidden them yet.
pub fn can_ask() -> bool {
    is_supported() && Notification::permission() == NotificationPermission::Default
}

/// Asks the agent to allow notifications; browsers want a click before it.
pub fn ask() {
    if is_supported() {
        let _ = Notification::request_permission();
    }
}

/// Shows a notification; a later one with the same tag takes its place.
pub fn show(title: &str, text: &str, tag: &str) {
    if !is_supported()
        || !super::is_away()
        || Notification::permission() != NotificationPermission::Granted
    {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(text);
    options.set_tag(tag);
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let shown = notification.clone();
        let on_click = Closure::once_into_js(move || {
            let _ = leptos::prelude::window().focus();
            shown.close();
        });
        notification.set_onclick(Some(on_click.unchecked_ref()));
    }
}

fn is_supported() -> bool {
    js_sys::Reflect::has(&leptos::prelude::window(), &JsValue::from_str("Notification"))
        .unwrap_or(false)
}
