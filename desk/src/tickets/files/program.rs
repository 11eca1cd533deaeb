//! Names that a system runs, installs or follows when somebody opens the file, documents with macros and notebooks with
//! files in them included: they are refused before a byte is looked at, for a script is a script in any encoding
//! (`behaviours.md`, "Limits and bad input").

use protocol::{program, text};
use unicode_normalization::UnicodeNormalization;

/// Whether a file of this name, cleaned, would be run by some system.
pub(super) fn is_named_like_one(name: &str) -> bool {
    // Letters and dots of full width, or in a circle, are those that they look like (Unicode's NFKC).
    let shown: String = name.chars().filter(|c| !text::is_invisible(*c)).nfkc().collect();
    program::is_named_like_one(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::files::name;

    fn is_refused(given: &str) -> bool {
        is_named_like_one(&name::cleaned(given))
    }

    #[test]
    fn programs_of_every_system_are_told_by_their_names() {
        for ending in "bat cmd ps1 js jse vbs vbe hta reg msi chm pif msc wsc sct wsf jar scr lnk cpl com exe dll sh app command \
                       desktop url appimage deb rpm pkg dmg scpt applescript workflow py pyw inf scf psm1 xll apk webloc docm dotm xlsm pptm one"
            .split_whitespace()
        {
            assert!(is_refused(&format!("factura.{ending}")), "{ending}");
            assert!(is_refused(&format!("factura.pdf.{}", ending.to_uppercase())), "{ending}");
        }
    }

    #[test]
    fn no_dot_space_or_invisible_sign_hides_the_ending() {
        for name in [
            "x.bat.",
            "x.bat ",
            "x.bat. . ",
            "x.bat\u{a0}",
            "x.ba\u{200b}t",
            "x.bat\u{ad}",
            "x.bat\u{feff}",
            "x. bat",
            "a/b.PS1",
            "C:\\x.Exe",
            "x.e\u{2060}xe",
            "x.scr\0",
            "x.\u{202e}bat",
            "x.bat\u{3164}",
            "x.bat\u{fe0f}",
            "x.ｅxe",
            "x．ＢＡＴ",
            "x․exe",
            "x.ⓔⓧⓔ",
            "x.\u{200b}ｊｓ．",
        ] {
            assert!(is_refused(name), "{name:?}");
        }
        let long = format!("{}.exe", "ñ".repeat(400));
        assert!(is_refused(&long) && is_refused(&format!("{long}...   ")));
    }

    #[test]
    fn documents_pictures_and_texts_have_other_names() {
        for name in [
            "factura.pdf",
            "foto.jpeg",
            "notas.txt",
            "notas.bat.txt",
            "datos.csv",
            "datos.json",
            "página.html",
            "logo.svg",
            "a.docx",
            "hoja.xlsx",
            "one.txt",
            "copia.zip",
            "registro.log",
            "bat",
            ".bat",
            "sin ending",
            "exe.",
            "voz.mp3",
            "letra.ttf",
            "a.exe.pdf",
        ] {
            assert!(!is_refused(name), "{name:?}");
        }
    }
}
