//! Where in the console one is, by the address. Five places and no parameters but ids: a router of one's own is smaller than any other's.

use leptos::{ev, prelude::*};
use protocol::{MailId, TicketId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent};

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list, with nothing open.
    Inbox,
    /// A conversation.
    Ticket(TicketId),
    /// The mails, with none open.
    Mails,
    /// A mail.
    Mail(MailId),
    /// An address in the list that leads nowhere.
    Nowhere,
}

impl Place {
    /// The place that an address names.
    pub fn of(path: &str) -> Self {
        let mut parts = path
            .strip_prefix("/console")
            .unwrap_or(path)
            .split('/')
            .filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Inbox,
            (Some("mail"), None, _) => Self::Mails,
            (Some("mail"), Some(id), None) => id.parse().map_or(Self::Nowhere, Self::Mail),
            (Some("tickets"), Some(id), None) => id.parse().map_or(Self::Nowhere, Self::Ticket),
            _ => Self::Nowhere,
        }
    }

    /// Its address.
    pub fn path(self) -> String {
        match self {
            Self::Inbox | Self::Nowhere => "/console".to_owned(),
            Self::Ticket(ticket) => format!("/console/tickets/{ticket}"),
            Self::Mails => "/console/mail".to_owned(),
            Self::Mail(mail) => format!("/console/mail/{mail}"),
        }
    }

    /// Whether it is on the mail side.
    pub fn is_mail(self) -> bool {
        matches!(self, Self::Mails | Self::Mail(_))
    }

    /// Whether something is open: on a phone that is what is shown.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Inbox | Self::Mails)
    }
}

/// Where one is now; copied freely.
#[derive(Clone, Copy)]
pub struct Way(RwSignal<Place>);

/// The page's way.
pub fn use_way() -> Way {
    expect_context()
}

impl Way {
    /// Starts at an address.
    pub fn new(path: &str) -> Self {
        Self(RwSignal::new(Place::of(path)))
    }

    /// The place.
    pub fn place(self) -> Place {
        self.0.get()
    }

    /// Goes there without loading the page.
    pub fn go(self, place: Place) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&place.path()));
        }
        self.0.set(place);
    }

    /// The browser takes over: links within the console no longer load a page, and going back works.
    pub fn take_over(self) {
        let _clicks = window_event_listener(ev::click, move |event| {
            if let Some(place) = link_of(&event) {
                event.prevent_default();
                self.go(place);
            }
        });
        let _back = window_event_listener(ev::popstate, move |_| {
            if let Ok(path) = window().location().pathname() {
                self.0.set(Place::of(&path));
            }
        });
    }
}

/// The place behind a plain click on one of our links; none where the browser should do as it always does.
fn link_of(event: &MouseEvent) -> Option<Place> {
    if event.default_prevented()
        || event.button() != 0
        || event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
    {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let href = link.get_attribute("href")?;
    let is_ours = href == "/console" || href.starts_with("/console/");
    if !is_ours || link.has_attribute("target") || link.has_attribute("rel") {
        return None;
    }
    Some(Place::of(&href)).filter(|place| *place != Place::Nowhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_place_has_its_address() {
        let id = Uuid::from_u128(7);
        for place in
            [Place::Inbox, Place::Ticket(TicketId(id)), Place::Mails, Place::Mail(MailId(id))]
        {
            assert_eq!(Place::of(&place.path()), place);
        }
        assert_eq!(Place::of("/console/"), Place::Inbox);
        for path in
            ["/console/tickets/x", "/console/tickets", "/console/other", "/console/mail/1/2"]
        {
            assert_eq!(Place::of(path), Place::Nowhere);
        }
    }
}
