//! What the socket, the clock, the browser, other tabs and the host page tell.

use super::{
    dom, js, json,
    live::{self, Asked, Live},
    socket, store,
};
use protocol::{
    delivery::Pulse,
    visitor::{TOO_SLOW, VisitorCommand, VisitorEvent},
};
use serde::Deserialize;
use std::time::Duration;

/// The socket is open: say hello.
pub fn opened() {
    live::with(|live| {
        live.pulse = Pulse::new(js::now());
        let after = live.timeline.last();
        socket::send(&VisitorCommand::Hello { token: live.token.clone(), after });
    });
}

/// A frame arrived.
pub fn hear(frame: &str) {
    let Some(event) = json::read::<VisitorEvent>(frame) else { return };
    live::change(|live| live.hear(event));
}

/// The socket is gone.
pub fn lost(code: u16) {
    live::change(|live| {
        let now = js::now();
        live.greeted = false;
        live.outbox.on_disconnect();
        live.lost_at.get_or_insert(now);
        if let Asked::Waiting(_) = live.asked {
            live.asked = Asked::Nothing;
            live.notice = live.page.t("not_sent");
        }
        let pause = if code == TOO_SLOW {
            Duration::from_millis(200)
        } else {
            live.reconnect.pause(js::chance())
        };
        live.connect_at = Some(now + pause);
        socket::alarm(pause);
    });
}

/// Time has passed, or the page is seen again.
pub fn tick() {
    live::change(Live::tick);
}

/// The network is back or the page is seen again: no reason to wait any longer.
pub fn hurry() {
    live::change(|live| {
        if live.connect_at.is_some() {
            live.connect_at = Some(js::now());
        }
        live.tick();
        live.look();
    });
}

/// Another tab wrote to the storage.
pub fn storage_changed(key: &str) {
    live::change(|live| {
        if key != store::ticket_key(&live.page.site.0) {
            return;
        }
        match store::ticket(&live.page.site.0) {
            Some(kept) if live.token.as_ref() != Some(&kept.token) => {
                live.clear();
                live.adopt(kept);
                live.reopen();
            }
            None if live.token.is_some() => {
                live.leave();
                live.reopen();
            }
            _ => {}
        }
    });
}

/// The host page said something.
pub fn host_said(is: &str, json: &str) {
    let Some(told) = json::read::<Told>(json) else { return };
    live::change(|live| match is {
        "open" => {
            live.open = true;
            live.host = told.page.or(live.host.take());
            live.start_when_open();
            live.look();
        }
        "close" => {
            live.open = false;
            live.menu = false;
            live.look();
        }
        "logout" => {
            live.leave();
            live.keep_draft("");
            live.put_draft();
            live.reopen();
        }
        "visitor" => {
            let (name, email) = (told.visitor.name, told.visitor.email);
            for (field, text) in
                [("f-name", name), ("f-email", email), ("f-subject", told.extra.subject)]
            {
                if let Some(text) = text
                    && dom::value(field).is_empty()
                {
                    dom::set_value(field, &text);
                }
            }
            if let Some(message) = told.extra.message
                && live.draft.is_empty()
            {
                live.keep_draft(&message);
                live.put_draft();
            }
        }
        _ => {}
    });
}

/// What a host page tells of its visitor.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    visitor: Person,
    #[serde(default)]
    extra: Question,
    #[serde(default)]
    page: Option<String>,
}

#[derive(Default, Deserialize)]
struct Person {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Default, Deserialize)]
struct Question {
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    message: Option<String>,
}
