//! What a console holds: a value as this agent may read it. There is no other way into a frame, so that a raw value does
//! not compile into one.

use super::{Conversation, Missed, Offer, WorkItem};
use crate::{
    Timestamp,
    contact::{Contact, ContactCard},
    entry::{AgentBody, AgentEntry, VisitorBody, VisitorEntry},
    file::{Attachment, TicketFiles},
    mail::{MailRow, MailText},
    masking::{Preview, mask, mask_notice},
    properties::Properties,
};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// What an agent reads of what is sensitive at a site (`behaviours.md`, "Masking").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything as it was written.
    Everything,
    /// Cards, accounts, addresses and phone numbers masked.
    Masked,
}

/// A value as an agent may read it. On the wire it is the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ForAgent<T>(T);

/// What may hold something sensitive.
pub trait Sensitive {
    /// Masks all of it that a visitor, or an agent for one, may have written.
    fn mask(&mut self);
}

impl<T: Sensitive> ForAgent<T> {
    /// The value, masked where it has to be.
    pub fn new(mut value: T, sight: Sight) -> Self {
        if sight == Sight::Masked {
            value.mask();
        }
        Self(value)
    }
}

impl<T> ForAgent<T> {
    /// The same value in another form.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> ForAgent<U> {
        ForAgent(into(self.0))
    }

    /// The value, for whoever shows it.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl ForAgent<String> {
    /// The beginning of a message: of the masked text, where it has to be (R9).
    pub fn preview(preview: &Preview, sight: Sight) -> Self {
        Self(preview.shown(sight == Sight::Masked).to_owned())
    }
}

impl ForAgent<WorkItem> {
    /// The row after a message.
    pub fn put_message(
        &mut self,
        preview: ForAgent<String>,
        mine: bool,
        last_at: Timestamp,
        unread: u32,
    ) {
        self.0.preview = preview.0;
        self.0.preview_mine = mine;
        self.0.last_at = self.0.last_at.max(last_at);
        self.0.unread = unread;
    }
}

impl<T> Deref for ForAgent<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for ForAgent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Sensitive for String {
    fn mask(&mut self) {
        *self = mask(self);
    }
}

impl<T: Sensitive> Sensitive for Option<T> {
    fn mask(&mut self) {
        if let Some(value) = self {
            value.mask();
        }
    }
}

impl Sensitive for Contact {
    fn mask(&mut self) {
        self.name.mask();
        self.email.mask();
    }
}

impl Sensitive for ContactCard {
    fn mask(&mut self) {
        self.contact.mask();
        self.claimed_email.mask();
        self.phone.mask();
        for field in &mut self.fields {
            field.value.mask();
        }
        for ticket in &mut self.earlier {
            ticket.about.mask();
        }
    }
}

impl Sensitive for Attachment {
    fn mask(&mut self) {
        self.name.mask();
    }
}

impl Sensitive for TicketFiles {
    fn mask(&mut self) {
        for file in &mut self.files {
            file.file.mask();
        }
    }
}

impl Sensitive for WorkItem {
    fn mask(&mut self) {
        self.contact.mask();
        self.subject.mask();
        self.preview.mask();
    }
}

impl Sensitive for Offer {
    fn mask(&mut self) {
        self.contact.mask();
        self.subject.mask();
        self.message = mask_notice(&self.message);
        self.page.mask();
        self.note.mask();
    }
}

impl Sensitive for Missed {
    fn mask(&mut self) {
        self.contact.mask();
    }
}

impl Sensitive for Conversation {
    fn mask(&mut self) {
        self.contact.mask();
        self.subject.mask();
        self.page.mask();
    }
}

impl Sensitive for Properties {
    fn mask(&mut self) {
        self.subject.mask();
        self.requirement.mask();
        self.observations.mask();
    }
}

impl Sensitive for AgentEntry {
    fn mask(&mut self) {
        self.body.mask();
    }
}

impl Sensitive for AgentBody {
    fn mask(&mut self) {
        self.each_text(&mut String::mask);
        if let Self::ChatStarted { page } = self {
            page.mask();
        }
    }
}

