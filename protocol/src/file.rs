//! Attachments as they are shown.

use crate::{FileId, Timestamp};
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

/// A file of a ticket, with who put it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFile {
    /// The file.
    pub file: Attachment,
    /// The agent's name; none: the visitor.
    pub by: Option<String>,
    /// When the message or the comment was written.
    pub at: Timestamp,
    /// Whether it is on a comment: for agents alone.
    pub internal: bool,
}

/// Files of a ticket, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFiles {
    /// At most [`TICKET_FILES`](crate::limits::TICKET_FILES) of them.
    pub files: Vec<TicketFile>,
    /// Where the next page begins; none: these are the last.
    pub next: Option<FileId>,
}

/// The largest picture that is shown as one, in bytes: a heavier one would make a browser slow.
const PICTURE_BYTES: u64 = 3 * 1024 * 1024;

/// The largest PDF whose pages are drawn, in bytes: a larger one would keep others waiting.
pub const PDF_BYTES: u64 = 25 * 1024 * 1024;

/// What follows a file's address where the first of its pages is.
pub const FIRST_PAGE: &str = "/page/1";

impl Attachment {
    /// Whether it is shown as the picture it is, not only as a name to save: every browser draws its type, and it is
    /// not too heavy.
    pub fn is_picture(&self) -> bool {
        self.bytes <= PICTURE_BYTES
            && matches!(
                self.media_type.as_str(),
                "image/png" | "image/jpeg" | "image/webp" | "image/gif"
            )
    }

    /// Whether its pages are shown as pictures, which the server draws: a PDF that is not too large. Its pages are at
    /// the file's address with `/page/{n}` after it, counted from 1.
    pub fn has_pages(&self) -> bool {
        self.bytes <= PDF_BYTES && self.media_type == "application/pdf"
    }
}

/// A file's size for people: `820 B`, `12 KB`, `3.4 MB`.
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    if bytes < KB {
        [&bytes.to_string(), " B"].concat()
    } else if bytes < MB {
        [&bytes.div_ceil(KB).to_string(), " KB"].concat()
    } else {
        let tenths = bytes.saturating_mul(10) / MB;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth == 0 {
            [&whole.to_string(), " MB"].concat()
        } else {
            [&whole.to_string(), ".", &tenth.to_string(), " MB"].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn sizes_read_well() {
        for (bytes, shown) in [
            (0, "0 B"),
            (820, "820 B"),
            (1025, "2 KB"),
            (320 * 1024, "320 KB"),
            (1_300_000, "1.2 MB"),
            (3_600_000, "3.4 MB"),
            (10 * 1024 * 1024, "10 MB"),
        ] {
            assert_eq!(file_size(bytes), shown);
        }
        assert!(file_size(u64::MAX).ends_with(" MB"));
    }

    #[test]
    fn pictures_are_of_a_known_type_and_not_heavy() {
        let is_picture = |media_type: &str, bytes| {
            let id = FileId(Uuid::nil());
            Attachment { id, name: "foto".into(), media_type: media_type.into(), bytes }
                .is_picture()
        };
        assert!(is_picture("image/png", PICTURE_BYTES));
        assert!(!is_picture("image/png", PICTURE_BYTES + 1));
        assert!(!is_picture("image/svg+xml", 1));
        assert!(!is_picture("application/pdf", 1));
    }

    #[test]
    fn pages_are_those_of_a_pdf_that_is_not_too_large() {
        let has_pages = |media_type: &str, bytes| {
            let id = FileId(Uuid::nil());
            Attachment { id, name: "recibo".into(), media_type: media_type.into(), bytes }
                .has_pages()
        };
        assert!(has_pages("application/pdf", PDF_BYTES));
        assert!(!has_pages("application/pdf", PDF_BYTES + 1));
        assert!(!has_pages("image/png", 1));
    }
}
