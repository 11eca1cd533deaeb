//! Attachments as they are shown.

use crate::FileId;
use serde::{Deserialize, Serialize};

/// An uploaded file on a message. Its bytes are at `/w/{site}/files/{id}` (visitor) or `/console/files/{id}` (agent).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The id its address is made of.
    pub id: FileId,
    /// The cleaned name.
    pub name: String,
    /// Media type by content, never by name.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
}
