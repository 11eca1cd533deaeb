//! What a bad input is told: a stable code, the field and the limit. The words are in `locales/`.

use crate::{field_name::FieldName, who::Who};
use serde::{Deserialize, Serialize};
use std::fmt;

crate::text_enum! {
    /// Why something was refused. The `snake_case` name is stable and is the key of its text in `locales/` (`[error]`).
    pub enum Code {
        /// The field must not be empty.
        Required = "required",
        /// The field is longer than its limit.
        TooLong = "too_long",
        /// The field is shorter than its least.
        TooShort = "too_short",
        /// Not an e-mail address.
        EmailInvalid = "email_invalid",
        /// The ticket has another address, and it takes a proof to change it.
        EmailKnown = "email_known",
        /// A name or an e-mail is needed, and neither was given.
        NameOrEmailRequired = "name_or_email_required",
        /// The text holds a character that is not accepted (U+0000 anywhere, a control character in a line).
        CharacterInvalid = "character_invalid",
        /// A value is not of the form that the field takes.
        Invalid = "invalid",
        /// A field that is not asked for; it is named as it came.
        FieldUnknown = "field_unknown",
        /// A field that came twice.
        FieldRepeated = "field_repeated",
        /// What was sent cannot be read as the form, the JSON or the frame that it says to be.
        BodyInvalid = "body_invalid",
        /// What was sent is longer than `limit` bytes.
        BodyTooLarge = "body_too_large",
        /// What was sent is of a kind that is not read here.
        BodyType = "body_type",
        /// A request whose head cannot be right, such as one with two hosts.
        RequestInvalid = "request_invalid",
        /// The address is there, but is not asked like that.
        MethodNotAllowed = "method_not_allowed",
        /// The head of a request is longer than `limit` bytes.
        HeadTooLarge = "head_too_large",
        /// The file is larger than the limit.
        FileTooLarge = "file_too_large",
        /// Files of this type are not accepted.
        FileType = "file_type",
        /// The file asks for a password, so none of its pages can be shown.
        FileProtected = "file_protected",
        /// No page of the file can be shown; it can be saved.
        FileNotShown = "file_not_shown",
        /// The file has no bytes.
        FileEmpty = "file_empty",
        /// More files than one message may carry.
        TooManyFiles = "too_many_files",
        /// So many uploads wait for a message on this ticket that it takes no more; `limit` is their number.
        FilesWaiting = "files_waiting",
        /// The ticket holds as many bytes of files as a visitor may store there; `limit` in bytes.
        FilesFull = "files_full",
        /// Too many requests from this address; `limit` is the number allowed.
        RateLimited = "rate_limited",
        /// The desk is closed to new chats right now; the text belongs in the form.
        ChatClosed = "chat_closed",
        /// Another text was received under this id; the text stays with its sender, who may send it under a fresh one.
        AlreadySent = "already_sent",
        /// The chat has ended.
        ChatEnded = "chat_ended",
        /// The site was removed: nothing can be written any more, only ended.
        SiteRemoved = "site_removed",
        /// The queue was removed: the chat can only be ended.
        QueueRemoved = "queue_removed",
        /// The agent who has the chat was removed: it can only be ended.
        AgentRemoved = "agent_removed",
        /// Another agent was faster; `who`, where that is known.
        AlreadyTaken = "already_taken",
        /// A transfer or conference is being asked for already.
        HandoverOpen = "handover_open",
        /// It is being asked for no longer: it was settled, or taken back.
        HandoverOver = "handover_over",
        /// Nobody who is asked can be rung now.
        NotAvailable = "not_available",
        /// As many people are in the chat as may be.
        ConferenceFull = "conference_full",
        /// There is no such thing, or it belongs to somebody else.
        NotFound = "not_found",
        /// Signed in as nobody, or the session has ended.
        SignInRequired = "sign_in_required",
        /// E-mail or password is wrong.
        SignInFailed = "sign_in_failed",
        /// This person may not do that.
        Forbidden = "forbidden",
        /// The page's origin is not one of the site's.
        OriginNotAllowed = "origin_not_allowed",
        /// The rating was given already.
        AlreadyRated = "already_rated",
        /// The password is among those that are tried first.
        PasswordCommon = "password_common",
        /// The password is the address of the account, or the part of it before the @.
        PasswordIsAddress = "password_is_address",
        /// Not a site's key; `limit` is the most characters.
        KeyInvalid = "key_invalid",
        /// Not a prefix of ticket numbers; `limit` is the most characters.
        PrefixInvalid = "prefix_invalid",
        /// Not a language there are words for.
        LanguageUnknown = "lang_unknown",
        /// Not an origin of http or https.
        OriginInvalid = "origin_invalid",
        /// Not the address of a picture.
        PictureInvalid = "picture_invalid",
        /// Not a span of time.
        SpanInvalid = "span_invalid",
        /// A span shorter than `limit` milliseconds.
        SpanTooShort = "span_too_short",
        /// A span longer than `limit` milliseconds.
        SpanTooLong = "span_too_long",
        /// A number below `limit`.
        TooSmall = "too_small",
        /// A number over `limit`.
        TooLarge = "too_large",
        /// A list with more than `limit` items.
        TooMany = "too_many",
        /// The same item twice in a list.
        Repeated = "repeated",
        /// Not a zone of the time-zone database.
        ZoneUnknown = "unknown_time_zone",
        /// The disk is full; what was typed stays with its sender.
        StorageFull = "storage_full",
        /// A passing fault; the same request may be sent again as it is.
        TryAgain = "try_again",
        /// A fault of the server's.
        Internal = "internal",
    }
}

