//! What opens a ticket: the two forms, with everything in them valid.

use crate::secret::Secret;
use data_encoding::BASE64URL_NOPAD;
use protocol::{
    EntryId, FileId, PageUrl,
    text::{ChatText, EmailAddress, FormText, PersonName, Subject},
};

/// The network that a form was sent from, as the edge tells clients apart. Mails are counted by it
/// (`behaviours.md`, "Mail").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientNetwork(pub String);

impl ClientNetwork {
    /// As it is stored: enough to count by, and nobody's address to read.
    pub(crate) fn hashed(&self, secret: &Secret) -> String {
        BASE64URL_NOPAD.encode(&secret.sign("client", &[self.0.as_bytes()])[..HASHED])
    }
}

/// Bytes of a hash: two clients that share one are counted together.
const HASHED: usize = 12;

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
    /// None: this machine, which tells no visitors apart.
    pub client: Option<ClientNetwork>,
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
    /// None: this machine, which tells no visitors apart.
    pub client: Option<ClientNetwork>,
}
