//! A consistent copy of everything in one file, made while the desk works.

use crate::{Desk, Error, KeySource, Result, key, private, tickets::files};
use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use tracing::instrument;

/// An archive being written.
type Archive = tar::Builder<io::BufWriter<fs::File>>;

impl Desk {
    /// A consistent copy of the database, the files and the secret key into one new tar archive `to`, while running.
    /// [`restore`](crate::restore) makes a data folder of it, as does `tar -xf FILE -C data`. Files in a bucket are not
    /// in it, nor a key that a setting gives. For a PostgreSQL database there is `pg_dump`, and not this.
    #[instrument(level = "debug", skip_all)]
    pub async fn backup(&self, to: &Path) -> Result<()> {
        if self.db().is_postgres() {
            return Err(refused(
                io::ErrorKind::Unsupported,
                "the database is PostgreSQL: copy it with pg_dump, and the files beside it",
            ));
        }
        if to.exists() {
            return Err(refused(
                io::ErrorKind::AlreadyExists,
                "the file for the copy is there already",
            ));
        }
        let parts = Parts { database: beside(to, "db-part"), archive: beside(to, "part") };
        parts.remove();
        // The database first: a file is there before its row, so every row of the copy finds its file.
        self.db().copy_sqlite(&parts.database).await?;
        let files = self.0.files.folder().map(Path::to_owned);
        let data_dir = self.options().data_dir.clone();
        let key = (self.key_source() == KeySource::File).then(|| data_dir.join(key::FILE));
        let to = to.to_owned();
        tokio::task::spawn_blocking(move || {
            let mut archive = create(&parts.archive)?;
            add_file(&mut archive, "ayuda.db", &parts.database)?;
            if let Some(key) = key {
                add_file(&mut archive, key::FILE, &key)?;
            }
            if let Some(files) = files {
                add_folder(&mut archive, "files", &files)?;
            }
            add_folder(&mut archive, "mail", &data_dir.join("mail"))?;
            archive
                .into_inner()?
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all()?;
            private::rename(&parts.archive, &to)
        })
        .await
        .map_err(io::Error::other)??;
        Ok(())
    }
}

fn refused(kind: io::ErrorKind, message: &str) -> Error {
    Error::File(io::Error::new(kind, message))
}

fn beside(to: &Path, ending: &str) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    to.with_file_name(name)
}

/// What is half done; gone when it is dropped.
struct Parts {
    database: PathBuf,
    archive: PathBuf,
}

impl Parts {
    fn remove(&self) {
        for path in [&self.database, &self.archive] {
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A new file for its owner's eyes only: the secret key goes into it.
fn create(path: &Path) -> io::Result<Archive> {
    let file = private::file_options().write(true).create_new(true).open(path)?;
    let file = io::BufWriter::with_capacity(1 << 20, file);
    Ok(tar::Builder::new(file))
}

/// Adds a file under a name, for its owner alone. `NotFound` before anything is written.
fn add_file(archive: &mut Archive, name: &str, path: &Path) -> io::Result<()> {
    let file = fs::File::open(path)?;
    let about = file.metadata()?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    let mut header = tar::Header::new_gnu();
    header.set_size(about.len());
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(changed);
    let mut content = file.take(about.len());
    archive.append_data(&mut header, name, &mut content)?;
    // The archive would go on with the next file in the middle of this one.
    if content.limit() > 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{name} became shorter")));
    }
    Ok(())
}

/// Everything finished in a folder: not what is being written, nor what goes away meanwhile.
fn add_folder(archive: &mut Archive, name: &str, folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(own_name) = entry.file_name().into_string() else { continue };
        if own_name.starts_with('.') || own_name == files::INCOMING {
            continue;
        }
        let name = format!("{name}/{own_name}");
        if entry.file_type()?.is_dir() {
            add_folder(archive, &name, &entry.path())?;
        } else {
            match add_file(archive, &name, &entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
    }
    Ok(())
}
