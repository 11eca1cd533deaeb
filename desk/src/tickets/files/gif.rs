//! How large a GIF is (its specification of 1990, `GIF89a`). Its header tells the screen alone; each frame has a size
//! of its own, and whoever draws the file makes room for all of them.

use std::io::{self, BufRead, Seek, SeekFrom};

const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// Width and height that the screen and all frames fit into; an error when a block cannot be read, or when there is no
/// frame.
pub(super) fn size(file: &mut (impl BufRead + Seek)) -> io::Result<(u64, u64)> {
    file.seek(SeekFrom::Start(6))?;
    let (mut width, mut height) = (number(file)?, number(file)?);
    let colours = byte(file)?;
    skip(file, 2)?;
    skip_colours(file, colours)?;
    let mut frames = 0_u32;
    loop {
        match byte(file) {
            Ok(EXTENSION) => skip(file, 1)?,
            Ok(FRAME) => {
                let (left, top) = (number(file)?, number(file)?);
                width = width.max(left + number(file)?);
                height = height.max(top + number(file)?);
                frames = frames.saturating_add(1);
                let colours = byte(file)?;
                skip_colours(file, colours)?;
                // The first code's length.
                skip(file, 1)?;
            }
            Ok(TRAILER) if frames > 0 => return Ok((width, height)),
            // Many files end without a trailer, or in the middle of their last picture.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && frames > 0 => {
                return Ok((width, height));
            }
            Ok(_) => return Err(io::ErrorKind::InvalidData.into()),
            Err(error) => return Err(error),
        }
        skip_sub_blocks(file)?;
    }
}

/// Blocks with their length in front, up to the one without content. A file that ends within them ends there.
fn skip_sub_blocks(file: &mut (impl BufRead + Seek)) -> io::Result<()> {
    loop {
        match byte(file) {
            Ok(0) => return Ok(()),
            Ok(length) => skip(file, length.into())?,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// A table of colours, where the flags say that there is one.
fn skip_colours(file: &mut (impl BufRead + Seek), flags: u8) -> io::Result<()> {
    if flags & 0x80 == 0 { Ok(()) } else { skip(file, 3 << ((flags & 7) + 1)) }
}

fn skip(file: &mut impl Seek, bytes: i64) -> io::Result<()> {
    file.seek(SeekFrom::Current(bytes)).map(drop)
}

fn byte(file: &mut impl BufRead) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn number(file: &mut impl BufRead) -> io::Result<u64> {
    let mut bytes = [0; 2];
    file.read_exact(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes).into())
}
