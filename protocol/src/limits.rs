//! The bounds of `behaviours.md`, "Limits and bad input". Lengths are Unicode scalar values unless named otherwise.

use std::time::Duration;

/// A chat message typed in a composer.
pub const CHAT_TEXT: usize = 1_000;
/// The message of a form or of a mail, and an internal comment.
pub const FORM_TEXT: usize = 20_000;
/// A person's name.
pub const NAME: usize = 120;
/// A subject.
pub const SUBJECT: usize = 200;
/// An e-mail address, in bytes.
pub const EMAIL_BYTES: usize = 254;
/// What stands before the @ of an e-mail address as it is sent, in bytes.
pub const EMAIL_NAME_BYTES: usize = 64;
/// A site's own name for a person, in an identity that it signed.
pub const IDENTITY_ID: usize = 200;
/// How far ahead the signature of an identity may expire.
pub const IDENTITY_FOR: Duration = Duration::from_hours(31 * 24);
/// A person's own tickets in one answer.
pub const OWN_TICKETS: usize = 20;
/// What a ticket's customer needs, and what agents note of it.
pub const PROPERTY_TEXT: usize = 4_000;
/// Tags of one ticket.
pub const TAGS: usize = 20;
/// A telephone number.
pub const PHONE: usize = 40;
/// What a field of the owner's holds of a contact.
pub const CONTACT_VALUE: usize = 200;
/// A person's other tickets in one answer.
pub const EARLIER_TICKETS: usize = 10;
/// The comment that goes with a rating.
pub const RATING_COMMENT: usize = 1_000;
/// Agents whom one comment mentions.
pub const MENTIONS: usize = 20;
/// Colleagues who are named as looking at one ticket.
pub const WATCHERS: usize = 20;
/// A ticket's files in one answer.
pub const TICKET_FILES: usize = 50;
/// Files on one message.
pub const FILES: usize = 5;
/// One file, in bytes, where the site says nothing else.
pub const FILE_BYTES: u64 = 10 * 1024 * 1024;
/// The name of a file as it is shown.
pub const FILE_NAME: usize = 200;
/// The address of the page a visitor came from.
pub const PAGE_URL: usize = 2_000;
/// The address of an agent's picture, in bytes.
pub const PICTURE_URL_BYTES: usize = 2_000;
/// One frame of a socket, in bytes.
pub const FRAME_BYTES: usize = 64 * 1024;
/// The body of a request that is not read bit by bit, in bytes.
pub const BODY_BYTES: usize = 256 * 1024;
/// The head of a request, in bytes.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Entries in one answer to a resume; a client asks on from the last.
pub const ENTRIES: usize = 500;
/// One answer with entries, in bytes.
pub const ANSWER_BYTES: usize = 256 * 1024;

/// An unacknowledged message is shown as *no enviado* after this.
pub const UNSENT_AFTER: Duration = Duration::from_mins(1);
/// First pause before a client tries again.
pub const RETRY_FIRST: Duration = Duration::from_secs(1);
/// Longest pause between a client's tries.
pub const RETRY_LAST: Duration = Duration::from_secs(30);
/// How often the server pings a socket.
pub const PING_EVERY: Duration = Duration::from_secs(25);
/// A socket that has not been heard for this long is dead.
pub const DEAD_AFTER: Duration = Duration::from_mins(1);
/// A "typing" notice holds for this long.
pub const TYPING_FOR: Duration = Duration::from_secs(6);
