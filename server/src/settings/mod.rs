//! What an operator may set: flag, then environment, then `ayuda.toml`, then default.

pub mod network;

use crate::settings::network::Network;
use clap::Args;
use desk::Clock;
use serde::Deserialize;
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
};

/// The file that is read from the working directory, where it is there.
pub const FILE: &str = "ayuda.toml";

/// The flags that every command takes; each may also come from the environment.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "AYUDA_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where people reach it; links and origins are made of this [default: `http://localhost:3000`]
    #[arg(long, global = true, env = "AYUDA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Database, files, secret key, kept mail [default: data]
    #[arg(long, global = true, env = "AYUDA_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// `sqlite:PATH` or `postgres://…` [default: sqlite:<data-dir>/ayuda.db]
    #[arg(
        long,
        global = true,
        env = "AYUDA_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// `smtp://…` or `smtps://…`; without it mail is kept in <data-dir>/mail
    #[arg(long, global = true, env = "AYUDA_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The sender of mail [default: Ayuda <ayuda@localhost>]
    #[arg(long, global = true, env = "AYUDA_MAIL_FROM", value_name = "MAILBOX")]
    pub mail_from: Option<String>,
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,desk=debug` [default: info]
    #[arg(long, global = true, env = "AYUDA_LOG", value_name = "LEVEL")]
    pub log: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas
    #[arg(
        long = "trusted-proxy",
        global = true,
        env = "AYUDA_TRUSTED_PROXIES",
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Option<String>,
    /// Whoever shows it as `Authorization: Bearer …` may read /metrics [default: none, and only this machine may]
    #[arg(
        long,
        global = true,
        env = "AYUDA_METRICS_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub metrics_token: Option<String>,
}

/// The same names in `ayuda.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    public_url: Option<String>,
    data_dir: Option<String>,
    database_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    log: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    metrics_token: Option<String>,
}

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
    /// Real, or moved by a test.
    pub clock: Clock,
}

/// A setting that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// One value.
    #[error("--{flag} ({env}, or `{key}` in {FILE}): {message}")]
    Value { flag: &'static str, env: &'static str, key: &'static str, message: String },
    /// The file as a whole.
    #[error("{path}: {message}")]
    File { path: String, message: String },
}

struct Name {
    flag: &'static str,
    env: &'static str,
    key: &'static str,
}

impl Name {
    fn refuse(&self, message: impl Into<String>) -> SettingError {
        let Self { flag, env, key } = *self;
        SettingError::Value { flag, env, key, message: message.into() }
    }
}

const LISTEN: Name = Name { flag: "listen", env: "AYUDA_LISTEN", key: "listen" };
const PUBLIC_URL: Name = Name { flag: "public-url", env: "AYUDA_PUBLIC_URL", key: "public_url" };
const DATABASE_URL: Name =
    Name { flag: "database-url", env: "AYUDA_DATABASE_URL", key: "database_url" };
const SMTP_URL: Name = Name { flag: "smtp-url", env: "AYUDA_SMTP_URL", key: "smtp_url" };
const TRUSTED_PROXIES: Name =
    Name { flag: "trusted-proxy", env: "AYUDA_TRUSTED_PROXIES", key: "trusted_proxies" };

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
        let smtp_url = choose(flags.smtp_url, file.smtp_url);
        if let Some(url) = &database_url
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.starts_with(s))
        {
            return Err(DATABASE_URL.refuse("must begin with sqlite: or postgres://"));
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
            smtp_url,
            mail_from: choose(flags.mail_from, file.mail_from)
                .unwrap_or_else(|| "Ayuda <ayuda@localhost>".into()),
            log: choose(flags.log, file.log).unwrap_or_else(|| "info".into()),
            trusted_proxies: networks(&proxies)?,
            metrics_token: choose(flags.metrics_token, file.metrics_token)
                .map(|token| token.trim().to_owned()),
            clock: Clock::System,
        })
    }

    /// What the desk is opened with, when people reach it at `public`.
    pub fn desk_options(&self, public: &PublicUrl) -> desk::Options {
        desk::Options {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            public_url: public.as_str().to_owned(),
            smtp_url: self.smtp_url.clone(),
            mail_from: self.mail_from.clone(),
            clock: self.clock.clone(),
        }
    }

    /// The public URL, by default this machine's name for itself on `port`.
    pub fn public_url_on(&self, port: u16) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl::local(port))
    }
}

fn address(text: &str) -> Result<SocketAddr, SettingError> {
    text.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(|| {
        LISTEN.refuse(format!("`{text}` is not an address with a port, such as 0.0.0.0:3000"))
    })
}

fn networks(texts: &[String]) -> Result<Vec<Network>, SettingError> {
    texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse().map_err(|()| {
                TRUSTED_PROXIES
                    .refuse(format!("`{text}` is not an address or a network such as 10.0.0.0/8"))
            })
        })
        .collect()
}

/// An origin, as browsers write it: lower case, no default port, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    fn parse(text: &str) -> Result<Self, SettingError> {
        let refuse = |why: &str| PUBLIC_URL.refuse(format!("`{text}` {why}"));
        let uri: axum::http::Uri = text
            .trim()
            .parse()
            .map_err(|_| refuse("is not a URL such as https://help.example.com"))?;
        let Some(scheme @ ("http" | "https")) = uri.scheme_str() else {
            return Err(refuse("must begin with http:// or https://"));
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(refuse("must be an origin: nothing after the host and port"));
        }
        let authority = uri.authority().ok_or_else(|| refuse("has no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("must not hold a user name"));
        }
        let host = authority.host().to_ascii_lowercase();
        Ok(Self(match (scheme, authority.port_u16()) {
            ("http", Some(80)) | ("https", Some(443)) | (_, None) => format!("{scheme}://{host}"),
            (_, Some(port)) => format!("{scheme}://{host}:{port}"),
        }))
    }

    /// `http://localhost:{port}`.
    pub fn local(port: u16) -> Self {
        Self(if port == 80 {
            "http://localhost".into()
        } else {
            format!("http://localhost:{port}")
        })
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers speak TLS to it.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// The same origin for sockets, `ws:` or `wss:`.
    pub fn socket_origin(&self) -> String {
        self.0.replacen("http", "ws", 1)
    }

    /// Host and port, as a `Host` header has them.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, host)| host)
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }
}

/// Whether a `Host` header's value names this machine to itself.
pub fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
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
        let database = refused(Flags::default(), "database_url = \"mysql://x\"");
        assert!(database.contains("--database-url"));
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let parse = |text| PublicUrl::parse(text).unwrap();
        assert_eq!(parse("HTTPS://Help.Example.com:443/").as_str(), "https://help.example.com");
        assert_eq!(parse("http://localhost:8080").as_str(), "http://localhost:8080");
        assert_eq!(parse("https://a.example").socket_origin(), "wss://a.example");
        assert!(PublicUrl::local(3000).is_loopback() && !parse("https://a.example").is_loopback());
    }
}
