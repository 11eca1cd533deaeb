//! The mail that went out, waits, was kept or was given up.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, mail_page, mail_text, refused};
use protocol::{
    MailId,
    agent::ForAgent,
    mail::{MailPage, MailText},
};

calls! {
    /// The newest mails.
    "mails" pub async fn mails() -> Result<MailPage, ApiError> {
        let (desk, agent) = caller()?;
        desk.mails(&agent, None).await.map(mail_page).map_err(refused)
    }

    /// The next page: `after` the mail that the page before ended with.
    "mails/older" pub async fn older_mails(after: MailId) -> Result<MailPage, ApiError> {
        let (desk, agent) = caller()?;
        desk.mails(&agent, Some(after)).await.map(mail_page).map_err(refused)
    }

    /// A mail with its text; its HTML has an address of its own.
    "mails/read" pub async fn mail(id: MailId) -> Result<ForAgent<MailText>, ApiError> {
        let (desk, agent) = caller()?;
        desk.mail(&agent, id).await.map(mail_text).map_err(refused)
    }

    /// Puts a mail that was given up back into the queue.
    "mails/retry" pub async fn retry_mail(id: MailId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.retry_mail(&agent, id).await.map_err(refused)
    }
}
