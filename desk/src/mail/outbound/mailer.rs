//! Who sends mail, and through what.

use super::relay::Relay;
use crate::{OpenError, Options, mail::address::Sender};
use std::{path::PathBuf, time::Duration};
use uuid::Uuid;

/// Calls a relay as a mail would, and hangs up before one is handed over; answers how it went.
///
/// # Errors
/// Why no mail would go out.
pub async fn greet_relay(url: &str) -> std::result::Result<String, String> {
    let relay = Relay::new(url).map_err(|error| error.to_string())?;
    relay.greet().await
}

/// Who sends, and through what.
pub(crate) struct Mailer {
    pub(super) sender: Sender,
    /// None: mail is kept.
    pub(super) relay: Option<Relay>,
    pub(super) folder: PathBuf,
}

impl Mailer {
    /// Refuses settings that no mail could be sent with.
    pub(crate) fn new(options: &Options) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            sender: Sender::parse(&options.mail_from)?,
            relay: options.smtp_url.as_deref().map(Relay::new).transpose()?,
            folder: options.data_dir.join("mail"),
        })
    }

    /// The id that every try of a mail goes out under.
    pub(super) fn message_id(&self, id: Uuid) -> String {
        format!("<{id}@{}>", self.sender.domain())
    }

    /// Longest time that one try takes.
    pub(super) fn longest(&self) -> Duration {
        self.relay.as_ref().map_or(Duration::from_secs(10), Relay::longest)
    }
}
