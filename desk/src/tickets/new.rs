//! What opens a ticket: the two forms, with everything in them valid.

use crate::{
    Error, Result,
    people::{ClientNetwork, Identity, email_key},
};
use protocol::{
    Code, EntryId, FileId, PageUrl, QueueId, Refusal,
    text::{ChatText, EmailAddress, FormText, PersonName, Subject},
};
use sha2::{Digest, Sha256};

/// The pre-chat form: name or e-mail is there (`NameOrEmailRequired` otherwise).
#[derive(Clone, Debug)]
pub struct NewChat {
    /// The first message's id, made by the client or put into the form.
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: Option<EmailAddress>,
    pub subject: Option<Subject>,
    /// The queue that the visitor chose; none: the site's first.
    pub queue: Option<QueueId>,
    pub text: ChatText,
    pub page: Option<PageUrl>,
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// IANA zone of the browser.
    pub zone: Option<String>,
    /// None: this machine, which tells no visitors apart.
    pub client: Option<ClientNetwork>,
    /// Who the site's signature says that it is.
    pub identity: Option<Identity>,
}

/// The Ayuda form.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: EmailAddress,
    /// Typed before the desk closed: the form asks for none.
    pub subject: Option<Subject>,
    /// The queue that the visitor chose; none: the site's first.
    pub queue: Option<QueueId>,
    pub text: FormText,
    /// Stored with this form, by [`crate::Desk::begin_upload`], and not yet on a message.
    pub files: Vec<FileId>,
    pub page: Option<PageUrl>,
    pub lang: String,
    pub zone: Option<String>,
    /// None: this machine, which tells no visitors apart.
    pub client: Option<ClientNetwork>,
    /// Who the site's signature says that it is.
    pub identity: Option<Identity>,
}

/// What was typed into a form, as a SHA-256: two forms with one id and one digest are one form, sent twice. What nobody
/// typed (page, zone, language) is not in it. Files are compared by [`super::files::are_same`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormDigest([u8; 32]);

impl FormDigest {
    fn of(typed: [Option<&str>; 4]) -> Self {
        let mut digest = Sha256::new();
        for text in typed {
            // Its length in front, so that no end of one text can be the beginning of the next.
            let text = text.unwrap_or_default();
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }

    /// A digest that was stored.
    pub(crate) fn stored(bytes: Vec<u8>) -> Result<Self> {
        let wrong = |_| sqlx::Error::Decode("a digest has 32 bytes".into());
        Ok(Self(bytes.try_into().map_err(wrong)?))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the form that opened a ticket is the one that was sent again.
    ///
    /// # Errors
    /// `AlreadySent` when it was another: its sender keeps the text and learns nothing of the ticket.
    pub(crate) fn check(self, sent: Self) -> Result<()> {
        if self == sent { Ok(()) } else { Err(Error::from(Refusal::new(Code::AlreadySent))) }
    }
}

/// How addresses are compared, and whether the site's signature proves this one.
pub(crate) struct ContactKey {
    pub(crate) key: Option<String>,
    pub(crate) is_proved: bool,
}

impl ContactKey {
    fn of(email: Option<&EmailAddress>, identity: Option<&Identity>) -> Self {
        let is_proved =
            email.is_some_and(|email| identity.is_some_and(|who| who.has(email.as_str())));
        Self { key: email.map(|email| email_key(email.as_str())), is_proved }
    }
}

impl NewChat {
    pub(crate) fn contact(&self) -> ContactKey {
        ContactKey::of(self.email.as_ref(), self.identity.as_ref())
    }

    pub(crate) fn digest(&self) -> FormDigest {
        FormDigest::of([
            self.name.as_ref().map(PersonName::as_str),
            self.email.as_ref().map(EmailAddress::as_str),
            self.subject.as_ref().map(Subject::as_str),
            Some(self.text.as_str()),
        ])
    }
}

impl NewRequest {
    pub(crate) fn contact(&self) -> ContactKey {
        ContactKey::of(Some(&self.email), self.identity.as_ref())
    }

    pub(crate) fn digest(&self) -> FormDigest {
        FormDigest::of([
            self.name.as_ref().map(PersonName::as_str),
            Some(self.email.as_str()),
            self.subject.as_ref().map(Subject::as_str),
            Some(self.text.as_str()),
        ])
    }
}
