//! Back from the one file that [`Desk::backup`](crate::Desk::backup) made.

use crate::{
    Error, Options, Result, db::is_postgres_url, key::FILE as SECRET, private,
    tickets::files::FilesPlace,
};
use sqlx::sqlite::SqliteConnectOptions;
use std::{
    ffi::OsString,
    fs, io,
    path::{Component, Path, PathBuf},
    str::FromStr,
};
use tracing::instrument;

const DATABASE: &str = "ayuda.db";
const FILES: &str = "files";
/// What an archive may hold besides database and key.
const FOLDERS: [&str; 2] = [FILES, "mail"];

/// What came out of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Files that lie in this folder, while files are to be in a bucket.
    pub not_in_bucket: Option<PathBuf>,
}

/// Unpacks database, files and secret key into the places of these options, which hold none of them yet, nor is there a
/// database. Files that are to be in a bucket go into the data folder. A copy of a desk whose key was given by a
/// setting has none in it, and is restored where these options give one. The archive is looked through before anything
/// is written; what fails half way is taken away again. No desk may be open there.
///
/// # Errors
/// `File`: PostgreSQL is restored by its own tools; something is there already; it is no archive of ours; the disk.
#[instrument(level = "debug", skip_all)]
pub async fn restore(options: &Options, from: &Path) -> Result<Restored> {
    if is_postgres_url(&options.url()) {
        return Err(refused(
            io::ErrorKind::Unsupported,
            "the database is PostgreSQL: restore it with pg_restore from what pg_dump made, and put the files where they were",
        ));
    }
    let url = SqliteConnectOptions::from_str(&options.url())?;
    let (files, is_bucket) = match options.files_place() {
        FilesPlace::Folder(folder) => (folder, false),
        FilesPlace::Bucket(_) => (FilesPlace::default_folder(&options.data_dir), true),
    };
    let place = Place {
        data_dir: options.data_dir.clone(),
        database: url.get_filename().to_owned(),
        files: files.clone(),
        has_key: options.secret_key.is_some(),
    };
    let from = from.to_owned();
    tokio::task::spawn_blocking(move || place.fill(&from)).await.map_err(io::Error::other)??;
    Ok(Restored { not_in_bucket: Some(files).filter(|files| is_bucket && files.exists()) })
}

/// Where it goes.
struct Place {
    data_dir: PathBuf,
    database: PathBuf,
    files: PathBuf,
    /// Whether a setting gives the key.
    has_key: bool,
}

impl Place {
    fn fill(&self, from: &Path) -> Result<()> {
        if let Some(taken) = self.taken() {
            let message = format!(
                "{} is there already; a copy is restored where there is nothing yet",
                taken.display()
            );
            return Err(refused(io::ErrorKind::AlreadyExists, &message));
        }
        check(from, self.has_key)?;
        private::make_folder(&self.data_dir)?;
        let unpacked = self.unpack(from);
        if unpacked.is_err() {
            self.remove();
        }
        Ok(unpacked?)
    }

    /// The first thing that is there of what a desk keeps.
    fn taken(&self) -> Option<PathBuf> {
        let mut log = OsString::from(&self.database);
        log.push("-wal");
        let own = [SECRET].into_iter().chain(FOLDERS).map(|name| self.place_of(Path::new(name)));
        let mut all = [self.database.clone(), log.into()].into_iter().chain(own);
        // An empty folder, as a server makes or a container mounts it, is nothing.
        let is_there = |path: &PathBuf| match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(_) => path.symlink_metadata().is_ok(),
        };
        all.find(is_there)
    }

    fn unpack(&self, from: &Path) -> io::Result<()> {
        for entry in open(from)?.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.into_owned();
            let to = self.place_of(&name);
            if let Some(folder) = to.parent() {
                private::make_folder(folder)?;
            }
            let mut file = private::file_options().write(true).create_new(true).open(&to)?;
            io::copy(&mut entry, &mut file)?;
            file.sync_all()?;
            private::sync_name(&to)?;
        }
        Ok(())
    }

    /// Where what has this name in the archive goes.
    fn place_of(&self, name: &Path) -> PathBuf {
        if name == Path::new(DATABASE) {
            return self.database.clone();
        }
        match name.strip_prefix(FILES) {
            Ok(file) => self.files.join(file),
            Err(_) => self.data_dir.join(name),
        }
    }

    fn remove(&self) {
        for file in [DATABASE, SECRET] {
            let _ = fs::remove_file(self.place_of(Path::new(file)));
        }
        for folder in FOLDERS {
            let _ = fs::remove_dir_all(self.place_of(Path::new(folder)));
        }
    }
}

/// Reads the archive to its end: a database and, unless there is one already, a key, plain files in the folders of a
/// desk, and nothing else.
fn check(from: &Path, has_key: bool) -> Result<()> {
    let cannot = |error: io::Error| {
        let message = format!("{} cannot be read as a copy: {error}", from.display());
        refused(error.kind(), &message)
    };
    let (mut has_database, mut has_secret) = (false, has_key);
    for entry in open(from).map_err(cannot)?.entries().map_err(cannot)? {
        let mut entry = entry.map_err(cannot)?;
        let name = entry.path().map_err(cannot)?.into_owned();
        let is_plain = entry.header().entry_type().is_file()
            && name.components().all(|part| matches!(part, Component::Normal(_)));
        has_database |= name == Path::new(DATABASE);
        has_secret |= name == Path::new(SECRET);
        let is_ours = name == Path::new(DATABASE)
            || name == Path::new(SECRET)
            || FOLDERS.iter().any(|folder| name.starts_with(folder) && name != Path::new(folder));
        if !is_plain || !is_ours {
            let message =
                format!("{} is no copy of ours: it holds {}", from.display(), name.display());
            return Err(refused(io::ErrorKind::InvalidData, &message));
        }
        io::copy(&mut entry, &mut io::sink()).map_err(cannot)?;
    }
    if !has_database {
        let message = format!("{} is no copy of ours: {DATABASE} is missing", from.display());
        return Err(refused(io::ErrorKind::InvalidData, &message));
    }
    if !has_secret {
        let message = format!(
            "{} holds no {SECRET}: its desk had its key from --secret-key; give the same one",
            from.display()
        );
        return Err(refused(io::ErrorKind::InvalidData, &message));
    }
    Ok(())
}

fn open(from: &Path) -> io::Result<tar::Archive<io::BufReader<fs::File>>> {
    Ok(tar::Archive::new(io::BufReader::with_capacity(1 << 20, fs::File::open(from)?)))
}

fn refused(kind: io::ErrorKind, message: &str) -> Error {
    Error::File(io::Error::new(kind, message))
}
