//! `ayuda mask`: standard input, line by line, as an agent without the right to see sensitive data is shown it.

use clap::Args;
use protocol::masking;
use std::io::{self, BufRead, Write};

/// Mask standard input line by line
#[derive(Args, Clone, Debug)]
pub struct MaskArgs {
    /// Mask, then shorten each line to so many characters
    #[arg(long, value_name = "N")]
    pub preview: Option<usize>,
}

/// Runs the command. Line ends stay as they are; bytes that are not UTF-8 become U+FFFD.
pub fn run(args: &MaskArgs, mut input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let words = text.trim_end_matches(['\r', '\n']);
        let masked = match args.preview {
            Some(characters) => masking::preview(words, characters),
            None => masking::mask(words),
        };
        out.write_all(masked.as_bytes())?;
        out.write_all(&text.as_bytes()[words.len()..])?;
        // Whoever writes line by line also waits line by line.
        out.flush()?;
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(preview: Option<usize>, input: &[u8]) -> String {
        let mut out = Vec::new();
        run(&MaskArgs { preview }, input, &mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn lines_are_masked_and_their_ends_kept() {
        assert_eq!(
            ran(None, b"tel +52 55 1234 5678\r\n\nana@x.com\nhola"),
            "tel *********5678\r\n\na**@x.com\nhola"
        );
    }

    #[test]
    fn a_preview_is_masked_before_it_is_shortened() {
        let card = b"Mi tarjeta es 4111 1111 1111 1111 gracias\nhola\n";
        assert_eq!(ran(Some(24), card), "Mi tarjeta es **********\nhola\n");
        assert_eq!(ran(Some(0), b"hola\n"), "\n");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_stop_it() {
        assert_eq!(ran(None, b"\xff ana@x.com\n"), "\u{fffd} a**@x.com\n");
    }
}
