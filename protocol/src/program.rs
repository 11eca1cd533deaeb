//! Names of files that a system runs, installs or follows when somebody opens them, documents with macros and notebooks
//! with files in them included (`behaviours.md`, "Limits and bad input"). A browser asks before it sends a file; the
//! server asks again, and looks through more disguises.

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

/// The endings, for whoever looks at names without this function.
pub fn endings() -> impl Iterator<Item = &'static str> {
    ENDINGS.split(' ')
}

/// Whether a file of this name would be run by some system, as far as its plain letters say.
pub fn is_named_like_one(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings().any(|known| ending.trim().eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endings_are_in_order() {
        assert!(ENDINGS.split(' ').is_sorted_by(|a, b| a < b));
        assert!(!ENDINGS.contains(|c: char| c.is_uppercase() || c == '.'));
    }

    #[test]
    fn a_program_is_told_by_its_ending() {
        for name in ["x.bat", "factura.pdf.EXE", "x.js. . "] {
            assert!(is_named_like_one(name), "{name}");
        }
        for name in ["factura.pdf", "bat", "notas.bat.txt", ""] {
            assert!(!is_named_like_one(name), "{name}");
        }
    }
}
