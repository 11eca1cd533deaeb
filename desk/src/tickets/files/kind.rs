//! What a file is, told by its first bytes.

use std::borrow::Cow;

/// So many bytes from the beginning are enough.
pub(super) const HEAD: usize = 4096;
/// What nothing else is known of.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// Beginnings of programs, for whatever system.
const PROGRAMS: &[&[u8]] = &[
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xca\xfe\xba\xbf",
    b"\0asm",
    b"dex\n",
    b"ITSF",
    b"\xed\xab\xee\xdb",
    b"!<arch>\ndebian",
    b"\x4c\0\0\0\x01\x14\x02\0",
    // A notebook of OneNote, which may hold programs behind a picture.
    b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
];

/// What members of an archive are called that a system runs as a whole: a jar, an Android package.
pub(super) const PROGRAM_MEMBERS: &[&[u8]] =
    &[b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"classes.dex"];
/// The macros of a document, in one of its folders.
pub(super) const MACROS: &[u8] = b"/vbaProject.bin";

/// Where in the file, the bytes, the type.
const KNOWN: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
];

/// The media type; none when files of this kind are not accepted.
pub(super) fn of(head: &[u8], bytes: u64) -> Option<&'static str> {
    // Two letters are little to go by: what is text from its first byte on is no program and no picture.
    if let Some(text) = text(head, bytes) {
        return of_text(&text);
    }
    if PROGRAMS.iter().any(|beginning| head.starts_with(beginning)) {
        return None;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return archive(head);
    }
    let at = |offset: usize, beginning: &[u8]| {
        head.get(offset..).is_some_and(|rest| rest.starts_with(beginning))
    };
    let known = KNOWN.iter().find(|(offset, bytes, _)| at(*offset, bytes));
    Some(known.map_or(UNKNOWN, |(_, _, media_type)| media_type))
}

fn of_text(text: &str) -> Option<&'static str> {
    if text.starts_with("#!") || text.starts_with("!<arch>\ndebian") {
        return None;
    }
    Some(if text.starts_with("%PDF-") {
        "application/pdf"
    } else if text.starts_with("{\\rtf") {
        "application/rtf"
    } else if is_markup(text) {
        // Pages and drawings can carry scripts: they are handed out as bytes that no browser opens.
        UNKNOWN
    } else {
        "text/plain"
    })
}

/// A ZIP by its first member: the office formats say what they are there.
fn archive(head: &[u8]) -> Option<&'static str> {
    let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    if PROGRAM_MEMBERS.iter().any(|name| has(name)) || has(MACROS) {
        return None;
    }
    Some(if has(b"mimetypeapplication/vnd.oasis.opendocument.text") {
        "application/vnd.oasis.opendocument.text"
    } else if has(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        "application/vnd.oasis.opendocument.spreadsheet"
    } else if has(b"[Content_Types].xml") && has(b"word/") {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    } else if has(b"[Content_Types].xml") && has(b"xl/") {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    } else if has(b"[Content_Types].xml") && has(b"ppt/") {
        "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    } else {
        "application/zip"
    })
}

/// The text that a file begins with, as far as the head goes: UTF-8, or UTF-16 that says so by its mark, without
/// control characters.
fn text(head: &[u8], bytes: u64) -> Option<Cow<'_, str>> {
    let is_cut = bytes > head.len() as u64;
    let text = match head {
        [0xff, 0xfe, units @ ..] => Cow::Owned(utf16(units, is_cut, u16::from_le_bytes)?),
        [0xfe, 0xff, units @ ..] => Cow::Owned(utf16(units, is_cut, u16::from_be_bytes)?),
        _ => Cow::Borrowed(utf8(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head), is_cut)?),
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1b');
    (!text.chars().any(is_control)).then_some(text)
}

/// The head may end in the middle of a character.
fn utf8(head: &[u8], is_cut: bool) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && is_cut => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

/// The same of UTF-16.
fn utf16(bytes: &[u8], is_cut: bool, unit: fn([u8; 2]) -> u16) -> Option<String> {
    let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    if is_cut && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
        units.pop();
    }
    let is_whole = is_cut || bytes.len().is_multiple_of(2);
    String::from_utf16(&units).ok().filter(|_| is_whole)
}

