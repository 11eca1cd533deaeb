//! Who sends mail, and through what.

use super::relay::Relay;
use crate::{OpenError, Options, mail::address::Sender};
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
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
    /// Mails that the relay has taken and whose rows do not say so yet.
    taken: Mutex<HashSet<Uuid>>,
}

impl Mailer {
    /// Refuses settings that no mail could be sent with.
    pub(crate) fn new(options: &Options) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            sender: Sender::parse(&options.mail_from)?,
            relay: options.smtp_url.as_deref().map(Relay::new).transpose()?,
            folder: options.data_dir.join("mail"),
            taken: Mutex::default(),
        })
    }

    /// The relay has taken a mail: whatever becomes of the note, this process does not send it again.
    pub(super) fn has_taken(&self, id: Uuid) {
        self.lock_taken().insert(id);
    }

    /// The row of the mail says so.
    pub(super) fn is_noted(&self, id: Uuid) {
        self.lock_taken().remove(&id);
    }

    pub(super) fn is_taken(&self, id: Uuid) -> bool {
        self.lock_taken().contains(&id)
    }

    /// Mails that were taken and not noted.
    pub(super) fn taken(&self) -> Vec<Uuid> {
        self.lock_taken().iter().copied().collect()
    }

    fn lock_taken(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
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
