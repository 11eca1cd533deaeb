//! What the visitor's hands do: one listener per kind of event, on the document; elements say what they are for by `data-do`.

use super::{
    check, dom, files, js, json,
    live::{self, Asked, Live},
    log,
};
use crate::{
    page::{Form, Typed},
    scene::View,
};
use protocol::{
    Code, EntryId, Field, Refusal,
    form::Started,
    limits,
    text::EmailAddress,
    visitor::{Done, VisitorCommand},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    ClipboardEvent, DragEvent, Element, Event, FileList, FormData, HtmlElement, HtmlFormElement,
    KeyboardEvent,
};

/// Listens to everything.
pub fn listen() {
    let hear = Closure::<dyn FnMut(Event)>::new(|event: Event| act(&event)).into_js_value();
    for kind in
        ["click", "submit", "input", "change", "keydown", "paste", "dragover", "dragleave", "drop"]
    {
        let _ = dom::document().add_event_listener_with_callback(kind, hear.unchecked_ref());
    }
    // These two do not bubble.
    for kind in ["scroll", "close"] {
        let _ = dom::document().add_event_listener_with_callback_and_bool(
            kind,
            hear.unchecked_ref(),
            true,
        );
    }
}

fn act(event: &Event) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    match event.type_().as_str() {
        "click" => click(&target),
        "submit" => submit(event, &target),
        "input" => {
            if matches!(id_of(&target).as_str(), "f-message" | "c-message") {
                let text = dom::value(&id_of(&target));
                live::change(|live| live.typed(&text));
            }
        }
        "change" => changed(&target),
        "keydown" => key(event.unchecked_ref(), &target),
        "paste" => paste(event.unchecked_ref()),
        "scroll" if id_of(&target) == "log" => {
            let at_end = log::is_at_end();
            if live::with(|live| live.at_end) != Some(at_end) {
                live::change(|live| live.scrolled(at_end));
            }
        }
        "close" if id_of(&target) == "ask" => live::change(|live| {
            live.ask_transcript = false;
            live.asked = Asked::Nothing;
        }),
        "dragover" | "dragleave" | "drop" => drag(event.unchecked_ref()),
        _ => {}
    }
}

/// By its attribute: the property of a form with a field of that name is the field.
fn id_of(element: &Element) -> String {
    element.get_attribute("id").unwrap_or_default()
}

fn click(target: &Element) {
    let Some(button) = target.closest("[data-do]").ok().flatten() else { return };
    let what = button.get_attribute("data-do").unwrap_or_default();
    let id = target.closest("[data-id]").ok().flatten();
    let id = id.and_then(|row| row.get_attribute("data-id")).unwrap_or_default();
    match what.as_str() {
        "menu" => toggle_menu(),
        "transcript" => {
            close_menu();
            live::change(Live::transcript);
        }
        "sound" => live::change(|live| {
            live.sound = !live.sound;
            super::store::mute(!live.sound);
        }),
        "end" => {
            close_menu();
            live::change(|live| live.command(None, &VisitorCommand::End));
            js::focus();
        }
        "again" => {
            live::change(Live::start_over);
            js::focus();
        }
        "attach" => {
            if let Some(input) = dom::input("c-files") {
                input.click();
            }
        }
        "remove" => live::change(|live| files::remove(live, &id)),
        "retry" | "edit" => {
            let Ok(id) = id.parse::<EntryId>() else { return };
            live::change(|live| if what == "retry" { live.retry(id) } else { live.take_back(id) });
            dom::focus("c-message");
        }
        "download" => files::download(&id, button.get_attribute("data-name").unwrap_or_default()),
        "newest" => {
            log::to_end();
            live::change(|live| live.scrolled(true));
        }
        "look-back" => live::change(|live| live.looking_back = !live.looking_back),
        "cancel" => live::change(|live| live.ask_transcript = false),
        _ => {}
    }
}

fn toggle_menu() {
    live::change(|live| live.menu = !live.menu);
    if live::with(|live| live.menu) == Some(true) {
        move_in_menu(|_, _| 0);
    } else {
        dom::focus("menu");
    }
}

fn close_menu() {
    if live::with(|live| std::mem::take(&mut live.menu)) == Some(true) {
        live::change(|_| {});
        dom::focus("menu");
    }
}

fn move_in_menu(to: fn(usize, usize) -> usize) {
    let items: Vec<HtmlElement> =
        dom::all("#items > *").into_iter().filter(|item| !item.hidden()).collect();
    let focused = dom::document().active_element();
    let at = items.iter().position(|item| focused.as_ref() == Some(item.as_ref()));
    if let Some(item) = items.get(to(at.unwrap_or(0), items.len())) {
        let _ = item.focus();
    }
}

fn key(event: &KeyboardEvent, target: &Element) {
    let key = event.key();
    if id_of(target) == "c-message" {
        if key == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
        return;
    }
    if live::with(|live| live.menu) != Some(true) {
        return;
    }
    match key.as_str() {
        "Escape" => close_menu(),
        "ArrowDown" => move_in_menu(|at, n| (at + 1) % n),
        "ArrowUp" => move_in_menu(|at, n| (at + n - 1) % n),
        "Home" => move_in_menu(|_, _| 0),
        "End" => move_in_menu(|_, n| n - 1),
        "Tab" => return live::change(|live| live.menu = false),
        _ => return,
    }
    event.prevent_default();
}

fn changed(target: &Element) {
    match id_of(target).as_str() {
        "f-files" => live::change(|live| {
            live.refusals.retain(|refusal| refusal.field != Some(Field::Files));
            live.refusals.extend(files::form_refusal(live));
        }),
        "c-files" => {
            if let Some(input) = dom::input("c-files") {
                if let Some(chosen) = input.files() {
                    live::change(|live| files::add(live, &chosen));
                }
                input.set_value("");
            }
        }
        _ if target.get_attribute("type").as_deref() == Some("radio") => dom::text("e-rate", ""),
        _ => {}
    }
}

