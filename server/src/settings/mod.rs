//! What an operator may set: flag, then environment, then `ayuda.toml`, then default.

mod flags;
mod names;
mod network;
mod public_url;

pub use flags::Flags;
pub use names::{FILE, SettingError};
pub use network::Network;
pub use public_url::{PublicUrl, is_loopback_host};

use desk::{
    Clock, Connections, ConnectionsError, SecretKey, SecretKeyError,
    tickets::files::{FilesPlace, FilesPlaceError},
};
use flags::File;
use names::{
    CONNECTIONS, DATABASE_URL, FILES_URL, LISTEN, LISTEN_URL, LOG, NODE_LEASE, SECRET_KEY,
    SMTP_URL, TRUSTED_PROXIES,
};
use protocol::settings::Span;
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Settings that hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach it; none: `http://localhost:{port}`.
    pub public_url: Option<PublicUrl>,
    /// The data folder.
    pub data_dir: PathBuf,
    /// None: SQLite in the data folder.
    pub database_url: Option<String>,
    /// A server of several without a sign for this long counts as gone.
    pub node_lease: Duration,
    /// None: the database's own.
    pub listen_url: Option<String>,
    /// To PostgreSQL.
    pub database_connections: Connections,
    /// None: kept with the data.
    pub secret_key: Option<SecretKey>,
    /// None: the data folder's `files/`.
    pub files: Option<FilesPlace>,
    /// None: mail is kept.
    pub smtp_url: Option<String>,
    /// The sender of mail.
    pub mail_from: String,
    /// A level or a filter.
    pub log: String,
    /// Whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<Network>,
    /// What opens `/metrics`; none: being on this machine does.
    pub metrics_token: Option<String>,
    /// What is called to draw a page of a PDF: this program, also when another has taken its place on disk.
    pub page_program: PathBuf,
    /// Real, or moved by a test.
    pub clock: Clock,
}

impl Settings {
    /// Reads `ayuda.toml` beside the process, where it is there, and lays flags and environment over it.
    pub fn load(flags: Flags) -> Result<Self, SettingError> {
        let path = Path::new(FILE);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(SettingError::File { path: FILE.into(), message: error.to_string() });
            }
        };
        Self::combine(flags, &text)
    }

    fn combine(flags: Flags, file: &str) -> Result<Self, SettingError> {
        let file: File = toml::from_str(file).map_err(|error| SettingError::File {
            path: FILE.into(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        let choose = |flag: Option<String>, file: Option<String>| {
            flag.filter(|text| !text.trim().is_empty()).or(file)
        };
        let listen = choose(flags.listen, file.listen).unwrap_or_else(|| "127.0.0.1:3000".into());
        let public_url = choose(flags.public_url, file.public_url);
        let database_url = choose(flags.database_url, file.database_url);
        let listen_url = choose(flags.database_listen_url, file.database_listen_url);
        let file_connections = file.database_connections.map(|number| number.to_string());
        let connections = choose(flags.database_connections, file_connections);
        let secret_key = choose(flags.secret_key, file.secret_key);
        let files_url = choose(flags.files_url, file.files_url);
        let files = files_url.as_deref().map(files_place).transpose();
        let smtp_url = choose(flags.smtp_url, file.smtp_url);
        if let Some(url) = &database_url
            && !url.starts_with("sqlite:")
            && !is_postgres(url)
        {
            return Err(DATABASE_URL.refuse("must begin with sqlite: or postgres://"));
        }
        if let Some(url) = &listen_url
            && !is_postgres(url)
        {
            return Err(LISTEN_URL.refuse("must begin with postgres://"));
        }
        if let Some(url) = &smtp_url
            && !["smtp://", "smtps://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err(SMTP_URL.refuse("must begin with smtp:// or smtps://"));
        }
        let proxies = flags
            .trusted_proxies
            .filter(|text| !text.trim().is_empty())
            .map(|text| text.split(',').map(str::to_owned).collect())
            .or(file.trusted_proxies)
            .unwrap_or_default();
        Ok(Self {
            listen: address(&listen)?,
            public_url: public_url.as_deref().map(PublicUrl::parse).transpose()?,
            data_dir: choose(flags.data_dir, file.data_dir).unwrap_or_else(|| "data".into()).into(),
            database_url,
            node_lease: choose(flags.node_lease, file.node_lease)
                .map_or(Ok(desk::Options::NODE_LEASE), |text| node_lease(&text))?,
            listen_url,
            database_connections: connections
                .as_deref()
                .map_or_else(|| Ok(Connections::default()), number_of_connections)?,
            secret_key: secret_key.as_deref().map(key).transpose()?,
            files: files.map_err(|error| FILES_URL.refuse(error.to_string()))?,
            smtp_url,
            mail_from: choose(flags.mail_from, file.mail_from)
                .unwrap_or_else(|| "Ayuda <ayuda@localhost>".into()),
            log: log(choose(flags.log, file.log).unwrap_or_else(|| "info".into()))?,
            trusted_proxies: networks(&proxies)?,
            metrics_token: choose(flags.metrics_token, file.metrics_token)
                .map(|token| token.trim().to_owned()),
            page_program: this_program(),
            clock: Clock::System,
        })
    }

    /// What the desk is opened with, when people reach it at `public`.
    pub fn desk_options(&self, public: &PublicUrl) -> desk::Options {
        desk::Options {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            listen_url: self.listen_url.clone(),
            database_connections: self.database_connections,
            secret_key: self.secret_key.clone(),
            files: self.files.clone(),
            public_url: public.as_str().to_owned(),
            smtp_url: self.smtp_url.clone(),
            mail_from: self.mail_from.clone(),
            disk_floor: desk::Options::DISK_FLOOR,
            node_lease: self.node_lease,
            clock: self.clock.clone(),
        }
    }

    /// The public URL, by default this machine's name for itself on `port`.
    pub fn public_url_on(&self, port: u16) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl::local(port))
    }
}

