//! The content of a file on its way, piece by piece: at no time all of it is in memory.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use std::{
    fmt,
    io::{self, ErrorKind},
    path::Path,
};
use tokio::{fs::File, io::AsyncReadExt};

/// A piece of a file that is read from a disk.
const PIECE: usize = 64 * 1024;

/// What a file holds.
pub struct Content {
    /// How long it is.
    pub bytes: u64,
    /// As it comes; an error ends it.
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Content {
    pub(crate) async fn of_file(path: &Path) -> io::Result<Self> {
        let file = File::open(path).await?;
        let bytes = file.metadata().await?.len();
        let pieces = stream::try_unfold(file, async |mut file| {
            let mut piece = Vec::with_capacity(PIECE);
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
            Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(Self { bytes, pieces: pieces.boxed() })
    }

    pub(crate) fn of_bytes(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self { bytes: length, pieces: stream::once(async { Ok(bytes) }).boxed() }
    }

    /// All of it, for what is known to be short.
    pub async fn read(self) -> io::Result<Vec<u8>> {
        let all = self.pieces.try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        });
        all.await
    }

    /// The same in parts of this many bytes.
    pub(super) fn in_parts_of(self, bytes: u64) -> Parts {
        Parts { pieces: self.pieces, left: self.bytes, part: bytes, rest: Bytes::new() }
    }
}

/// A content in parts, of which one is in memory.
pub(super) struct Parts {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    /// What has not been read of the length that was said.
    left: u64,
    part: u64,
    /// What came with the part before.
    rest: Bytes,
}

impl Parts {
    /// Whether the last part was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.left == 0
    }

    /// The next part: as long as a part is, but the last.
    ///
    /// # Errors
    /// `UnexpectedEof` and `InvalidData` where there is less or more than was said.
    pub(super) async fn next(&mut self) -> io::Result<Bytes> {
        let wanted = self.part.min(self.left);
        let room = usize::try_from(wanted).map_err(io::Error::other)?;
        let mut part = BytesMut::with_capacity(room);
        while part.len() < room {
            if self.rest.is_empty() {
                let piece = self.pieces.next().await;
                self.rest = piece.ok_or(ErrorKind::UnexpectedEof)??;
            }
            let fits = self.rest.len().min(room - part.len());
            part.extend_from_slice(&self.rest.split_to(fits));
        }
        self.left -= wanted;
        if self.left == 0 {
            self.expect_end().await?;
        }
        Ok(part.freeze())
    }

    async fn expect_end(&mut self) -> io::Result<()> {
        while self.rest.is_empty() {
            match self.pieces.next().await {
                Some(piece) => self.rest = piece?,
                None => return Ok(()),
            }
        }
        Err(ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten megabytes, in pieces of an odd length.
    fn long(said: u64) -> Content {
        let pieces = stream::iter((0..100_u8).map(|n| Ok(Bytes::from(vec![n; 104_857]))));
        Content { bytes: said, pieces: pieces.boxed() }
    }

    #[tokio::test]
    async fn a_long_content_is_in_memory_part_by_part() {
        const PART: u64 = 5 * 1024 * 1024;
        let mut parts = long(10_485_700).in_parts_of(PART);
        let first = parts.next().await.unwrap();
        assert_eq!((first.len() as u64, parts.is_at_end()), (PART, false));
        // Beside the part there is at most the piece that it ended in.
        assert!(parts.rest.len() < 104_857);
        let last = parts.next().await.unwrap();
        assert_eq!((last.len() as u64, parts.is_at_end()), (10_485_700 - PART, true));
        assert_eq!([&first[..], &last].concat(), long(10_485_700).read().await.unwrap());
    }

    #[tokio::test]
    async fn what_is_shorter_or_longer_than_it_said_is_an_error() {
        let read = async |said: u64| {
            let mut parts = long(said).in_parts_of(20_000_000);
            parts.next().await.map_err(|error| error.kind())
        };
        assert!(read(10_485_700).await.is_ok());
        assert_eq!(read(10_485_701).await, Err(ErrorKind::UnexpectedEof));
        assert_eq!(read(10_485_699).await, Err(ErrorKind::InvalidData));
        let mut empty = Content::of_bytes(Bytes::new()).in_parts_of(9);
        assert_eq!(empty.next().await.unwrap(), Bytes::new());
    }

    #[tokio::test]
    async fn a_file_of_a_disk_is_read_piece_by_piece() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 150_000]).unwrap();
        let content = Content::of_file(file.path()).await.unwrap();
        assert_eq!(content.bytes, 150_000);
        let lengths: Vec<usize> = content.pieces.map(|piece| piece.unwrap().len()).collect().await;
        assert_eq!(lengths, [65_536, 65_536, 18_928]);
    }
}
