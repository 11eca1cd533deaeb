//! Attachments: refused by the name of a program, then typed by content; named at random, kept in the data folder,
//! another one or a bucket ([`store`]). Until its content is known an upload lies on a disk of ours: what is refused
//! was never in the store.

mod attach;
mod copy;
mod gif;
mod kind;
mod list;
mod name;
mod picture;
mod program;
mod room;
mod same;
mod store;
mod sweep;
mod uploader;
mod zip;

pub(crate) use attach::attach;
pub use copy::{Copied, CopyError, copy};
pub use name::cleaned as shown_name;
pub(crate) use same::are_same;
pub use store::{Content, FilesPlace, FilesPlaceError};
pub(crate) use store::{INCOMING, Store};
pub(crate) use sweep::{
    delete, delete_at_hand, let_go_of_site, let_go_of_tickets, sweep, sweep_incoming,
};
pub use uploader::Uploader;

use crate::{
    Desk, Error, Result,
    db::{read, retry, run, run_detached, statement},
    people::{
        Agent,
        permission::{self, Action},
    },
    sites::Site,
    tickets::{PlaceRow, Visitor, place_columns},
};
use protocol::{Code, Field, FileId, Refusal, TicketId, file::Attachment};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Incoming, io, random_name};
use tokio::{fs, io::AsyncWriteExt};
use tracing::{Instrument, instrument};
use uuid::Uuid;

/// An upload in progress; dropped without [`Upload::finish`] it leaves nothing.
pub struct Upload {
    desk: Desk,
    by: Uploader,
    name: String,
    stored_name: String,
    file: fs::File,
    incoming: Incoming,
    bytes: u64,
    limit: u64,
    digest: Sha256,
    /// The beginning, from which the type is told.
    head: Vec<u8>,
}

/// A stored file for a response; [`Desk::file_content`] reads it.
#[derive(Debug)]
pub struct StoredFile {
    pub attachment: Attachment,
    stored_name: String,
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
    // On a message: what is on anything else, as a comment, is for agents.
    FOR_VISITOR = "\
    select f.id, f.stored_name, f.name, f.media_type, f.bytes, f.inline from files f \
    join entries e on e.id = f.entry_id and e.ticket_id = f.ticket_id \
    where f.id = $1 and f.site_id = $2 and f.ticket_id = $3 and e.kind in ('visitor', 'agent')"
);
statement!(
    FOR_AGENT = concat!(
        "select f.id, f.stored_name, f.name, f.media_type, f.bytes, f.inline, t.id as on_ticket,",
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
    on_ticket: Uuid,
    #[sqlx(flatten)]
    place: PlaceRow,
}

impl From<Row> for StoredFile {
    fn from(row: Row) -> Self {
        Self {
            stored_name: row.stored_name,
            inline: row.inline,
            attachment: Attachment {
                id: FileId(row.id),
                name: row.name,
                media_type: row.media_type,
                bytes: u64::try_from(row.bytes).unwrap_or(0),
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
        let (incoming, file) = Incoming::create(self.incoming(), &stored_name).await.map_err(io)?;
        Ok(Upload {
            desk: self.clone(),
            by,
            name,
            stored_name,
            file,
            incoming,
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

    /// For the visitor of the ticket that the file is on, where it is on a message.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket, %file))]
    pub async fn visitor_file(&self, visitor: Visitor, file: FileId) -> Result<StoredFile> {
        let row: Option<Row> = read!(self.db(), c => sqlx::query_as(FOR_VISITOR)
            .bind(file.0)
            .bind(visitor.site.0)
            .bind(visitor.ticket.0)
            .fetch_optional(c)
            .await)?;
        row.map(StoredFile::from).ok_or_else(Error::not_found)
    }

    /// For an agent who may see the ticket that the file is on. What is on no message yet is for nobody.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %file))]
    pub async fn agent_file(&self, agent: &Agent, file: FileId) -> Result<StoredFile> {
        let row: Option<PlacedRow> = read!(self.db(), c => sqlx::query_as(FOR_AGENT)
            .bind(file.0)
            .fetch_optional(c)
            .await)?;
        let PlacedRow { row, on_ticket, place } = row.ok_or_else(Error::not_found)?;
        let on = self.with_mention(agent, TicketId(on_ticket), place.on()?).await?;
        permission::check(agent, Action::See, &on)?;
        let mut file = StoredFile::from(row);
        file.attachment = self.show(agent, on.site, file.attachment).into_inner();
        Ok(file)
    }

    /// What the file holds. Whoever drops it ends the reading.
    ///
    /// # Errors
    /// `File` where it is not there; `FileStore` where the store does not answer.
    pub async fn file_content(&self, file: &StoredFile) -> Result<Content> {
        self.0.files.get(&file.stored_name).await
    }

    /// Stores a file of the desk's own, reads it back and deletes it; for `ayuda doctor`.
    pub async fn probe_files(&self) -> Result<()> {
        self.0.files.probe().await
    }

    /// The site to whose limits an agent uploads what is to go onto a message or a comment on this ticket.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn site_for_upload(&self, agent: &Agent, ticket: TicketId) -> Result<Arc<Site>> {
        self.check_ticket(agent, Action::See, ticket).await
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

    /// Stores the file and its row, and answers how it is shown. Once begun it is done also for who stops waiting.
    ///
    /// # Errors
    /// By content: `FileEmpty`, `FileType`. Those of [`room::check_ticket`]. `FileStore` where the store does not take
    /// it.
    pub async fn finish(self) -> Result<Attachment> {
        run_detached(self.finish_here().in_current_span()).await
    }

    async fn finish_here(mut self) -> Result<Attachment> {
        let media_type = self.media_type().await?;
        let (desk, stored_name) = (self.desk.clone(), self.stored_name.clone());
        let stored = async {
            desk.0.files.keep(self.incoming.path(), &stored_name).await?;
            self.note(media_type).await
        }
        .await;
        // Whatever was answered: a gateway's error, or that of a request that was repeated, may be of a file that is
        // stored.
        if stored.is_err() {
            sweep::abandon(&desk, stored_name).await;
        }
        stored
    }

    /// What it is, now that all of it is there.
    async fn media_type(&mut self) -> Result<&'static str> {
        if self.bytes == 0 {
            return Err(Refusal::of(Field::Files, Code::FileEmpty).into());
        }
        let refused = || Refusal::of(Field::Files, Code::FileType);
        let media_type = kind::of(&self.head, self.bytes).ok_or_else(refused)?;
        self.file.sync_all().await.map_err(io)?;
        let path = self.incoming.path().to_owned();
        let look = move || -> std::io::Result<Option<&'static str>> {
            if zip::is_program(&path)? {
                return Ok(None);
            }
            let is_picture = picture::is_one(media_type);
            Ok(if is_picture { picture::kept_as(media_type, &path) } else { Some(media_type) })
        };
        let seen = tokio::task::spawn_blocking(look).await.map_err(std::io::Error::other)??;
        Ok(seen.ok_or_else(refused)?)
    }

    /// The row of what is stored.
    async fn note(self, media_type: &'static str) -> Result<Attachment> {
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
        Ok(attachment)
    }
}
