//! What the panel does outside itself.

use super::{own_tickets::OwnAsked, upload::UploadId};
use crate::markup::Id;
use protocol::{EntryId, Field, TicketNumber, delivery::Unsent, visitor::VisitorCommand};
use std::time::Duration;

/// Something to be done in the browser. What an effect needs and the state holds is read from the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a socket in place of the one there is.
    Connect,
    /// Close the socket.
    Disconnect,
    /// Send a frame on the socket.
    Send(VisitorCommand),
    /// Call [`State::tick`](super::State::tick) after this long, without waiting for the next whole second.
    TickAfter(Duration),

    /// Keep the ticket in storage, or forget it where there is none.
    KeepTicket,
    /// Keep in storage the id of whoever was identified last.
    KeepIdentity,
    /// Ask the server for a page of the person's tickets.
    AskForOwn(OwnAsked),
    /// Ask the server to open one of them.
    OpenOwn(OwnAsked, TicketNumber),
    /// Keep in storage how far the visitor is on the ticket.
    KeepReading,
    /// Keep the draft of a field in storage.
    KeepDraft(Field),
    /// Keep in storage whether answers come with a sound.
    KeepSound,
    /// Keep a message in storage until it is acknowledged.
    KeepUnsent(Unsent),
    /// Forget a kept message.
    ForgetUnsent(EntryId),
    /// Forget everything of whoever was here, and let other tabs know.
    ForgetPerson,
    /// Forget what this tab kept of them for itself: another tab has forgotten the rest.
    ForgetTab,

    /// Send a file to the server.
    Upload(UploadId),

    /// Put the draft into the form's fields and into the composer.
    PutDraft,
    /// Take the chosen files out of the form.
    ClearChosenFiles,
    /// Choose no score any more.
    ClearRating,
    /// Give the form a fresh id: what it holds is not what its id stands for.
    RenewForm,
    /// Scroll the log to its end.
    ScrollToEnd,
    /// Move the focus, once everything is drawn.
    Focus(Focus),

    /// Play the sound of an answer.
    PlaySound,
    /// Tell the host page.
    PostToHost(HostNotice, String),
}

/// Where the focus goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The first field that is empty, or the title on a touch screen.
    FirstField,
    /// The first field of the form that was refused.
    FirstRefused,
    /// The first score of the rating.
    FirstScore,
    /// The first item of the menu.
    FirstMenuItem,
    /// An element.
    Element(Id),
}

/// What a host page hears of its visitor's conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNotice {
    /// The number of unread messages.
    Unread,
    /// An agent's message arrived.
    Message,
    /// The last of them while the panel is closed, or what became of the chat: who says it, a line break, and its first
    /// words.
    Preview,
    /// Whether a chat waits or runs: `1`, or nothing.
    Chat,
    /// A ticket is open; the value is its number.
    Ticket,
    /// Something was refused; the value is its code.
    Error,
}

impl HostNotice {
    /// Its name in messages to the loader.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Message => "message",
            Self::Preview => "preview",
            Self::Chat => "chat",
            Self::Ticket => "ticket",
            Self::Error => "error",
        }
    }
}
