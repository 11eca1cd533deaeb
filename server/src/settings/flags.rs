//! What may be set, as flags and variables of the environment, and as keys of `ayuda.toml`.

use clap::Args;
use serde::Deserialize;

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
    /// A server of several on one PostgreSQL that gives no sign for this long counts as gone: 1s to 5m [default: 15s]
    #[arg(long, global = true, env = "AYUDA_NODE_LEASE", value_name = "SPAN")]
    pub node_lease: Option<String>,
    /// The same PostgreSQL without a pooler between, where there is one: to listen, and to change the schema [default:
    /// the database's URL]
    #[arg(
        long,
        global = true,
        env = "AYUDA_DATABASE_LISTEN_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_listen_url: Option<String>,
    /// The most connections to PostgreSQL at a time, from 8 to 1000 [default: 16]
    #[arg(long, global = true, env = "AYUDA_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub database_connections: Option<String>,
    /// Signs ticket links: 32 bytes or more of base64 or hex [default: made once, kept with the data]
    #[arg(
        long,
        global = true,
        env = "AYUDA_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub secret_key: Option<String>,
    /// Where files are: a folder, `file:///folder` or `s3://bucket/prefix`, with keys, region and endpoint in the
    /// `AWS_…` variables [default: <data-dir>/files]
    #[arg(
        long,
        global = true,
        env = "AYUDA_FILES_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub files_url: Option<String>,
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
pub(super) struct File {
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) data_dir: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) node_lease: Option<String>,
    pub(super) database_listen_url: Option<String>,
    pub(super) database_connections: Option<u32>,
    pub(super) secret_key: Option<String>,
    pub(super) files_url: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) log: Option<String>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) metrics_token: Option<String>,
}