fn is_markup(text: &str) -> bool {
    let text = text.to_lowercase();
    ["<!doctype", "<html", "<svg", "<script", "<head", "<body", "<iframe", "<?xml", "<math", "<xsl"]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(head: &[u8]) -> Option<&'static str> {
        of(head, head.len() as u64)
    }

    /// A text in UTF-16 with its mark, the little end first or the big one.
    fn utf16_of(text: &str) -> [Vec<u8>; 2] {
        let little = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes);
        let big = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes);
        [little.collect(), big.collect()]
    }

    #[test]
    fn the_content_decides() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10";
        assert_eq!(kind(png), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(kind(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), Some("application/pdf"));
        assert_eq!(kind(b"{\\rtf1\\ansi hola}"), Some("application/rtf"));
        assert_eq!(kind("Hola, ¿qué tal?\n".as_bytes()), Some("text/plain"));
        assert_eq!(kind(b"a;b;c\n1;2;3\n"), Some("text/plain"));
        assert_eq!(kind(b"\x01\x02\x03"), Some(UNKNOWN));
        assert_eq!(
            kind(b"PK\x03\x04..[Content_Types].xml..word/document.xml"),
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        );
    }

    #[test]
    fn programs_are_refused() {
        for head in [
            &b"\x7fELF\x02\x01"[..],
            b"MZ\x90\0\x03\0",
            b"\xcf\xfa\xed\xfe\x07",
            b"\xca\xfe\xba\xbe",
            b"#!/bin/sh\nrm -rf /\n",
            b"\xef\xbb\xbf#!/bin/sh\n",
            b"\0asm\x01\0\0\0",
            b"ITSF\x03\0\0\0\x60",
            b"ITSF\x02\0\0\0\x60",
            b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3\0",
            b"!<arch>\ndebian-binary   ",
            b"!<arch>\ndebian-binary   1\0\x1f\x8b",
            b"PK\x03\x04....META-INF/MANIFEST.MF",
        ] {
            assert_eq!(kind(head), None, "{head:?}");
        }
        for head in utf16_of("#!/bin/sh\n") {
            assert_eq!(kind(&head), None);
        }
    }

    #[test]
    fn a_text_is_a_text_whatever_it_begins_with_and_in_whatever_encoding() {
        let texts = [
            "BMW azul, modelo 2020, 40 000 km. ¿Cuánto vale la revisión de los frenos?",
            "MZ es la zona de mantenimiento",
            "ID3",
            "OggS",
            "RIFFxxxxWEBP",
            "1234ftyp de prueba",
            "GIF89a es un formato",
            "Cópiame: 👨‍👩‍👧\r\n",
        ];
        for text in texts {
            assert_eq!(kind(text.as_bytes()), Some("text/plain"), "{text}");
            for bytes in utf16_of(text) {
                assert_eq!(kind(&bytes), Some("text/plain"), "{text}");
            }
        }
        for bytes in [&b"\xff\xfe\0\xd8"[..], b"\xff\xfea\0b", b"\xff\xfe\x01\0", b"\xfe\xff\0\0"] {
            assert_eq!(kind(bytes), Some(UNKNOWN), "{bytes:?}");
        }
    }

    #[test]
    fn pages_and_drawings_are_bytes_to_download() {
        for page in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            "\n  <?xml version='1.0'?><svg/>",
            "GIF? no: <html>",
        ] {
            assert_eq!(kind(page.as_bytes()), Some(UNKNOWN), "{page}");
            for bytes in utf16_of(page) {
                assert_eq!(kind(&bytes), Some(UNKNOWN), "{page}");
            }
        }
    }

    #[test]
    fn a_text_cut_in_a_character_is_still_text() {
        let text = "ñ".repeat(HEAD);
        let head = &text.as_bytes()[..HEAD - 1];
        assert_eq!(of(head, text.len() as u64), Some("text/plain"));
        for bytes in utf16_of(&"🦀".repeat(HEAD)) {
            assert_eq!(of(&bytes[..HEAD], bytes.len() as u64), Some("text/plain"));
        }
    }

    proptest! {
        #[test]
        fn never_panics(head in proptest::collection::vec(any::<u8>(), 0..200), lead in 0..KNOWN.len()) {
            let _ = kind(&head);
            let mut led = vec![0; KNOWN[lead].0];
            led.extend_from_slice(KNOWN[lead].1);
            led.extend_from_slice(&head);
            let _ = kind(&led);
            for mark in [[0xff, 0xfe], [0xfe, 0xff]] {
                let _ = of(&[&mark, &head[..]].concat(), 10_000);
            }
        }
    }
}