/// Linux has a name for it that stays true when it is replaced.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return "/proc/self/exe".into();
    }
    std::env::current_exe().unwrap_or_else(|_| "ayuda".into())
}

/// A place for files as a flag or an argument names it; of a bucket the environment says the rest.
pub fn files_place(text: &str) -> Result<FilesPlace, FilesPlaceError> {
    FilesPlace::parse(text, |name| std::env::var(name).ok())
}

fn address(text: &str) -> Result<SocketAddr, SettingError> {
    text.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(|| {
        LISTEN.refuse(format!("`{text}` is not an address with a port, such as 0.0.0.0:3000"))
    })
}

/// Shorter ones fail whenever a machine is busy, longer ones leave visitors with nobody.
fn node_lease(text: &str) -> Result<Duration, SettingError> {
    const LEAST: Span = Span::from_millis(1_000);
    const MOST: Span = Span::from_millis(300_000);
    match Span::read(text.trim()) {
        None => Err(NODE_LEASE.refuse(format!("`{text}` is not a span such as 15s"))),
        Some(span) if span < LEAST || span > MOST => {
            Err(NODE_LEASE.refuse(format!("`{text}` is not between {LEAST} and {MOST}")))
        }
        Some(span) => Ok(span.into()),
    }
}

fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

fn number_of_connections(text: &str) -> Result<Connections, SettingError> {
    text.parse().map_err(|error: ConnectionsError| CONNECTIONS.refuse(error.to_string()))
}

fn key(text: &str) -> Result<SecretKey, SettingError> {
    text.parse().map_err(|error: SecretKeyError| SECRET_KEY.refuse(error.to_string()))
}

/// A filter of tracing's. There a word that is no level would be a part of the program whose lines are all written, and
/// nothing else is.
fn log(filter: String) -> Result<String, SettingError> {
    let parts = || filter.split(',').map(str::trim).filter(|part| !part.is_empty());
    let is_wrong = |part: &&str| {
        let is_bare = !part.contains(['=', ':', '[']);
        is_bare && part.parse::<LevelFilter>().is_err()
            || part.ends_with('=')
            || EnvFilter::try_new(part).is_err()
    };
    match parts().find(is_wrong) {
        _ if parts().next().is_none() => Err(LOG.refuse("names no level, such as info")),
        Some(wrong) => Err(LOG.refuse(format!(
            "`{wrong}` is none of error, warn, info, debug, trace and off, and no part with one of them, such as desk=debug"
        ))),
        None => Ok(filter),
    }
}

