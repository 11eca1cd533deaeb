//! A message as its sender posts it.

use protocol::{EntryId, FileId};

/// What is posted under an id, which its sender makes: the same message sent again is stored once.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub id: EntryId,
    /// May be empty when there are files.
    pub text: &'a str,
    pub files: &'a [FileId],
}
