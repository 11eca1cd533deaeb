//! Puts the state into the document. It may run at any time and as often as it likes.

use super::{
    check, dom, files, js,
    live::{Asked, Live},
    log,
};
use crate::scene::{Sub, View};
use protocol::{Field, limits, names::first_name, visitor::Done};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// Draws everything.
pub fn draw(live: &mut Live) {
    shown(live);
    head(live);
    form(live);
    talk(live);
    dialog(live);
    log::draw(live);
    files::draw(live);
}

/// Every element that knows when it shows.
fn shown(live: &Live) {
    let scene = live.scene();
    for element in dom::all("[data-on]") {
        let rule = element.get_attribute("data-on").unwrap_or_default();
        dom::set_shown(&element, scene.is_on(&rule));
    }
}

fn head(live: &Live) {
    let scene = live.scene();
    if let Some(face) = dom::by_id("face") {
        dom::attribute(&face, "class", Some(scene.face_class()));
    }
    dom::text("initials", &scene.face_initials());
    dom::text("title", &scene.title());
    dom::text(
        "sub",
        &match scene.sub() {
            Sub::Text(text) => text,
            Sub::Back(at) => js::tell_time(at, "back"),
        },
    );
    let number = live.number.as_ref().map_or("", |number| &number.0);
    dom::text("number", number);
    dom::text("card-number", number);
    for link in dom::all(".link-to-ticket") {
        dom::attribute(&link, "href", Some(&live.link));
    }
    dom::show("items", live.menu);
    dom::show("veil", live.menu);
    for (id, name, on) in
        [("menu", "aria-expanded", live.menu), ("sound", "aria-checked", live.sound)]
    {
        if let Some(element) = dom::by_id(id) {
            dom::attribute(&element, name, Some(if on { "true" } else { "false" }));
        }
    }
    dom::show("cut", live.cut);
    dom::text("notice", &live.notice);
}

fn form(live: &Live) {
    let (page, open) = (&live.page, live.status.open);
    dom::text("intro", &page.t(if open { "intro_chat" } else { "intro_help" }));
    let submit = match (live.sending, open) {
        (true, _) => "sending_form",
        (_, true) => "start",
        (_, false) => "send_request",
    };
    dom::text("submit", &page.t(submit));
    if let Some(files) = dom::input("f-files") {
        files.set_disabled(open);
    }
    let mut general = String::new();
    let mut found = live.refusals.clone();
    for field in [Field::Name, Field::Email, Field::Subject, Field::Message, Field::Files] {
        let words = match found.iter().position(|refusal| refusal.field == Some(field)) {
            Some(at) => page.word_refusal(&found.remove(at)),
            None => String::new(),
        };
        let name = field.as_text();
        dom::mark(&["f-", name].concat(), &["e-", name].concat(), &words);
    }
    if let Some(other) = found.first() {
        general = page.word_refusal(other);
    } else if !live.refusals.is_empty() {
        general = page.t("check");
    }
    dom::say("problem", &general);
    let length = check::length(&live.draft);
    let count = if open && length > limits::CHAT_TEXT * 9 / 10 {
        count(live, length)
    } else {
        String::new()
    };
    dom::say("f-count", &count);
}

fn count(live: &Live, length: usize) -> String {
    let (n, limit) = (length.to_string(), limits::CHAT_TEXT.to_string());
    live.page.fill("count", &[("n", &n), ("limit", &limit)])
}

fn talk(live: &Live) {
    let page = &live.page;
    dom::text(
        "wait",
        &if live.view == View::Talk { live.scene().wait_line() } else { String::new() },
    );
    let typing = live
        .typist
        .as_ref()
        .map_or_else(String::new, |name| page.fill("is_typing", &[("name", first_name(name))]));
    dom::text("typist", &typing);
    dom::show("typing", !typing.is_empty());
    dom::show("newer", !live.at_end);
    let newer = match live.unread {
        0 => page.t("newest"),
        n => page.strings.count("panel.newer", n as u64),
    };
    dom::text("newer-text", &newer);
    dom::show("dropzone", live.dragging);

    let length = check::length(&live.draft);
    let over = length.saturating_sub(limits::CHAT_TEXT);
    let words = if over > 0 {
        page.fill("too_long", &[("n", &over.to_string())])
    } else {
        count(live, length)
    };
    dom::text("c-count", &words);
    if let (Some(count), Some(area)) = (dom::by_id("c-count"), dom::by_id("c-message")) {
        dom::attribute(
            &count,
            "class",
            Some(if over > 0 { "grow count bad" } else { "grow count" }),
        );
        dom::attribute(&area, "aria-invalid", (over > 0).then_some("true"));
    }

    if let Some(email) = live.ticket.as_ref().and_then(|ticket| ticket.email.as_deref()) {
        dom::text("card-mail", &page.fill("card_mail", &[("email", email)]));
        let mailed = page.fill("ended_mail", &[("email", email)]);
        for line in dom::all(".mailed") {
            dom::set_text(&line, &mailed);
        }
    }
    dom::text("look-back", &page.t(if live.looking_back { "hide_log" } else { "see_log" }));
    refused(live, Done::Contact, "f-contact", "e-contact");
    if let Asked::Refused(Done::Rating, refusal) = live.asked {
        dom::text("e-rate", &page.word_refusal(&refusal));
    }
}

fn dialog(live: &Live) {
    let Some(dialog) = dom::by_id("ask") else { return };
    let dialog: HtmlDialogElement = dialog.unchecked_into();
    if live.ask_transcript && !dialog.open() {
        let _ = dialog.show_modal();
    } else if !live.ask_transcript && dialog.open() {
        dialog.close();
    }
    refused(live, Done::Transcript, "f-transcript", "e-transcript");
}

/// Words a command's refusal beside its one field.
fn refused(live: &Live, command: Done, field: &str, error: &str) {
    let words = match live.asked {
        Asked::Refused(what, refusal) if what == command => live.page.word_refusal(&refusal),
        _ => String::new(),
    };
    dom::text(error, &words);
    if let Some(field) = dom::by_id(field) {
        dom::attribute(&field, "aria-invalid", (!words.is_empty()).then_some("true"));
    }
}
