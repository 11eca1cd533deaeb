//! What a bad input is told: a stable code, the field and the limit. The words are in `locales/`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why something was refused. The `snake_case` name is stable and is the key of its text in `locales/` (`[error]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The field must not be empty.
    Required,
    /// The field is longer than its limit.
    TooLong,
    /// Not an e-mail address.
    EmailInvalid,
    /// A name or an e-mail is needed, and neither was given.
    NameOrEmailRequired,
    /// The text holds a character that is not accepted (U+0000).
    CharacterInvalid,
    /// A value is not of the form that the field takes.
    Invalid,
    /// The file is larger than the limit.
    FileTooLarge,
    /// Files of this type are not accepted.
    FileType,
    /// More files than one message may carry.
    TooManyFiles,
    /// Too many requests from this address; `limit` is the number allowed.
    RateLimited,
    /// The desk is closed to new chats right now; the text belongs in the form.
    ChatClosed,
    /// The chat has ended.
    ChatEnded,
    /// Another agent was faster.
    AlreadyTaken,
    /// There is no such thing, or it belongs to somebody else.
    NotFound,
    /// Signed in as nobody, or the session has ended.
    SignInRequired,
    /// E-mail or password is wrong.
    SignInFailed,
    /// This person may not do that.
    Forbidden,
    /// The page's origin is not one of the site's.
    OriginNotAllowed,
    /// The rating was given already.
    AlreadyRated,
    /// The disk is full; what was typed stays with its sender.
    StorageFull,
    /// A passing fault; the same request may be sent again as it is.
    TryAgain,
    /// A fault of the server's.
    Internal,
}

impl Code {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::EmailInvalid => "email_invalid",
            Self::NameOrEmailRequired => "name_or_email_required",
            Self::CharacterInvalid => "character_invalid",
            Self::Invalid => "invalid",
            Self::FileTooLarge => "file_too_large",
            Self::FileType => "file_type",
            Self::TooManyFiles => "too_many_files",
            Self::RateLimited => "rate_limited",
            Self::ChatClosed => "chat_closed",
            Self::ChatEnded => "chat_ended",
            Self::AlreadyTaken => "already_taken",
            Self::NotFound => "not_found",
            Self::SignInRequired => "sign_in_required",
            Self::SignInFailed => "sign_in_failed",
            Self::Forbidden => "forbidden",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::AlreadyRated => "already_rated",
            Self::StorageFull => "storage_full",
            Self::TryAgain => "try_again",
            Self::Internal => "internal",
        }
    }
}

/// The field that a refusal speaks of. Its `snake_case` name is the form field's name and the key of its label
/// in `locales/` (`[field]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// A person's name.
    Name,
    /// An e-mail address.
    Email,
    /// The subject.
    Subject,
    /// The message.
    Message,
    /// Attachments.
    Files,
    /// A rating's score.
    Score,
    /// A rating's comment.
    Comment,
    /// The closing reason.
    Reason,
    /// A password.
    Password,
    /// The page of origin.
    Page,
    /// The id a client made.
    Id,
}

impl Field {
    /// The form field's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Subject => "subject",
            Self::Message => "message",
            Self::Files => "files",
            Self::Score => "score",
            Self::Comment => "comment",
            Self::Reason => "reason",
            Self::Password => "password",
            Self::Page => "page",
            Self::Id => "id",
        }
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
        f.write_str(self.code.as_str())?;
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
