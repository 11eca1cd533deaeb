//! One mail to the relay, step by step, so that it is known on which side of DATA a fault was: before it nothing was
//! handed over, after it nobody can say.

use super::{
    message::Built,
    relay_url::{RelayUrl, Security},
};
use crate::OpenError;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// A connection is used again within this; relays close idle ones.
const IDLE: Duration = Duration::from_secs(20);
/// Connections kept.
const KEPT: usize = 4;

/// The relay, and connections to it that are free.
pub(super) struct Relay {
    url: RelayUrl,
    tls: TlsParameters,
    free: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// What the relay made of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    /// Not handed over; worth another try later.
    Later(String),
    /// Refused for good.
    Refused(String),
    /// It was on its way when the connection fell silent.
    Unknown(String),
}

impl Relay {
    pub(super) fn new(url: &str) -> std::result::Result<Self, OpenError> {
        let url = RelayUrl::parse(url)?;
        let tls = TlsParameters::new(url.host.clone())
            .map_err(|error| OpenError::Mail { setting: "smtp-url", message: error.to_string() })?;
        Ok(Self { url, tls, free: Mutex::default() })
    }

    /// Longest time that one mail takes.
    pub(super) fn longest(&self) -> Duration {
        self.url.timeout * 3
    }

    /// Hands the text over on a connection that waits for it.
    pub(super) async fn hand_over(
        &self,
        mut connection: AsyncSmtpConnection,
        mail: &Built,
    ) -> Outcome {
        match timeout(self.url.timeout, connection.message(&mail.bytes)).await {
            Ok(Ok(_)) => {
                self.put_back(connection);
                Outcome::Sent
            }
            Ok(Err(error)) if error.is_permanent() => Outcome::Refused(said(&error)),
            Ok(Err(error)) if error.is_transient() => Outcome::Later(said(&error)),
            Ok(Err(error)) => Outcome::Unknown(said(&error)),
            Err(_) => Outcome::Unknown("the relay did not confirm in time".to_owned()),
        }
    }

    /// A connection on which the relay waits for the text of this mail; until then nothing is handed over.
    pub(super) async fn ready(
        &self,
        mail: &Built,
    ) -> std::result::Result<AsyncSmtpConnection, Outcome> {
        timeout(self.url.timeout, self.envelope(mail))
            .await
            .unwrap_or_else(|_| Err(Outcome::Later("the relay did not answer in time".to_owned())))
    }

    async fn envelope(&self, mail: &Built) -> std::result::Result<AsyncSmtpConnection, Outcome> {
        if let Some(mut used) = self.take() {
            match envelope(&mut used, mail).await {
                Ok(()) => return Ok(used),
                // It was closed meanwhile: a new one decides.
                Err(error) if error.status().is_none() => {}
                Err(error) => return Err(judged(&error)),
            }
        }
        // Up to here the fault is the relay's or its settings', not the mail's: also a 5xx is worth another try.
        let mut connection = self.connect().await.map_err(|error| Outcome::Later(said(&error)))?;
        envelope(&mut connection, mail).await.map_err(|error| judged(&error))?;
        Ok(connection)
    }

    async fn connect(&self) -> std::result::Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let wrapped = (self.url.security == Security::Tls).then(|| self.tls.clone());
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.url.host.as_str(), self.url.port),
            Some(self.url.timeout),
            &hello,
            wrapped,
            None,
        )
        .await?;
        let upgrade = match self.url.security {
            Security::StartTls => true,
            Security::Opportunistic => connection.can_starttls(),
            Security::Tls | Security::None => false,
        };
        if upgrade {
            connection.starttls(self.tls.clone(), &hello).await?;
        }
        if let Some((user, password)) = &self.url.user {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.retain(|(connection, since)| since.elapsed() < IDLE && !connection.has_broken());
        free.pop().map(|(connection, _)| connection)
    }

    fn put_back(&self, connection: AsyncSmtpConnection) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push((connection, Instant::now()));
        }
    }
}

async fn envelope(
    connection: &mut AsyncSmtpConnection,
    mail: &Built,
) -> std::result::Result<(), Error> {
    connection.command(Mail::new(Some(mail.from.clone()), Vec::new())).await?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await?;
    connection.command(Data).await?;
    Ok(())
}

/// What the relay said of this mail before its text.
fn judged(error: &Error) -> Outcome {
    if error.is_permanent() { Outcome::Refused(said(error)) } else { Outcome::Later(said(error)) }
}

fn said(error: &Error) -> String {
    super::address::header_text(&crate::jobs::chain(error)).chars().take(500).collect()
}
