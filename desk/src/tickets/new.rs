//! What opens a ticket: the two forms, with everything in them valid.

use protocol::{
    EntryId, FileId, PageUrl,
    text::{ChatText, EmailAddress, FormText, PersonName, Subject},
};

/// The pre-chat form: name or e-mail is there (`NameOrEmailRequired` otherwise).
#[derive(Clone, Debug)]
pub struct NewChat {
    /// The first message's id, made by the client or put into the form.
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: Option<EmailAddress>,
    pub subject: Option<Subject>,
    pub text: ChatText,
    pub page: Option<PageUrl>,
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// IANA zone of the browser.
    pub zone: Option<String>,
}

/// The Ayuda form.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: EmailAddress,
    pub text: FormText,
    /// Stored by [`crate::Desk::begin_upload`] for this site, and not yet on a message.
    pub files: Vec<FileId>,
    pub page: Option<PageUrl>,
    pub lang: String,
    pub zone: Option<String>,
}
