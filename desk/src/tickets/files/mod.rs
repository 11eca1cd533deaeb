//! Attachments: refused by the name of a program, then typed by content; named at random, kept under `<data_dir>/files/`.

mod attach;
mod gif;
mod kind;
mod name;
mod picture;
mod program;
mod same;
mod uploader;

pub(crate) use attach::attach;
pub(crate) use same::are_same;
pub use uploader::Uploader;

use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, run, statement},
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
use protocol::{Code, Field, FileId, Refusal, SiteKey, TicketId, Timestamp, file::Attachment};
use sha2::{Digest, Sha256};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{fs, io::AsyncWriteExt};
use uuid::Uuid;

/// An upload that is on no message after this is swept up.
const UNUSED_FOR: Duration = Duration::from_hours(24);
/// Swept in one go.
const SWEEP: i64 = 500;
/// Uploads under way, beside the stored files.
pub(crate) const INCOMING: &str = "incoming";

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
statement!(
    UNUSED = "\
    select id, stored_name from files where entry_id is null and created_at < $1 order by created_at limit $2"
);
statement!(
    STORED_AT_SITE =
        "select f.stored_name from files f join sites s on s.id = f.site_id where s.key = $1"
);
statement!(DELETE_UNUSED = "delete from files where id = $1 and entry_id is null");

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

/// Where a stored file is; the first two characters are its folder.
pub(crate) fn path_of(desk: &Desk, stored_name: &str) -> PathBuf {
    let folder = stored_name.get(..2).unwrap_or("00");
    folder_of(desk).join(folder).join(stored_name)
}

pub(crate) fn folder_of(desk: &Desk) -> PathBuf {
    desk.options().data_dir.join("files")
}

impl Desk {
    /// Begins an upload of at most the site's `file_bytes`; `FileType` for the name of a program, whatever is in it.
    pub async fn begin_upload(&self, by: Uploader, name: &str) -> Result<Upload> {
        let name = name::cleaned(name);
        if program::is_named_like_one(&name) {
            return Err(Refusal::of(Field::Files, Code::FileType).into());
        }
        self.check_in_use(by.site())?;
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

    /// For the visitor of the ticket that the file is on.
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

    /// Checks type and size by content (`FileEmpty`, `FileType`), stores the row, answers how it is shown.
    pub async fn finish(mut self) -> Result<Attachment> {
        if self.bytes == 0 {
            return Err(Refusal::of(Field::Files, Code::FileEmpty).into());
        }
        let refused = || Refusal::of(Field::Files, Code::FileType);
        let mut media_type = kind::of(&self.head, self.bytes).ok_or_else(refused)?;
        self.file.sync_all().await.map_err(io)?;
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

/// The names under which a site's files are stored.
pub(crate) async fn stored_at_site(tx: &mut Tx, site: &SiteKey) -> Result<Vec<String>> {
    run!(tx, c => sqlx::query_scalar(STORED_AT_SITE).bind(&site.0).fetch_all(c).await)
}

/// Deletes stored files whose rows are gone.
pub(crate) async fn delete(desk: &Desk, stored_names: &[String]) {
    for name in stored_names {
        if let Err(error) = fs::remove_file(path_of(desk, name)).await {
            tracing::warn!(%error, "a removed site's file stays behind");
        }
    }
}

/// Deletes uploads that came onto no message within a day.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    let before = desk.now() - UNUSED_FOR;
    let unused: Vec<(Uuid, String)> = read!(desk.db(), c => sqlx::query_as(UNUSED)
        .bind(before.0)
        .bind(SWEEP)
        .fetch_all(c)
        .await)?;
    for (id, stored_name) in unused {
        let deleted = retry!({
            let mut tx = desk.begin().await?;
            let deleted = run!(tx, c => sqlx::query(DELETE_UNUSED)
                .bind(id)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            desk.commit(tx).await?;
            Ok(deleted)
        })?;
        // It may have come onto a message this very moment.
        if deleted > 0 {
            fs::remove_file(path_of(desk, &stored_name)).await.or_else(ignore_absent)?;
        }
    }
    sweep_incoming(desk, before).await
}

/// What a killed server left of uploads under way.
async fn sweep_incoming(desk: &Desk, before: Timestamp) -> Result<()> {
    let mut folder = match fs::read_dir(folder_of(desk).join(INCOMING)).await {
        Ok(folder) => folder,
        Err(error) => return ignore_absent(error).map_err(Error::File),
    };
    while let Some(file) = folder.next_entry().await? {
        let touched: chrono::DateTime<chrono::Utc> = file.metadata().await?.modified()?.into();
        if Timestamp::from(touched) < before {
            fs::remove_file(file.path()).await.or_else(ignore_absent)?;
        }
    }
    Ok(())
}

fn ignore_absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
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
