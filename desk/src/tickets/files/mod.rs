//! Attachments: refused by the name of a program, then typed by content; named at random, kept under `<data_dir>/files/`.

mod attach;
mod gif;
mod kind;
mod name;
mod picture;
mod place;
mod program;
mod room;
mod same;
mod sweep;
mod uploader;
mod zip;

pub(crate) use attach::attach;
pub(crate) use place::{INCOMING, folder_of};
pub(crate) use same::are_same;
pub(crate) use sweep::{delete, let_go_of_site, let_go_of_tickets, sweep};
pub use uploader::Uploader;

use crate::{
    Desk, Error, Result,
    db::{read, retry, run, statement},
    people::{
        Agent,
        permission::{self, Action},
    },
    private,
    secret::{hashed, new_token},
    sites::Site,
    tickets::{PlaceRow, Visitor, place_columns},
};
use data_encoding::HEXLOWER;
use place::path_of;
use protocol::{Code, Field, FileId, Refusal, TicketId, file::Attachment};
use sha2::{Digest, Sha256};
use std::{path::PathBuf, sync::Arc};
use tokio::{fs, io::AsyncWriteExt};
use tracing::instrument;
use uuid::Uuid;

/// An upload in progress; dropped without [`Upload::finish`] it leaves nothing.
pub struct Upload {
    desk: Desk,
    by: Uploader,
    name: String,
    stored_name: String,
    file: fs::File,
    path: Incoming,
    bytes: u64,
    limit: u64,
    digest: Sha256,
    /// The beginning, from which the type is told.
    head: Vec<u8>,
}

/// A file that is deleted when it is dropped, unless it has been moved.
struct Incoming(Option<PathBuf>);

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A stored file for a response.
#[derive(Debug)]
pub struct StoredFile {
    pub attachment: Attachment,
    pub path: PathBuf,
    /// May be shown inline: a re-encoded raster image.
    pub inline: bool,
}

statement!(
    INSERT = "\
    insert into files (\
      id, site_id, ticket_id, agent_id, stored_name, name, media_type, bytes, digest, inline, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
);
statement!(
    FOR_VISITOR = "\
    select id, stored_name, name, media_type, bytes, inline from files \
    where id = $1 and site_id = $2 and ticket_id = $3 and entry_id is not null"
);
statement!(
    FOR_AGENT = concat!(
        "select f.id, f.stored_name, f.name, f.media_type, f.bytes, f.inline,",
        place_columns!(),
        "from files f
         join tickets t on t.id = f.ticket_id
         left join chats c on c.id = t.chat_id
         where f.id = $1 and f.entry_id is not null"
    )
);
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    stored_name: String,
    name: String,
    media_type: String,
    bytes: i64,
    inline: bool,
}

#[derive(sqlx::FromRow)]
struct PlacedRow {
    #[sqlx(flatten)]
    row: Row,
    #[sqlx(flatten)]
    place: PlaceRow,
}

impl Row {
    fn stored(self, desk: &Desk) -> StoredFile {
        StoredFile {
            path: path_of(desk, &self.stored_name),
            inline: self.inline,
            attachment: Attachment {
                id: FileId(self.id),
                name: self.name,
                media_type: self.media_type,
                bytes: u64::try_from(self.bytes).unwrap_or(0),
            },
        }
    }
}

impl Desk {
    /// Begins an upload of at most the site's `file_bytes`.
    ///
    /// # Errors
    /// `FileType` for the name of a program, whatever is in it; those of [`room::check`].
    #[instrument(level = "debug", skip_all, fields(site = %by.site()))]
    pub async fn begin_upload(&self, by: Uploader, name: &str) -> Result<Upload> {
        let name = name::cleaned(name);
        if program::is_named_like_one(&name) {
            return Err(Refusal::of(Field::Files, Code::FileType).into());
        }
        self.check_in_use(by.site())?;
        room::check(self, by).await?;
        let limit = self.find_site_by_id(by.site()).ok_or_else(Error::not_found)?.limits.file_bytes;
        let stored_name = random_name();
        let folder = folder_of(self).join(INCOMING);
        private::make_folder_in_background(folder.clone()).await.map_err(io)?;
        let path = folder.join(&stored_name);
        let mut options = private::file_options();
        options.write(true).create_new(true);
        let file = fs::OpenOptions::from(options).open(&path).await.map_err(io)?;
        Ok(Upload {
            desk: self.clone(),
            by,
            name,
            stored_name,
            file,
            path: Incoming(Some(path)),
            bytes: 0,
            limit,
            digest: Sha256::new(),
            head: Vec::new(),
        })
    }

    /// Deletes those of these uploads that came onto no message: the form that they came with was refused, or had come
    /// before with files of its own.
    #[instrument(level = "debug", skip_all)]
    pub async fn discard_uploads(&self, files: &[FileId]) -> Result<()> {
        sweep::discard(self, files).await
    }

