//! Classes by which the panel finds elements.

use super::named::named;

named! {
    /// A class of elements that the panel fills: parts of its templates, and lines that stand in more than one place.
    enum Class {
        /// The initials beside a message.
        Avatar = "avatar",
        Bubble = "bubble",
        FileName = "name",
        FileSize = "size",
        LinkToTicket = "link-to-ticket",
        /// Where the number was mailed to.
        MailedTo = "mailed-to",
        /// The line under a message: how far it got, or whose it is and when it came.
        MessageInfo = "message-info",
        MessageText = "message-text",
        OwnAbout = "own-about",
        OwnNumber = "own-number",
        OwnState = "own-state",
        OwnUnread = "own-unread",
        /// Seen by screen readers alone.
        ScreenReader = "sr",
        /// How far an own message got, in words.
        Status = "status",
    }
}

/// The classes of a message: `me` for the visitor's own, `first` for the first of a run by the same person.
pub const fn message_classes(is_own: bool, is_first: bool) -> &'static str {
    match (is_own, is_first) {
        (true, true) => "msg me first",
        (true, false) => "msg me",
        (false, true) => "msg first",
        (false, false) => "msg",
    }
}
