//! RFC 9457 problem documents.

use crate::{Code, FieldName, Refusal, strings::Strings, who::Who};
use serde::{Deserialize, Serialize};

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence in the reader's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Why: stable.
    pub code: Code,
    /// Which field, where one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldName>,
    /// The limit that was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The person of whom it speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// The sentence that names field and limit, in the reader's language.
    pub detail: String,
}

impl Problem {
    /// Words a refusal.
    pub fn new(refusal: Refusal, status: u16, strings: &Strings) -> Self {
        let detail = strings.refusal(&refusal);
        Self {
            kind: "about:blank".into(),
            title: strings.get("error.title"),
            status,
            code: refusal.code,
            field: refusal.field,
            limit: refusal.limit,
            who: refusal.who,
            detail,
        }
    }

    /// What it says, for whoever words it again.
    pub fn refusal(&self) -> Refusal {
        Refusal { code: self.code, field: self.field, limit: self.limit, who: self.who }
    }
}

/// The HTTP status of every code, on problem documents, pages and server functions alike.
pub const fn status(code: Code) -> u16 {
    match code {
        Code::Required
        | Code::TooLong
        | Code::TooShort
        | Code::EmailInvalid
        | Code::NameOrEmailRequired
        | Code::CharacterInvalid
        | Code::Invalid
        | Code::FieldUnknown
        | Code::FieldRepeated
        | Code::BodyInvalid
        | Code::FileEmpty
        | Code::FileProtected
        | Code::FileNotShown
        | Code::TooManyFiles
        | Code::PasswordCommon
        | Code::PasswordIsAddress
        | Code::KeyInvalid
        | Code::PrefixInvalid
        | Code::LanguageUnknown
        | Code::OriginInvalid
        | Code::PictureInvalid
        | Code::SpanInvalid
        | Code::SpanTooShort
        | Code::SpanTooLong
        | Code::TooSmall
        | Code::TooLarge
        | Code::TooMany
        | Code::Repeated
        | Code::ZoneUnknown
        // 401 would say that nobody tried to sign in.
        | Code::SignInFailed => 422,
        Code::RequestInvalid => 400,
        Code::SignInRequired => 401,
        Code::Forbidden | Code::OriginNotAllowed => 403,
        Code::NotFound => 404,
        Code::MethodNotAllowed => 405,
        Code::ChatClosed
        | Code::AlreadySent
        | Code::ChatEnded
        | Code::SiteRemoved
        | Code::QueueRemoved
        | Code::AgentRemoved
        | Code::AlreadyTaken
        | Code::HandoverOpen
        | Code::HandoverOver
        | Code::NotAvailable
        | Code::ConferenceFull
        | Code::AlreadyRated
        | Code::FilesWaiting
        | Code::EmailKnown => 409,
        Code::FileTooLarge | Code::FilesFull | Code::BodyTooLarge => 413,
        Code::FileType | Code::BodyType => 415,
        Code::RateLimited => 429,
        Code::HeadTooLarge => 431,
        Code::Internal => 500,
        Code::TryAgain => 503,
        Code::StorageFull => 507,
    }
}
