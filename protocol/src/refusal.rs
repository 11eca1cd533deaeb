//! What a bad input is told: a stable code, the field and the limit. The words are in `locales/`.

use serde::{Deserialize, Serialize};
use std::fmt;

crate::text_enum! {
    /// Why something was refused. The `snake_case` name is stable and is the key of its text in `locales/` (`[error]`).
    pub enum Code {
        /// The field must not be empty.
        Required = "required",
        /// The field is longer than its limit.
        TooLong = "too_long",
        /// Not an e-mail address.
        EmailInvalid = "email_invalid",
        /// A name or an e-mail is needed, and neither was given.
        NameOrEmailRequired = "name_or_email_required",
        /// The text holds a character that is not accepted (U+0000).
        CharacterInvalid = "character_invalid",
        /// A value is not of the form that the field takes.
        Invalid = "invalid",
        /// The file is larger than the limit.
        FileTooLarge = "file_too_large",
        /// Files of this type are not accepted.
        FileType = "file_type",
        /// More files than one message may carry.
        TooManyFiles = "too_many_files",
        /// Too many requests from this address; `limit` is the number allowed.
        RateLimited = "rate_limited",
        /// The desk is closed to new chats right now; the text belongs in the form.
        ChatClosed = "chat_closed",
        /// The chat has ended.
        ChatEnded = "chat_ended",
        /// Another agent was faster.
        AlreadyTaken = "already_taken",
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
        /// The closing reason.
        Reason = "reason",
        /// A password.
        Password = "password",
        /// The page of origin.
        Page = "page",
        /// The id a client made.
        Id = "id",
    }
}

/// A refusal: code, field and limit, ready to be worded in the reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// Which field, where one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The limit that was passed, in the field's own unit (characters, bytes, files, requests).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

impl Refusal {
    /// A refusal that blames no field.
    pub const fn new(code: Code) -> Self {
        Self { code, field: None, limit: None }
    }

    /// A refusal of one field.
    pub const fn of(field: Field, code: Code) -> Self {
        Self { code, field: Some(field), limit: None }
    }

    /// The same with the limit that was passed.
    #[must_use]
    pub const fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_text())?;
        if let Some(field) = self.field {
            write!(f, " ({})", field.as_text())?;
        }
        if let Some(limit) = self.limit {
            write!(f, ", limit {limit}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