fn paste(event: &ClipboardEvent) {
    let pasted = event.clipboard_data().and_then(|data| data.files());
    if let Some(pasted) = pasted.filter(|pasted| pasted.length() > 0) {
        event.prevent_default();
        take(&pasted);
    }
}

fn drag(event: &DragEvent) {
    let Some(data) = event.data_transfer() else { return };
    let of_files = data.types().includes(&JsValue::from_str("Files"), 0);
    let onto_field = event.target().is_some_and(|target| {
        target.dyn_ref::<Element>().is_some_and(|element| id_of(element) == "f-files")
    });
    if !of_files || onto_field {
        return;
    }
    event.prevent_default();
    let kind = event.type_();
    live::change(|live| live.dragging = kind == "dragover" && live.view == View::Talk);
    if kind == "drop"
        && let Some(dropped) = data.files()
    {
        take(&dropped);
    }
}

/// Files that came by paste or drop go where the text goes.
fn take(given: &FileList) {
    live::change(|live| match live.view {
        View::Talk => files::add(live, given),
        View::Intake if !live.status.open => files::put(given),
        _ => {}
    });
}

fn submit(event: &Event, form: &Element) {
    event.prevent_default();
    match id_of(form).as_str() {
        "intake" => start(form.unchecked_ref()),
        "composer" => send(),
        "contact" => {
            let email = dom::value("f-contact");
            live::change(|live| {
                address(live, Done::Contact, &email, |email| VisitorCommand::Contact { email });
            });
        }
        "transcript" => {
            let email = dom::value("f-transcript");
            live::change(|live| {
                address(live, Done::Transcript, &email, |email| VisitorCommand::Transcript {
                    email: Some(email),
                });
            });
        }
        "rate" => rate(),
        _ => {}
    }
}

fn address(live: &mut Live, what: Done, email: &str, make: fn(String) -> VisitorCommand) {
    match EmailAddress::parse(email) {
        Ok(email) => live.command(Some(what), &make(email.into())),
        Err(_) => {
            live.asked = Asked::Refused(what, Refusal::of(Field::Email, Code::EmailInvalid));
        }
    }
}

fn send() {
    let text = dom::value("c-message").trim().to_owned();
    live::change(|live| {
        let nothing = text.is_empty() && !files::any(live);
        if nothing || files::is_busy(live) || check::length(&text) > limits::CHAT_TEXT {
            return;
        }
        live.say(text);
    });
    dom::focus("c-message");
}

fn rate() {
    let chosen =
        dom::all("#rate input:checked").pop().and_then(|input| input.get_attribute("value"));
    let comment = dom::value("r-comment").trim().to_owned();
    live::change(|live| match chosen.and_then(|value| value.parse::<u8>().ok()) {
        Some(score) => {
            let comment = (!comment.is_empty()).then_some(comment);
            live.command(Some(Done::Rating), &VisitorCommand::Rate { score, comment });
        }
        None => dom::text("e-rate", &live.page.t("rating_missing")),
    });
}

/// The form: checked here as the server checks it, then sent.
fn start(form: &HtmlFormElement) {
    let Ok(data) = FormData::new_with_form(form) else { return };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    let typed = Typed {
        name: text("name"),
        email: text("email"),
        subject: text("subject"),
        message: text("message"),
    };
    let mut ready = false;
    live::change(|live| {
        if live.sending {
            return;
        }
        let kind = live.form();
        live.refusals = check::refusals(kind, &typed);
        if kind == Form::Request {
            live.refusals.extend(files::form_refusal(live));
        }
        live.notice.clear();
        ready = live.refusals.is_empty();
        if ready {
            live.sending = true;
            post(live, kind, &data, typed);
        }
    });
    if !ready {
        focus_first_refused();
    }
}

fn post(live: &Live, kind: Form, data: &FormData, typed: Typed) {
    if let Some(host) = &live.host {
        let _ = data.set_with_str("page", host);
    }
    let path = live.page.address(if kind == Form::Chat { "/chats" } else { "/requests" });
    let done = dom::once(move |answer| {
        let mut refused = false;
        live::change(|live| {
            live.sending = false;
            if let Some(started) = json::read::<Started>(&answer) {
                let email = Some(typed.email.trim().to_owned()).filter(|email| !email.is_empty());
                live.begin(kind, started, email, Some(typed.message.trim().to_owned()));
                forget_form();
                return;
            }
            let refusal = files::refusal_in(&answer);
            js::say("error", refusal.code.as_text());
            if answer.is_empty() {
                live.notice = live.page.t("not_sent");
                return;
            }
            if refusal.code == Code::ChatClosed {
                live.status.open = false;
            }
            live.refusals = vec![refusal];
            refused = true;
        });
        if refused {
            focus_first_refused();
        } else {
            js::focus();
        }
    });
    js::send("POST", &path, "", data, &JsValue::NULL, &done);
}

/// The form that made a ticket is empty when it shows again, and the next one is another.
fn forget_form() {
    dom::set_value("f-subject", "");
    if let Some(files) = dom::input("f-files") {
        files.set_value("");
    }
    for id in dom::all("#intake [name=id]") {
        let _ = id.set_attribute("value", &js::new_id().to_string());
    }
}

fn focus_first_refused() {
    if let Some(field) = dom::all("#intake [aria-invalid]").first() {
        let _ = field.focus();
    }
}

impl Live {
    /// The form that the desk takes now.
    fn form(&self) -> Form {
        if self.status.open { Form::Chat } else { Form::Request }
    }
}
