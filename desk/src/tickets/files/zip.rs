//! The list of members at the end of a ZIP archive (its central directory), whatever the file begins with: a program
//! that is far behind other members, or behind a picture, is in it all the same, for a system that runs it reads that
//! list.

use super::kind::{MACROS, PROGRAM_MEMBERS};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// The record at the end, without its comment.
const END: usize = 22;
const END_BEGINS: &[u8] = b"PK\x05\x06";
/// A comment is at most this long.
const COMMENT: usize = 65_535;
/// What stands before the name of a member in the list.
const MEMBER: usize = 46;
const MEMBER_BEGINS: &[u8] = b"PK\x01\x02";
/// Bytes of a list that are read. An archive with a longer one is refused: nobody can say what is in it.
const LIST: u64 = 4 * 1024 * 1024;

/// Whether the file is an archive, also, that some system runs, or may be.
pub(super) fn is_program(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(list) = list(&mut file)? else { return Ok(true) };
    Ok(names(&list).any(|name| {
        let behind = name.len().saturating_sub(MACROS.len());
        PROGRAM_MEMBERS.iter().any(|program| name.eq_ignore_ascii_case(program))
            || name[behind..].eq_ignore_ascii_case(MACROS)
    }))
}

/// The list; empty where there is none, none where it cannot be read.
fn list(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.metadata()?.len();
    let tail_from = length.saturating_sub((END + COMMENT) as u64);
    let tail = read(file, tail_from, length - tail_from)?;
    let ends = (0..tail.len().saturating_sub(END - 1)).rev();
    let Some(end) = ends.into_iter().find(|at| tail[*at..].starts_with(END_BEGINS)) else {
        return Ok(Some(Vec::new()));
    };
    let size = u64::from(number(&tail[end + 12..]));
    // Right before the record, also where something was put before the archive.
    match (tail_from + end as u64).checked_sub(size) {
        Some(at) if size <= LIST => read(file, at, size).map(Some),
        // Also a list that stands elsewhere (ZIP64), which no archive needs that is small enough to be sent.
        _ => Ok(None),
    }
}

fn read(file: &mut File, from: u64, bytes: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut read = Vec::new();
    file.take(bytes).read_to_end(&mut read)?;
    Ok(read)
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The names in a list, as far as it can be read.
fn names(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let head = list.get(..MEMBER).filter(|head| head.starts_with(MEMBER_BEGINS))?;
        let [name, extra, comment] =
            [28, 30, 32].map(|at| usize::from(u16::from_le_bytes([head[at], head[at + 1]])));
        let found = list.get(MEMBER..MEMBER + name)?;
        list = list.get(MEMBER + name + extra + comment..).unwrap_or_default();
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An archive's members, behind what stands before it.
    fn archive(before: &[u8], names: &[&str], comment: &str) -> Vec<u8> {
        let mut list = Vec::new();
        for name in names {
            let mut head = [0; MEMBER];
            head[..4].copy_from_slice(MEMBER_BEGINS);
            head[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            list.extend(head);
            list.extend(name.as_bytes());
        }
        let mut end = [0; END];
        end[..4].copy_from_slice(END_BEGINS);
        end[12..16].copy_from_slice(&u32::try_from(list.len()).unwrap().to_le_bytes());
        [before, &list, &end, comment.as_bytes()].concat()
    }

    fn is_one(bytes: &[u8]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        is_program(file.path()).unwrap()
    }

    #[test]
    fn a_program_is_found_behind_whatever_stands_before_it() {
        let far = [b"PK\x03\x04".to_vec(), vec![b'x'; 100_000]].concat();
        for (before, names, comment) in [
            (&far[..], &["a.png", "META-INF/MANIFEST.MF"][..], ""),
            (b"GIF89a", &["meta-inf/manifest.mf"], "a comment"),
            (b"", &["a", "AndroidManifest.xml"], ""),
            (b"PK\x03\x04", &["[Content_Types].xml", "word/vbaProject.bin"], ""),
        ] {
            assert!(is_one(&archive(before, names, comment)), "{names:?}");
        }
    }

    #[test]
    fn other_archives_and_files_are_none() {
        for names in
            [&[][..], &["a.png", "notas.txt"], &["MANIFEST.MF", "web/META-INF/MANIFEST.MF"]]
        {
            assert!(!is_one(&archive(b"PK\x03\x04", names, "")), "{names:?}");
        }
        for other in [&b""[..], b"hola", b"PK\x05\x06", &[0; 300]] {
            assert!(!is_one(other));
        }
    }

    proptest! {
        #[test]
        fn never_panics(before in proptest::collection::vec(any::<u8>(), 0..200), size in any::<u32>()) {
            let mut bytes = archive(&before, &["a"], "");
            let at = bytes.len() - END + 12;
            bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
            is_one(&bytes);
        }
    }
}
