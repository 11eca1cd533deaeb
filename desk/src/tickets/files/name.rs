//! The name a file is shown under.

use protocol::limits;

/// The last part of a path, without what could mislead a person, a header or a file system (Windows leaves away dots
/// and spaces at the end); never empty.
pub fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns_text(*c) && !"\"<>|:*?".contains(*c))
        .collect();
    let is_cut = |c: char| c == '.' || c.is_whitespace();
    let kept = kept.trim_matches(is_cut);
    if kept.chars().count() <= limits::FILE_NAME {
        return if kept.is_empty() { "archivo".to_owned() } else { kept.to_owned() };
    }
    // The ending says what it is: the middle goes.
    let ending: String = match kept.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 12 => format!(".{ending}"),
        _ => String::new(),
    };
    let room = limits::FILE_NAME - 1 - ending.chars().count();
    kept.chars().take(room).chain(['…']).chain(ending.chars()).collect()
}

/// Characters that change direction or do not show: `fdp.exe` must not look like `exe.pdf`.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_cleaned() {
        assert_eq!(cleaned("foto.png"), "foto.png");
        assert_eq!(cleaned("../../etc/passwd"), "passwd");
        assert_eq!(cleaned("C:\\Users\\ana\\factura final.pdf"), "factura final.pdf");
        assert_eq!(cleaned("a\r\nSet-Cookie: x\".txt"), "aSet-Cookie x.txt");
        assert_eq!(cleaned("fdp\u{202e}exe.pdf"), "fdpexe.pdf");
        assert_eq!(cleaned("nota.txt. . "), "nota.txt");
        assert_eq!(cleaned(".."), "archivo");
        assert_eq!(cleaned(""), "archivo");
        assert_eq!(cleaned(&format!("{}.jpeg", "ñ".repeat(400))).chars().count(), 200);
        assert!(cleaned(&format!("{}.jpeg", "ñ".repeat(400))).ends_with("….jpeg"));
    }

    proptest! {
        #[test]
        fn a_cleaned_name_is_short_and_safe(name in "(?s).{0,400}") {
            let name = cleaned(&name);
            prop_assert!(!name.is_empty() && name.chars().count() <= limits::FILE_NAME);
            prop_assert!(!name.contains(['/', '\\', '"', '\r', '\n', '\0']));
            prop_assert_eq!(cleaned(&name), name);
        }
    }
}
