//! The mail that went out, waits, was kept or was given up.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, mail_row, mail_text, refused};
use leptos::prelude::*;
use protocol::{
    MailId,
    mail::{MailRow, MailText},
};

/// The newest mails.
#[server(prefix = "/console/api", endpoint = "mails")]
pub async fn mails() -> Result<Vec<MailRow>, ApiError> {
    let (desk, agent) = caller()?;
    Ok(desk.mails(&agent).await.map_err(refused)?.into_iter().map(mail_row).collect())
}

/// A mail with its text; its HTML has an address of its own.
#[server(prefix = "/console/api", endpoint = "mails/read")]
pub async fn mail(id: MailId) -> Result<MailText, ApiError> {
    let (desk, agent) = caller()?;
    desk.mail(&agent, id).await.map(mail_text).map_err(refused)
}

/// Puts a mail that was given up back into the queue.
#[server(prefix = "/console/api", endpoint = "mails/retry")]
pub async fn retry_mail(id: MailId) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    desk.retry_mail(&agent, id).await.map_err(refused)
}
