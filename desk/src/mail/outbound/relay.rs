//! One mail to the relay, step by step, so that it is known on which side of DATA a fault was: before it nothing was
//! handed over, after it nobody can say.

use super::{
    message::Built,
    relay_url::{RelayUrl, Security},
};
use crate::{OpenError, mail::address};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, CertificateStore, TlsParameters},
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
const KEPT_CONNECTIONS: usize = 4;

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
        let tls = TlsParameters::builder(url.host.clone())
            .certificate_store(trusted())
            .build()
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
            Ok(Err(error)) if error.is_permanent() => Outcome::Refused(cause_of(&error)),
            Ok(Err(error)) if error.is_transient() => Outcome::Later(cause_of(&error)),
            Ok(Err(error)) => Outcome::Unknown(cause_of(&error)),
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
                Err(fault) if fault.error().status().is_none() => {}
                Err(fault) => return Err(fault.judged()),
            }
        }
        // Up to here the fault is the relay's or its settings', not the mail's: also a 5xx is worth another try.
        let (mut connection, _) =
            self.connect().await.map_err(|error| Outcome::Later(cause_of(&error)))?;
        envelope(&mut connection, mail).await.map_err(|fault| fault.judged())?;
        Ok(connection)
    }

    /// As far as a mail would come before it is handed over; answers how, or why not.
    pub(super) async fn greet(&self) -> std::result::Result<String, String> {
        let connected = timeout(self.url.timeout, self.connect()).await;
        let connected = connected.map_err(|_| "it does not answer in time".to_owned())?;
        let (mut connection, is_encrypted) = connected.map_err(|error| cause_of(&error))?;
        let _ = timeout(self.url.timeout, connection.quit()).await;
        let encrypted = if is_encrypted { "with TLS" } else { "without TLS" };
        Ok(match &self.url.user {
            Some((user, _)) => format!("answers {encrypted} and knows {user}"),
            None => format!("answers {encrypted}"),
        })
    }

    /// A connection that is signed in where there is a password, and whether it is encrypted.
    async fn connect(&self) -> std::result::Result<(AsyncSmtpConnection, bool), Error> {
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
        let is_encrypted = upgrade || self.url.security == Security::Tls;
        if upgrade {
            connection.starttls(self.tls.clone(), &hello).await?;
        }
        if let Some((user, password)) = &self.url.user {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok((connection, is_encrypted))
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.retain(|(connection, since)| since.elapsed() < IDLE && !connection.has_broken());
        free.pop().map(|(connection, _)| connection)
    }

    fn put_back(&self, connection: AsyncSmtpConnection) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT_CONNECTIONS {
            free.push((connection, Instant::now()));
        }
    }
}

/// Whom this machine trusts: a company's own authority is on its list, or in the file that `SSL_CERT_FILE` names. A
/// machine without a list (a bare container) trusts whom Mozilla does.
fn trusted() -> CertificateStore {
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "certificates that relays are checked against could not be read");
    }
    if system.certs.is_empty() { CertificateStore::WebpkiRoots } else { CertificateStore::Default }
}

async fn envelope(
    connection: &mut AsyncSmtpConnection,
    mail: &Built,
) -> std::result::Result<(), Fault> {
    connection
        .command(Mail::new(Some(mail.from.clone()), Vec::new()))
        .await
        .map_err(Fault::Sender)?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await.map_err(Fault::Recipient)?;
    connection.command(Data).await.map_err(Fault::Recipient)?;
    Ok(())
}

/// What the relay did not take before the text.
enum Fault {
    /// The sender is the same for every mail: a sender that is refused, or a password that is missing, is a setting to
    /// be mended and no reason to give up a mail.
    Sender(Error),
    Recipient(Error),
}

impl Fault {
    fn error(&self) -> &Error {
        match self {
            Self::Sender(error) | Self::Recipient(error) => error,
        }
    }

    fn judged(&self) -> Outcome {
        match self {
            Self::Recipient(error) if error.is_permanent() => Outcome::Refused(cause_of(error)),
            Self::Sender(error) | Self::Recipient(error) => Outcome::Later(cause_of(error)),
        }
    }
}

/// What went wrong, once: the relay's own words, else the innermost cause, for each one around it repeats it.
fn cause_of(error: &Error) -> String {
    let text = match error.status() {
        Some(_) => error.to_string(),
        None => innermost(error),
    };
    address::header_text(&text).chars().take(500).collect()
}

fn innermost(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match cause.to_string() {
        text if text == "invalid peer certificate: UnknownIssuer" => {
            "the relay's certificate is signed by nobody whom this machine trusts; its authority belongs on the system's \
             list or into the file that SSL_CERT_FILE names"
                .to_owned()
        }
        text if text.contains("CaUsedAsEndEntity") => {
            "the relay's certificate is an authority's own, which is no server's: it needs one that the authority signed"
                .to_owned()
        }
        text => text,
    }
}
