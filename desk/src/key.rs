//! The key that signs ticket links, and where it is kept: given by a setting, else with the data.

use crate::{
    OpenError, Options,
    db::{Db, statement},
    private,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use sqlx::PgPool;
use std::{
    fmt, fs, io,
    io::{Read, Write},
    path::Path,
    str::FromStr,
};

/// The name of the key's file in the data folder.
pub(crate) const FILE: &str = "secret.key";

/// The key. Whoever has it can open every ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(Box<[u8]>);

/// Where the key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Nowhere of ours: [`Options::secret_key`] gives it.
    Setting,
    /// In the data folder, beside a SQLite database.
    File,
    /// In the PostgreSQL database, so that every node has it.
    Database,
}

/// A text that is no key.
#[derive(Debug, thiserror::Error)]
#[error(
    "must be {} bytes or more of base64 or hex, as `openssl rand -base64 32` makes them",
    SecretKey::LEAST
)]
pub struct SecretKeyError;

impl SecretKey {
    /// Bytes of a key that is made here, and the fewest of one that is given.
    pub const LEAST: usize = 32;

    fn make() -> Self {
        let key: [u8; Self::LEAST] = rand::random();
        Self(key.into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Hex, or base64 of either alphabet, with and without its padding.
impl FromStr for SecretKey {
    type Err = SecretKeyError;

    fn from_str(text: &str) -> Result<Self, SecretKeyError> {
        let text = text.trim();
        let decoded = if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            HEXLOWER_PERMISSIVE.decode(text.as_bytes())
        } else {
            let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
            BASE64URL_NOPAD.decode(text.as_bytes())
        };
        let key = decoded.ok().filter(|key| key.len() >= Self::LEAST);
        key.map(|key| Self(key.into())).ok_or(SecretKeyError)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// The desk's key: what the options give; else that of the database's place, made the first time.
pub(crate) async fn open(options: &Options, db: &Db) -> Result<(SecretKey, KeySource), OpenError> {
    if let Some(key) = &options.secret_key {
        return Ok((key.clone(), KeySource::Setting));
    }
    match db {
        Db::Sqlite { .. } => Ok((of_folder(&options.data_dir)?, KeySource::File)),
        Db::Postgres(pool) => {
            let key = match find_row(pool).await? {
                Some(key) => key,
                None => make_row(pool, &options.data_dir).await?,
            };
            Ok((key, KeySource::Database))
        }
    }
}

fn of_folder(data_dir: &Path) -> Result<SecretKey, OpenError> {
    let key = match find_file(data_dir) {
        Ok(Some(key)) => Ok(key),
        Ok(None) => make_file(data_dir),
        Err(error) => Err(error),
    };
    key.map_err(unusable(data_dir))
}

fn unusable(data_dir: &Path) -> impl Fn(io::Error) -> OpenError {
    move |source| OpenError::DataDir { path: data_dir.to_owned(), source }
}

fn find_file(data_dir: &Path) -> io::Result<Option<SecretKey>> {
    let path = data_dir.join(FILE);
    private::tighten(&path);
    let mut bytes = Vec::new();
    match fs::File::open(&path) {
        Ok(mut file) => file.read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if bytes.len() == SecretKey::LEAST {
        return Ok(Some(SecretKey(bytes.into())));
    }
    let message = format!("{FILE} must hold {} bytes", SecretKey::LEAST);
    Err(io::Error::new(io::ErrorKind::InvalidData, message))
}

/// For the owner's eyes only.
fn make_file(data_dir: &Path) -> io::Result<SecretKey> {
    let (path, key) = (data_dir.join(FILE), SecretKey::make());
    let mut file = private::file_options().write(true).create_new(true).open(&path)?;
    file.write_all(key.bytes())?;
    // A key that is lost with the power makes every link mailed since worthless.
    file.sync_all()?;
    private::sync_name(&path)?;
    Ok(key)
}

statement!(FIND for Postgres = "select key from secret_key where id = 1");
statement!(KEEP for Postgres = "
    insert into secret_key (id, key) values (1, $1) on conflict (id) do nothing");

async fn find_row(pool: &PgPool) -> Result<Option<SecretKey>, OpenError> {
    let found: Option<Vec<u8>> = sqlx::query_scalar(FIND).fetch_optional(pool).await?;
    Ok(found.map(|key| SecretKey(key.into())))
}

/// Makes the row, unless another node is faster: then that one's counts. An installation that had its key in the data
/// folder goes on with it.
async fn make_row(pool: &PgPool, data_dir: &Path) -> Result<SecretKey, OpenError> {
    let of_file = find_file(data_dir).map_err(unusable(data_dir))?;
    let key = of_file.unwrap_or_else(SecretKey::make);
    sqlx::query(KEEP).bind(key.bytes()).execute(pool).await?;
    find_row(pool).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hex_or_base64_of_32_bytes_or_more() {
        let bytes: Vec<u8> = (200..232).collect();
        let read = |text: &str| text.parse::<SecretKey>().ok().map(|key| key.0.into_vec());
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        let base64 = data_encoding::BASE64.encode(&bytes);
        let url_safe = BASE64URL_NOPAD.encode(&bytes);
        for text in [&hex, &hex.to_uppercase(), &base64, &url_safe, &format!(" {base64}\n")] {
            assert_eq!(read(text), Some(bytes.clone()), "{text}");
        }
        let longer = [&bytes[..], &bytes[..]].concat();
        assert_eq!(read(&data_encoding::BASE64.encode(&longer)), Some(longer));
        for text in ["", "una clave muy larga", &hex[2..], &hex[1..], &url_safe[4..]] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_reads_a_key_in_a_log() {
        let key = SecretKey::make();
        assert_eq!(format!("{key:?}"), "SecretKey(…)");
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find_file(folder.path()).unwrap(), None);
        let first = make_file(folder.path()).unwrap();
        assert_eq!(find_file(folder.path()).unwrap(), Some(first));
        assert!(make_file(folder.path()).is_err(), "none is written over");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
