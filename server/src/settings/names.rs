//! What each setting is called, for the refusal that names it.

/// The file that is read from the working directory, where it is there.
pub const FILE: &str = "ayuda.toml";

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

/// The three names of a setting.
pub(super) struct Name {
    flag: &'static str,
    env: &'static str,
    key: &'static str,
}

impl Name {
    pub(super) fn refuse(&self, message: impl Into<String>) -> SettingError {
        let Self { flag, env, key } = *self;
        SettingError::Value { flag, env, key, message: message.into() }
    }
}

pub(super) const LISTEN: Name = Name { flag: "listen", env: "AYUDA_LISTEN", key: "listen" };
pub(super) const PUBLIC_URL: Name =
    Name { flag: "public-url", env: "AYUDA_PUBLIC_URL", key: "public_url" };
pub(super) const DATABASE_URL: Name =
    Name { flag: "database-url", env: "AYUDA_DATABASE_URL", key: "database_url" };
pub(super) const NODE_LEASE: Name =
    Name { flag: "node-lease", env: "AYUDA_NODE_LEASE", key: "node_lease" };
pub(super) const LISTEN_URL: Name = Name {
    flag: "database-listen-url",
    env: "AYUDA_DATABASE_LISTEN_URL",
    key: "database_listen_url",
};
pub(super) const CONNECTIONS: Name = Name {
    flag: "database-connections",
    env: "AYUDA_DATABASE_CONNECTIONS",
    key: "database_connections",
};
pub(super) const SECRET_KEY: Name =
    Name { flag: "secret-key", env: "AYUDA_SECRET_KEY", key: "secret_key" };
pub(super) const FILES_URL: Name =
    Name { flag: "files-url", env: "AYUDA_FILES_URL", key: "files_url" };
pub(super) const SMTP_URL: Name = Name { flag: "smtp-url", env: "AYUDA_SMTP_URL", key: "smtp_url" };
pub(super) const LOG: Name = Name { flag: "log", env: "AYUDA_LOG", key: "log" };
pub(super) const TRUSTED_PROXIES: Name =
    Name { flag: "trusted-proxy", env: "AYUDA_TRUSTED_PROXIES", key: "trusted_proxies" };