impl AgentBody {
    /// All that people wrote in it: what is masked, and what is searched. Agents' names and the owner's words are not
    /// among it, nor is the page, which is masked as an address. Every kind is named here: who adds one decides.
    pub fn each_text(&mut self, on_text: &mut impl FnMut(&mut String)) {
        match self {
            Self::Visitor { text, files }
            | Self::Agent { text, files, .. }
            | Self::Comment { text, files, .. } => {
                on_text(text);
                for file in files {
                    on_text(&mut file.name);
                }
            }
            Self::ChatEnded { reason, .. } => reason.iter_mut().for_each(on_text),
            Self::HandedOver { reason, .. } => on_text(reason),
            Self::Rated { comment, .. } => comment.iter_mut().for_each(on_text),
            Self::ContactChanged { name, email } => {
                name.iter_mut().chain(email).for_each(on_text);
            }
            Self::MailQueued { to, subject: words } | Self::MailHeld { to, why: words } => {
                on_text(to);
                on_text(words);
            }
            Self::TranscriptSent { to } => on_text(to),
            Self::Changed { changes, .. } => {
                for change in changes.iter_mut().filter(|change| change.what.is_typed()) {
                    change.from.iter_mut().chain(&mut change.to).for_each(&mut *on_text);
                }
            }
            Self::ChatStarted { .. }
            | Self::Joined { .. }
            | Self::Left { .. }
            | Self::TransferRequested { .. }
            | Self::Transferred { .. }
            | Self::TransferAbandoned { .. }
            | Self::ConferenceRequested { .. }
            | Self::ConferenceAbandoned { .. }
            | Self::Requeued
            | Self::IdleWarning
            | Self::BecameRequest { .. }
            | Self::SiteRemoved
            | Self::QueueRemoved
            | Self::AgentRemoved
            | Self::StateChanged { .. }
            | Self::Revealed { .. }
            | Self::LinkRenewed { .. } => {}
        }
    }
}

// What staff are mailed of a conversation is made from the visitors' view.
impl Sensitive for VisitorEntry {
    fn mask(&mut self) {
        if let VisitorBody::Visitor { text, files } | VisitorBody::Agent { text, files, .. } =
            &mut self.body
        {
            text.mask();
            files.iter_mut().for_each(Attachment::mask);
        }
    }
}

impl Sensitive for MailRow {
    fn mask(&mut self) {
        self.to.mask();
        self.subject.mask();
        self.error.mask();
    }
}

impl Sensitive for MailText {
    fn mask(&mut self) {
        self.row.mask();
        self.text.mask();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PageUrl, TicketNumber,
        properties::{Change, Property},
    };
    use proptest::prelude::*;

    const RAW: &str = "Soy melissa@gmail.com, tarjeta 4111 1111 1111 1111, +57 300 123 4567";

    #[test]
    fn who_may_see_everything_reads_it_as_it_was_written() {
        assert_eq!(*ForAgent::new(RAW.to_owned(), Sight::Everything), RAW);
    }

    #[test]
    fn a_masked_agent_reads_no_raw_value_of_any_message() {
        let (text, reason) = (RAW.to_owned(), Some(RAW.to_owned()));
        let page = PageUrl::parse("https://example.com/?correo=melissa%40gmail.com");
        for body in [
            AgentBody::Visitor { text: text.clone(), files: vec![] },
            AgentBody::ChatStarted { page },
            AgentBody::ChatEnded { by: crate::entry::EndedBy::Agent, reason },
            AgentBody::MailQueued { to: text.clone(), subject: text.clone() },
            AgentBody::ContactChanged { name: Some(text.clone()), email: Some(text.clone()) },
            AgentBody::Changed {
                agent: crate::AgentId(uuid::Uuid::nil()),
                name: "Lucía".into(),
                changes: Property::ALL
                    .into_iter()
                    .filter(|what| what.is_typed())
                    .map(|what| Change::of(what, Some(text.clone()), Some(text.clone())))
                    .collect(),
            },
        ] {
            let shown = ForAgent::new(body, Sight::Masked);
            let json = serde_json::to_string(&shown).unwrap();
            for raw in ["melissa", "4111 1111", "300 123"] {
                assert!(!json.contains(raw), "{json}");
            }
        }
    }

    #[test]
    fn on_the_wire_it_is_the_value() {
        let shown = ForAgent::new("hola".to_owned(), Sight::Masked);
        assert_eq!(serde_json::to_string(&shown).unwrap(), "\"hola\"");
    }

    proptest! {
        #[test]
        fn a_ticket_number_stays_and_masking_twice_is_masking_once(n in 0..10_000_000_i64) {
            let number = TicketNumber(format!("CO-{n}"));
            let shown = ForAgent::new(format!("el ticket {}", number.0), Sight::Masked);
            prop_assert!(shown.ends_with(&number.0));
            prop_assert_eq!(&ForAgent::new(shown.0.clone(), Sight::Masked), &shown);
        }
    }
}
