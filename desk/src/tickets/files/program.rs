//! Names that a system runs, installs or follows when somebody opens the file, documents with macros and notebooks with files in them
//! included: they are refused before a byte is looked at, for a script is a script in any encoding (`behaviours.md`, "Limits and bad input").

use protocol::text;
use unicode_normalization::UnicodeNormalization;

/// Endings, lower case and in order. A name ends where its last dots and spaces begin: Windows leaves those away.
const ENDINGS: &str = "\
    a3x ace action ade adp air apk app appcontent-ms appimage applescript application appref-ms appx appxbundle bas \
    bash bat bgi btm bundle cab cdxml chm class cmd cnt com command cpl crx csh deb desktop dex diagcab diagcfg \
    diagpkg dll dmg docm dotm drv dylib efi elf ex ex_ exe fileloc fish flatpak flatpakref fon fxp gadget grp hlp \
    hpj hta htc img inetloc inf ins ipa iso isp its jar jnlp js jse kext ko ksh lib library-ms lnk mad maf mag mam \
    maq mar mas mat mau mav maw mcf mda mde mdt mdw mdz mjs mobileconfig mpkg msc msh msh1 msh1xml msh2 msh2xml \
    mshxml msi msix msixbundle msp mst msu nsh ocx one onepkg onetoc2 ops osax osd osx out pcd pif pkg pl plg potm \
    ppam ppsm pptm prefpane prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 py pyc pyo pyw pyz \
    pyzw rb reg rgs rpm run saver scf scpt scptd scr sct search-ms searchconnector-ms service settingcontent-ms sh \
    shb shs sldm snap so swf sys tcl tcsh terminal theme themepack tool url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd \
    wasm webloc webpnp website wll workflow ws wsb wsc wsf wsh xap xbap xlam xll xlsm xltm xnk xpi zsh";

/// Whether a file of this name, cleaned, would be run by some system.
pub(super) fn is_named_like_one(name: &str) -> bool {
    // Letters and dots of full width, or in a circle, are those that they look like (Unicode's NFKC).
    let shown: String = name.chars().filter(|c| !text::is_invisible(*c)).nfkc().collect();
    let name = shown.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        ENDINGS.split(' ').any(|known| ending.trim().eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::files::name;

    fn is_refused(given: &str) -> bool {
        is_named_like_one(&name::cleaned(given))
    }

    #[test]
    fn the_endings_are_in_order() {
        assert!(ENDINGS.split(' ').is_sorted_by(|a, b| a < b));
        assert!(!ENDINGS.contains(|c: char| c.is_uppercase() || c == '.'));
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
