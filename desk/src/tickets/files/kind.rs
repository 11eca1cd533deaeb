//! What a file is, told by its first bytes. Its name is only asked when the bytes are plain text.

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
    b"#!",
    b"\x4c\0\0\0\x01\x14\x02\0",
];

/// Endings that make a system run plain text.
const SCRIPTS: &[&str] = &[
    "bat", "cmd", "com", "hta", "js", "jse", "lnk", "ps1", "psm1", "reg", "scf", "scr", "sh",
    "url", "vbe", "vbs", "wsf", "wsh",
];

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
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
];

/// The media type; none when files of this kind are not accepted.
pub(super) fn of(head: &[u8], bytes: u64, name: &str) -> Option<&'static str> {
    if PROGRAMS.iter().any(|beginning| head.starts_with(beginning)) {
        // Two letters are little to go by; a text that begins so is no program.
        let maybe_text = head.starts_with(b"MZ") && is_text(head, bytes) && !runs_by_name(name);
        return maybe_text.then_some("text/plain");
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return archive(head);
    }
    let at = |offset: usize, beginning: &[u8]| {
        head.get(offset..).is_some_and(|rest| rest.starts_with(beginning))
    };
    if let Some((_, _, media_type)) = KNOWN.iter().find(|(offset, bytes, _)| at(*offset, bytes)) {
        return Some(*media_type);
    }
    if !is_text(head, bytes) {
        return Some(UNKNOWN);
    }
    if runs_by_name(name) {
        return None;
    }
    // Pages and drawings can carry scripts: they are handed out as bytes that no browser opens.
    Some(if is_markup(head) { UNKNOWN } else { "text/plain" })
}

fn runs_by_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        SCRIPTS.iter().any(|script| ending.trim().eq_ignore_ascii_case(script))
    })
}

/// A ZIP by its first member: the office formats say what they are there.
fn archive(head: &[u8]) -> Option<&'static str> {
    let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    if has(b"META-INF/MANIFEST.MF") || has(b"AndroidManifest.xml") || has(b"classes.dex") {
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

/// UTF-8 without control characters, as far as the head goes.
fn is_text(head: &[u8], bytes: u64) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end in the middle of a character.
        Err(error) if error.error_len().is_none() && bytes > head.len() as u64 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1b'))
}

fn is_markup(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_lowercase();
    ["<!doctype", "<html", "<svg", "<script", "<head", "<body", "<iframe", "<?xml", "<math", "<xsl"]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(head: &[u8], name: &str) -> Option<&'static str> {
        of(head, head.len() as u64, name)
    }

    #[test]
    fn the_content_decides_and_not_the_name() {
        assert_eq!(
            kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10", "x.exe"),
            Some("image/png")
        );
        assert_eq!(kind(b"\xff\xd8\xff\xe0", "x.txt"), Some("image/jpeg"));
        assert_eq!(kind(b"%PDF-1.7", "foto.jpg"), Some("application/pdf"));
        assert_eq!(kind("Hola, ¿qué tal?\n".as_bytes(), "x.png"), Some("text/plain"));
        assert_eq!(kind(b"a;b;c\n1;2;3\n", "x.csv"), Some("text/plain"));
        assert_eq!(kind(b"\x01\x02\x03", "x.dat"), Some(UNKNOWN));
        assert_eq!(
            kind(b"PK\x03\x04..[Content_Types].xml..word/document.xml", "a"),
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        );
    }

    #[test]
    fn programs_are_refused_whatever_their_name() {
        for head in [
            &b"\x7fELF\x02\x01"[..],
            b"MZ\x90\0\x03\0",
            b"\xcf\xfa\xed\xfe\x07",
            b"\xca\xfe\xba\xbe",
            b"#!/bin/sh\nrm -rf /\n",
            b"\0asm\x01\0\0\0",
            b"PK\x03\x04....META-INF/MANIFEST.MF",
        ] {
            assert_eq!(kind(head, "foto.png"), None, "{head:?}");
        }
        assert_eq!(kind(b"@echo off\ndel *.*\n", "hola.BAT"), None);
        assert_eq!(kind(b"Get-Process\n", "a.ps1"), None);
    }

    #[test]
    fn pages_and_drawings_are_bytes_to_download() {
        for head in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            "\n  <?xml version='1.0'?><svg/>",
            "GIF? no: <html>",
        ] {
            assert_eq!(kind(head.as_bytes(), "dibujo.svg"), Some(UNKNOWN), "{head}");
        }
    }

    #[test]
    fn a_text_cut_in_a_character_is_still_text() {
        let text = "ñ".repeat(HEAD);
        let head = &text.as_bytes()[..HEAD - 1];
        assert_eq!(of(head, text.len() as u64, "a.txt"), Some("text/plain"));
    }

    proptest! {
        #[test]
        fn never_panics(head in proptest::collection::vec(any::<u8>(), 0..200), lead in 0..KNOWN.len()) {
            let _ = kind(&head, "x");
            let mut led = vec![0; KNOWN[lead].0];
            led.extend_from_slice(KNOWN[lead].1);
            led.extend_from_slice(&head);
            let _ = kind(&led, "x.bat");
        }
    }
}
