//! A file of the next message.

use protocol::file::Attachment;

/// A file of the next message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Which of the uploads it is.
    pub id: UploadId,
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How far it is.
    pub progress: Progress,
    /// The server has no room for it now: it is tried again when that is due, and not at once.
    pub is_put_off: bool,
    /// It was sent off before it was up, and goes by itself once it is.
    pub goes: bool,
}

/// Counts the uploads of a document; none is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadId(pub u32);

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// On its way, in percent.
    Sending(u32),
    /// The server has it.
    Done(Attachment),
    /// It did not arrive, for this passing reason, and is tried again.
    Waiting(String),
    /// It will not go, for this reason.
    Failed(String),
}