    /// For the visitor of the ticket that the file is on.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket, %file))]
    pub async fn visitor_file(&self, visitor: Visitor, file: FileId) -> Result<StoredFile> {
        let row: Option<Row> = read!(self.db(), c => sqlx::query_as(FOR_VISITOR)
            .bind(file.0)
            .bind(visitor.site.0)
            .bind(visitor.ticket.0)
            .fetch_optional(c)
            .await)?;
        row.map(|row| row.stored(self)).ok_or_else(Error::not_found)
    }

    /// For an agent who may see the ticket that the file is on. What is on no message yet is for nobody.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %file))]
    pub async fn agent_file(&self, agent: &Agent, file: FileId) -> Result<StoredFile> {
        let row: Option<PlacedRow> = read!(self.db(), c => sqlx::query_as(FOR_AGENT)
            .bind(file.0)
            .fetch_optional(c)
            .await)?;
        let PlacedRow { row, place } = row.ok_or_else(Error::not_found)?;
        permission::check(agent, Action::See, &place.on()?)?;
        Ok(row.stored(self))
    }

    /// The site to whose limits an agent uploads what is to go onto a message on this ticket.
    ///
    /// # Errors
    /// Those of [`permission::check`] for who may not answer there.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn site_for_upload(&self, agent: &Agent, ticket: TicketId) -> Result<Arc<Site>> {
        self.check_ticket(agent, Action::Answer, ticket).await
    }
}

impl Upload {
    /// Appends; `FileTooLarge` with the limit as soon as it is passed.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        if self.bytes > self.limit {
            return Err(Refusal::of(Field::Files, Code::FileTooLarge).limit(self.limit).into());
        }
        let missing = kind::HEAD.saturating_sub(self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..missing]);
        self.digest.update(chunk);
        self.file.write_all(chunk).await.map_err(io)
    }

    /// Stores the row and answers how it is shown.
    ///
    /// # Errors
    /// By content: `FileEmpty`, `FileType`. Those of [`room::check_ticket`].
    pub async fn finish(mut self) -> Result<Attachment> {
        if self.bytes == 0 {
            return Err(Refusal::of(Field::Files, Code::FileEmpty).into());
        }
        let refused = || Refusal::of(Field::Files, Code::FileType);
        let mut media_type = kind::of(&self.head, self.bytes).ok_or_else(refused)?;
        self.file.sync_all().await.map_err(io)?;
        if let Some(path) = self.path.0.clone() {
            let is_program = tokio::task::spawn_blocking(move || zip::is_program(&path));
            if is_program.await.map_err(std::io::Error::other)?? {
                return Err(refused().into());
            }
        }
        if let Some(path) = self.path.0.clone().filter(|_| picture::is_one(media_type)) {
            let kept_as = move || picture::kept_as(media_type, &path);
            let kept_as =
                tokio::task::spawn_blocking(kept_as).await.map_err(std::io::Error::other)?;
            media_type = kept_as.ok_or_else(refused)?;
        }
        let path = path_of(&self.desk, &self.stored_name);
        if let Some(folder) = path.parent() {
            private::make_folder_in_background(folder.to_owned()).await.map_err(io)?;
        }
        if let Some(from) = self.path.0.replace(path.clone()) {
            private::rename_in_background(from, path).await.map_err(io)?;
        }
        let attachment = Attachment {
            id: FileId(self.desk.clock().new_id()),
            name: self.name,
            media_type: media_type.to_owned(),
            bytes: self.bytes,
        };
        let (digest, now) = (self.digest.finalize(), self.desk.now());
        retry!({
            let mut tx = self.desk.begin().await?;
            room::check_ticket(&mut tx, &self.desk, self.by, self.bytes).await?;
            run!(tx, c => sqlx::query(INSERT)
                .bind(attachment.id.0)
                .bind(self.by.site().0)
                .bind(self.by.ticket().map(|ticket| ticket.0))
                .bind(self.by.agent().map(|agent| agent.0))
                .bind(&self.stored_name)
                .bind(&attachment.name)
                .bind(media_type)
                .bind(i64::try_from(self.bytes).unwrap_or(i64::MAX))
                .bind(&digest[..])
                .bind(false)
                .bind(now.0)
                .execute(c)
                .await
                .map(|_| ()))?;
            self.desk.commit(tx).await
        })?;
        self.path.0 = None;
        Ok(attachment)
    }
}

/// A full disk is told apart: the client keeps its file and tries later.
fn io(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::StorageFull,
        _ => Error::File(error),
    }
}

/// Lower case only: some file systems do not tell the cases apart.
fn random_name() -> String {
    HEXLOWER.encode(&hashed(&new_token())) + ".bin"
}