crate::text_enum! {
    /// The field that a refusal speaks of. Its `snake_case` name is the form field's name and the key of its label
    /// in `locales/` (`[field]`).
    pub enum Field {
        /// A person's name.
        Name = "name",
        /// An e-mail address.
        Email = "email",
        /// The subject.
        Subject = "subject",
        /// The message.
        Message = "message",
        /// Attachments.
        Files = "files",
        /// A rating's score.
        Score = "score",
        /// A rating's comment.
        Comment = "comment",
        /// A reason from the owner's list: of a chat's end, or of being *Ausente*.
        Reason = "reason",
        /// What is said to the agent who takes over or joins.
        Note = "note",
        /// An agent's picture.
        Picture = "picture",
        /// A password.
        Password = "password",
        /// The page of origin.
        Page = "page",
        /// The id a client made.
        Id = "id",
        /// A site's key.
        Key = "key",
        /// What ticket numbers begin with.
        Prefix = "prefix",
        /// A site's language.
        Language = "lang",
        /// The origins that may use the panel.
        Origins = "allowed_origins",
        /// The brand's hue.
        Hue = "hue",
        /// A queue's name.
        Queue = "queue",
        /// A list of canned replies.
        Replies = "replies",
        /// The agents whom a comment mentions.
        Mentions = "mentions",
        /// A ticket state's name.
        State = "state",
        /// A priority's name.
        Priority = "priority",
        /// A type of tickets.
        Type = "ticket_type",
        /// The tags of a ticket, or one of them.
        Tags = "tags",
        /// The agent who attends a ticket.
        Agent = "agent",
        /// What the customer needs.
        Requirement = "requirement",
        /// What agents note of a ticket.
        Observations = "observations",
        /// A telephone number.
        Phone = "phone",
        /// What the owner's fields hold of a contact, or the name of one.
        ContactFields = "contact_fields",
        /// The time zone of opening hours.
        Zone = "zone",
        /// The hours of a week.
        Weekly = "weekly",
        /// Dates with other hours.
        Exceptions = "exceptions",
        /// The country whose public holidays are closed days.
        Holidays = "holidays",
        /// Opening hours as a whole.
        Schedule = "schedule",
        /// When a waiting chat becomes a request.
        WaitLimit = "wait_limit",
        /// When a chat ends without its customer.
        IdleLimit = "idle_limit",
        /// How long an offer rings.
        RingTime = "ring_time",
        /// When the chats of an agent who is gone go back.
        DropGrace = "drop_grace",
        /// When unseen replies are mailed.
        MailAfter = "mail_after",
        /// When a ticket that waits on its customer is closed.
        CloseAfter = "close_after",
        /// Chats at a time of one agent.
        Capacity = "capacity",
        /// Chats that wait while the button still says Chat.
        QueueLimit = "queue_limit",
        /// Bytes of one attachment.
        FileBytes = "file_bytes",
        /// New tickets of one client in an hour.
        TicketsPerHour = "tickets_per_hour",
        /// Messages of one client in a minute.
        MessagesPerMinute = "messages_per_minute",
        /// Frames of a socket that are read as fast as they come.
        FrameBurst = "frame_burst",
        /// Frames of a socket in a second after that.
        FramesPerSecond = "frames_per_second",
    }
}

impl Code {
    /// Whether the same request may well be accepted a little later.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::TryAgain | Self::RateLimited | Self::StorageFull)
    }
}

/// A refusal: code, field and limit, ready to be worded in the reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// Which field, where one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldName>,
    /// The limit that was passed, in the code's own unit (characters, bytes, files, requests, milliseconds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Who was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
}

impl Refusal {
    /// A refusal that blames no field.
    pub const fn new(code: Code) -> Self {
        Self { code, field: None, limit: None, who: None }
    }

    /// A refusal of one field.
    pub const fn of(field: Field, code: Code) -> Self {
        Self { code, field: Some(FieldName::Known(field)), limit: None, who: None }
    }

    /// A refusal of a field by its name, which may be one that nobody knows.
    pub fn named(name: &str, code: Code) -> Self {
        Self { code, field: Some(FieldName::new(name)), limit: None, who: None }
    }

    /// The field to blame, where it is one of ours.
    pub const fn known_field(&self) -> Option<Field> {
        match self.field {
            Some(FieldName::Known(field)) => Some(field),
            _ => None,
        }
    }

    /// The same with the limit that was passed.
    #[must_use]
    pub const fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The same with the person who was faster.
    #[must_use]
    pub fn who(mut self, name: &str) -> Self {
        self.who = Some(Who::new(name));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_text())?;
        if let Some(field) = self.field {
            write!(f, " ({})", field.as_str())?;
        }
        if let Some(limit) = self.limit {
            write!(f, ", limit {limit}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
