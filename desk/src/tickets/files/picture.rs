//! Pictures: how many pixels a file says it holds, before anything unpacks it.

use super::{gif, kind::UNKNOWN};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// Larger pictures are refused: they unpack to hundreds of megabytes wherever they are opened.
const MOST_PIXELS: u64 = 40_000_000;

/// Whether a media type is that of a picture.
pub(super) fn is_one(media_type: &str) -> bool {
    media_type.starts_with("image/")
}

/// The media type that a picture is kept under; none when it is larger than 40 megapixels. Where nothing tells its size
/// it is kept as bytes that no page draws. Reads the file: not for a task of the runtime.
pub(super) fn kept_as(media_type: &'static str, path: &Path) -> Option<&'static str> {
    match pixels(media_type, path) {
        Some(pixels) if pixels > MOST_PIXELS => None,
        Some(_) => Some(media_type),
        None => Some(UNKNOWN),
    }
}

/// Width times height; none when the file does not tell them.
fn pixels(media_type: &str, path: &Path) -> Option<u64> {
    let mut file = Jumping(BufReader::new(File::open(path).ok()?));
    let (width, height) = if media_type == "image/gif" {
        gif::size(&mut file).ok()?
    } else {
        let size = imagesize::reader_size(file).ok()?;
        (size.width as u64, size.height as u64)
    };
    let pixels = width.saturating_mul(height);
    (pixels > 0).then_some(pixels)
}

/// A file read with short jumps, each inside the buffer where it can be: a JPEG may have a segment every four bytes,
/// and a plain [`BufReader`] would read its buffer anew for each.
struct Jumping(BufReader<File>);

impl Read for Jumping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Jumping {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl Seek for Jumping {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Current(by) => {
                self.0.seek_relative(by)?;
                self.0.stream_position()
            }
            to => self.0.seek(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a file with these bytes is kept as.
    fn kept(media_type: &'static str, bytes: &[u8]) -> Option<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        kept_as(media_type, &path)
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &size[..]].concat()
    }

    /// A screen of this size with colours and a comment, then frames, each with its left and upper edge, its width and
    /// height.
    fn gif_with(screen: [u16; 2], frames: &[[u16; 4]]) -> Vec<u8> {
        let mut file = b"GIF89a".to_vec();
        file.extend(screen.into_iter().flat_map(u16::to_le_bytes));
        file.extend(b"\x81\0\0");
        file.extend([9; 12]);
        file.extend(b"\x21\xfe\x05hola!\0");
        for frame in frames {
            file.push(b',');
            file.extend(frame.iter().copied().flat_map(u16::to_le_bytes));
            file.extend(b"\x80\x01\x01\x01\x02\x02\x02\x02\x02,;\0");
        }
        file.push(b';');
        file
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        gif_with([width, height], &[[0, 0, 1, 1]])
    }

    fn bmp(width: u32, height: u32) -> Vec<u8> {
        [&b"BM"[..], &[0; 16], &width.to_le_bytes(), &height.to_le_bytes()].concat()
    }

    /// `before`: bytes of metadata between the beginning and the frame header.
    fn jpeg(width: u16, height: u16, before: usize) -> Vec<u8> {
        let mut file = b"\xff\xd8".to_vec();
        for at in (0..before).step_by(60_000) {
            let length = 60_000.min(before - at);
            file.extend(b"\xff\xe1");
            file.extend(u16::try_from(length + 2).unwrap().to_be_bytes());
            file.resize(file.len() + length, 7);
        }
        file.extend(b"\xff\xc0\0\x0b\x08");
        file.extend(height.to_be_bytes());
        file.extend(width.to_be_bytes());
        file.push(1);
        file
    }

    /// One chunk of a WebP file.
    fn webp(name: &str, chunk: &[u8]) -> Vec<u8> {
        let length = u32::try_from(chunk.len()).unwrap().to_le_bytes();
        [b"RIFF\0\0\0\0WEBP", name.as_bytes(), &length, chunk].concat()
    }

    fn webp_lossy(width: u16, height: u16) -> Vec<u8> {
        let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
        webp("VP8 ", &[b"\0\0\0\x9d\x01\x2a", &size[..]].concat())
    }

    fn webp_lossless(width: u32, height: u32) -> Vec<u8> {
        let size = (width - 1) | ((height - 1) << 14);
        webp("VP8L", &[&b"\x2f"[..], &size.to_le_bytes()].concat())
    }

    fn webp_extended(width: u32, height: u32) -> Vec<u8> {
        let (width, height) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
        webp("VP8X", &[&[0; 4], &width[..3], &height[..3]].concat())
    }

    fn heic(width: u32, height: u32) -> Vec<u8> {
        let boxed = |name: &[u8; 4], inside: &[u8]| {
            let length = u32::try_from(inside.len() + 8).unwrap().to_be_bytes();
            [&length[..], name, inside].concat()
        };
        let size = [[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat();
        let properties = boxed(b"iprp", &boxed(b"ipco", &boxed(b"ispe", &size)));
        let meta = boxed(b"meta", &[&[0; 4], &properties[..]].concat());
        [boxed(b"ftyp", b"heic\0\0\0\0heic"), meta].concat()
    }

    /// The directory of a TIFF stands behind its pixels.
    fn tiff(width: u32, height: u32, before: usize) -> Vec<u8> {
        let mut file = b"II*\0".to_vec();
        file.extend(u32::try_from(8 + before).unwrap().to_le_bytes());
        file.resize(8 + before, 7);
        file.extend(2u16.to_le_bytes());
        for (tag, value) in [(0x100u16, width), (0x101, height)] {
            file.extend(tag.to_le_bytes());
            file.extend(4u16.to_le_bytes());
            file.extend(1u32.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        file
    }

    #[test]
    fn pictures_beyond_forty_megapixels_are_refused() {
        for (media_type, large) in [
            ("image/png", png(50_000, 50_000)),
            ("image/gif", gif(20_000, 20_000)),
            ("image/bmp", bmp(8_000, 5_001)),
            ("image/jpeg", jpeg(65_535, 65_535, 4)),
            ("image/webp", webp_lossy(16_000, 16_000)),
            ("image/webp", webp_lossless(16_384, 16_384)),
            ("image/webp", webp_extended(20_000, 20_000)),
            ("image/heic", heic(20_000, 20_000)),
            ("image/tiff", tiff(20_000, 20_000, 9)),
        ] {
            assert_eq!(kept(media_type, &large), None, "{media_type}");
        }
    }

    #[test]
    fn pictures_of_forty_megapixels_are_what_they_are() {
        for (media_type, fits) in [
            ("image/png", png(8_000, 5_000)),
            ("image/gif", gif(8_000, 5_000)),
            ("image/bmp", bmp(8_000, 5_000)),
            ("image/jpeg", jpeg(8_000, 5_000, 4)),
            ("image/webp", webp_lossy(8_000, 5_000)),
            ("image/webp", webp_lossless(8_000, 5_000)),
            ("image/webp", webp_extended(8_000, 5_000)),
            ("image/heic", heic(8_000, 5_000)),
            ("image/tiff", tiff(8_000, 5_000, 9)),
        ] {
            assert_eq!(kept(media_type, &fits), Some(media_type));
        }
    }

    #[test]
    fn a_size_far_behind_the_beginning_is_found() {
        assert_eq!(kept("image/jpeg", &jpeg(20_000, 20_000, 300_000)), None);
        assert_eq!(kept("image/jpeg", &jpeg(2_000, 2_000, 300_000)), Some("image/jpeg"));
        assert_eq!(kept("image/tiff", &tiff(20_000, 20_000, 300_000)), None);
    }

    #[test]
    fn every_frame_of_a_gif_counts_and_not_the_screen_alone() {
        let of_frames = |frames: &[[u16; 4]]| kept("image/gif", &gif_with([1, 1], frames));
        assert_eq!(of_frames(&[[0, 0, 20_000, 20_000]]), None);
        assert_eq!(of_frames(&[[0, 0, 1, 1], [0, 0, 20_000, 20_000]]), None);
        assert_eq!(of_frames(&[[20_000, 0, 1, 1], [0, 20_000, 1, 1]]), None);
        assert_eq!(of_frames(&[[0, 0, 8_000, 5_000]; 3]), Some("image/gif"));
        let whole = gif_with([1, 1], &[[0, 0, 20_000, 20_000]]);
        assert_eq!(kept("image/gif", &whole[..whole.len() - 1]), None, "without its trailer");
        for unread in [&gif_with([1, 1], &[])[..], &gif(9, 9)[..20], b"GIF89a\x09\0\x09\0\0\0\0?"] {
            assert_eq!(kept("image/gif", unread), Some(UNKNOWN), "{unread:?}");
        }
    }

    #[test]
    fn what_tells_no_size_is_kept_as_bytes() {
        for file in [
            &b"\xff\xd8\xff"[..],
            b"\xff\xd8\xff\xe0\0\x04ab and then no marker",
            &jpeg(0, 0, 4),
            b"RIFF\0\0\0\0WEBPVP9 ",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        ] {
            assert_eq!(kept("image/png", file), Some(UNKNOWN), "{file:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(rest in proptest::collection::vec(any::<u8>(), 0..300), lead in 0..6usize) {
            let lead = [jpeg(9, 9, 4), heic(9, 9), tiff(9, 9, 0), webp_lossy(9, 9), gif(9, 9), bmp(9, 9)]
                [lead].clone();
            for kept_bytes in [4, 12, 20, lead.len()] {
                let file = [&lead[..kept_bytes.min(lead.len())], &rest].concat();
                kept("image/x", &file);
                kept("image/gif", &file);
            }
        }
    }
}