fn networks(texts: &[String]) -> Result<Vec<Network>, SettingError> {
    texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse().map_err(|_| {
                TRUSTED_PROXIES
                    .refuse(format!("`{text}` is not an address or a network such as 10.0.0.0/8"))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(listen: Option<&str>) -> Flags {
        Flags { listen: listen.map(Into::into), ..Flags::default() }
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        let settings = Settings::combine(Flags::default(), "").unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.public_url_on(3000).as_str(), "http://localhost:3000");
        assert_eq!(settings.data_dir, PathBuf::from("data"));
        assert_eq!(settings.mail_from, "Ayuda <ayuda@localhost>");
        assert_eq!(settings.log, "info");
        assert_eq!(settings.node_lease.as_secs(), 15);
        let two = Settings::combine(Flags::default(), "node_lease = \"2s\"").unwrap();
        assert_eq!(two.node_lease.as_secs(), 2);
    }

    #[test]
    fn a_flag_goes_before_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nlog = \"debug\"";
        let settings = Settings::combine(flags(Some("127.0.0.1:2")), file).unwrap();
        assert_eq!(settings.listen.port(), 2);
        assert_eq!(settings.log, "debug");
        assert_eq!(Settings::combine(flags(None), file).unwrap().listen.port(), 1);
    }

    #[test]
    fn a_refusal_names_the_setting() {
        let refused = |flags, file: &str| Settings::combine(flags, file).unwrap_err().to_string();
        let no_port = refused(flags(Some("nowhere")), "");
        assert!(
            no_port.starts_with("--listen (AYUDA_LISTEN, or `listen` in ayuda.toml): `nowhere`")
        );
        let path = refused(Flags::default(), "public_url = \"https://a.example/help\"");
        assert!(path.contains("--public-url") && path.contains("origin"));
        let unknown = refused(Flags::default(), "log = \"info\"\nlisten_on = \"x\"");
        assert!(unknown.starts_with("ayuda.toml: ") && unknown.contains("line 2"), "{unknown}");
        for wrong in ["verbose", "info,desk=loud", "info,desk", ",", "desk=", "in fo"] {
            let log = refused(Flags { log: Some(wrong.into()), ..Flags::default() }, "");
            assert!(
                log.starts_with("--log (AYUDA_LOG, or `log` in ayuda.toml): "),
                "{wrong}: {log}"
            );
        }
        for right in ["info", "WARN", "off", "info,desk=debug", "desk::mail=trace, server=warn"] {
            let flags = Flags { log: Some(right.into()), ..Flags::default() };
            assert_eq!(Settings::combine(flags, "").unwrap().log, right);
        }
        for wrong in ["15", "soon", "999ms", "301s", "-1s"] {
            let flags = Flags { node_lease: Some(wrong.into()), ..Flags::default() };
            let lease = refused(flags, "");
            assert!(lease.starts_with("--node-lease (AYUDA_NODE_LEASE, "), "{wrong}: {lease}");
        }
        let database = refused(Flags::default(), "database_url = \"mysql://x\"");
        assert!(database.contains("--database-url"));
        let listen = refused(Flags::default(), "database_listen_url = \"sqlite:x\"");
        assert!(listen.contains("--database-listen-url"), "{listen}");
        let few = refused(Flags::default(), "database_connections = 2");
        assert!(few.contains("--database-connections") && few.contains("from 8 to 1000"), "{few}");
        let key = refused(Flags::default(), "secret_key = \"0123456789abcdef\"");
        assert!(key.contains("AYUDA_SECRET_KEY") && key.contains("32 bytes"), "{key}");
        assert!(key.contains("openssl rand") && !key.contains("0123"), "{key}");
        let files = refused(Flags::default(), "files_url = \"https://a.example\"");
        assert!(files.contains("--files-url") && files.contains("s3://bucket/prefix"), "{files}");
    }
}
