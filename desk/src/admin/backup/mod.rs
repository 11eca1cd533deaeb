//! A consistent copy of everything in one file, made while the desk works.

mod tar;

use crate::{Desk, Error, Result, tickets::files};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

impl Desk {
    /// A consistent copy of the database, the files and the secret key into one new tar archive `to`, while running. Unpacked into a
    /// folder, it is a data folder to start a server on (`tar -xf FILE -C data`). A PostgreSQL database is copied with `pg_dump`,
    /// not with this.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        if self.db().is_postgres() {
            return Err(refused(
                io::ErrorKind::Unsupported,
                "the database is PostgreSQL: copy it with pg_dump, and the data folder's files/ and secret.key beside it",
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
        let (files, data_dir) = (files::folder_of(self), self.options().data_dir.clone());
        let to = to.to_owned();
        tokio::task::spawn_blocking(move || {
            let mut archive = tar::Archive::create(&parts.archive)?;
            archive.add_file("ayuda.db", &parts.database)?;
            archive.add_file("secret.key", &data_dir.join("secret.key"))?;
            for (name, folder) in [("files", files), ("mail", data_dir.join("mail"))] {
                add_folder(&mut archive, name, &folder)?;
            }
            archive.finish()?;
            fs::rename(&parts.archive, &to)
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

/// Everything finished in a folder: not what is being written, nor what goes away meanwhile.
fn add_folder(archive: &mut tar::Archive, name: &str, folder: &Path) -> io::Result<()> {
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
            match archive.add_file(&name, &entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
    }
    Ok(())
}
