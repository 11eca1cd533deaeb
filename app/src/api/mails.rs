//! The mail that went out, waits or was given up.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{caller, refused};
use crate::start::{MailRow, MailText};
use leptos::prelude::*;
use protocol::MailId;

/// The newest mails.
#[server(prefix = "/console/api", endpoint = "mails")]
pub async fn mails() -> Result<Vec<MailRow>, ApiError> {
    let (desk, agent) = caller()?;
    Ok(desk.mails(&agent).await.map_err(refused)?.into_iter().map(MailRow::from).collect())
}

/// One with its text; its HTML has an address of its own.
#[server(prefix = "/console/api", endpoint = "mails/read")]
pub async fn mail(id: MailId) -> Result<MailText, ApiError> {
    let (desk, agent) = caller()?;
    desk.mail(&agent, id).await.map(MailText::from).map_err(refused)
}

/// Puts a parked one back into the queue.
#[server(prefix = "/console/api", endpoint = "mails/retry")]
pub async fn retry_mail(id: MailId) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    desk.retry_mail(&agent, id).await.map_err(refused)
}

#[cfg(feature = "ssr")]
mod convert {
    use super::{MailRow, MailText};
    use crate::start::MailState;
    use desk::mail::KeptMail;

    impl From<KeptMail> for MailRow {
        fn from(mail: KeptMail) -> Self {
            Self {
                id: mail.id,
                at: mail.at,
                to: mail.to,
                subject: mail.subject,
                state: match mail.state {
                    desk::mail::MailState::Queued if mail.error.is_some() => MailState::Retrying,
                    desk::mail::MailState::Queued => MailState::Queued,
                    desk::mail::MailState::Sent => MailState::Sent,
                    desk::mail::MailState::Kept => MailState::Kept,
                    desk::mail::MailState::Parked => MailState::Parked,
                },
                error: mail.error,
            }
        }
    }

    impl From<(KeptMail, String, String)> for MailText {
        fn from((mail, text, html): (KeptMail, String, String)) -> Self {
            Self { row: mail.into(), text, has_html: !html.is_empty() }
        }
    }
}
