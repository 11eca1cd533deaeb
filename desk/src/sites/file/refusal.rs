//! Why a site file is not taken.

/// Why a site file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SiteFileError {
    /// Not TOML, an unknown key, a value out of bounds: with its line (from 1) where one is known.
    #[error("{}{message}", line.map(|n| format!("line {n}: ")).unwrap_or_default())]
    Refused {
        /// Stable name, such as `unknown_key` or `interval_empty`.
        code: &'static str,
        line: Option<usize>,
        message: String,
    },
    /// It was right, but could not be stored.
    #[error(transparent)]
    Desk(#[from] crate::Error),
}
