//! A tar archive (POSIX ustar) of plain files: the one container that every operator's machine can open.

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
    time::UNIX_EPOCH,
};

const BLOCK: u64 = 512;
/// Beyond eleven octal digits a size is written in binary.
const OCTAL_MOST: u64 = 0o777_7777_7777;

/// An archive being written.
pub(super) struct Archive(io::BufWriter<fs::File>);

impl Archive {
    /// A new file for its owner's eyes only: the secret key goes into it.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(|file| Self(io::BufWriter::with_capacity(1 << 20, file)))
    }

    /// Adds a file under a name of at most 100 bytes. `NotFound` before anything is written.
    pub(super) fn add_file(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let file = fs::File::open(path)?;
        let about = file.metadata()?;
        let size = about.len();
        let changed = about.modified()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        self.0.write_all(&header(name, size, changed)?)?;
        let copied = io::copy(&mut file.take(size), &mut self.0)?;
        if copied < size {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{name} became shorter"),
            ));
        }
        let padding = (BLOCK - size % BLOCK) % BLOCK;
        io::copy(&mut io::repeat(0).take(padding), &mut self.0).map(|_| ())
    }

    /// Ends the archive and puts it onto the disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        io::copy(&mut io::repeat(0).take(2 * BLOCK), &mut self.0)?;
        self.0.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

fn header(name: &str, size: u64, changed: u64) -> io::Result<[u8; 512]> {
    if name.len() > 100 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{name} is too long a name"),
        ));
    }
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if size <= OCTAL_MOST {
        put(124, format!("{size:011o}\0").as_bytes());
    } else {
        put(124, &[0x80]);
        put(128, &size.to_be_bytes());
    }
    put(136, format!("{:011o}\0", changed.min(OCTAL_MOST)).as_bytes());
    // The sum is taken as if its own field were blank.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_read_by_the_systems_tar() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "contenido").unwrap();
        let archive = folder.path().join("x.tar");
        let mut writer = Archive::create(&archive).unwrap();
        writer.add_file("files/a b.txt", &file).unwrap();
        writer
            .add_file("empty", &{
                let empty = folder.path().join("e");
                fs::write(&empty, "").unwrap();
                empty
            })
            .unwrap();
        writer.finish().unwrap();
        assert_eq!(fs::metadata(&archive).unwrap().len() % 512, 0);
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let done =
            std::process::Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&out).status();
        // A machine without tar has nothing to say here.
        if let Ok(done) = done {
            assert!(done.success());
            assert_eq!(fs::read_to_string(out.join("files/a b.txt")).unwrap(), "contenido");
            assert_eq!(fs::read_to_string(out.join("empty")).unwrap(), "");
        }
    }

    #[test]
    fn a_size_beyond_octal_is_binary() {
        let block = header("big", 1 << 40, 0).unwrap();
        assert_eq!(block[124], 0x80);
        assert_eq!(&block[128..136], &(1u64 << 40).to_be_bytes());
        assert!(header(&"x".repeat(101), 0, 0).is_err());
    }
}
