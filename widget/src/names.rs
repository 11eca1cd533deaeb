//! Small words made from names and numbers.

/// At most two initials of a name: `LM` of `Lucía Medina`, `m` of `melissa@gmail.com`, `?` of nothing. The stylesheet makes
/// capitals of them: tables of letters would weigh more than the panel's log.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split([' ', '\u{a0}', '\t', '\n', '@'])
        .filter_map(|word| word.chars().find(|c| !c.is_ascii() || c.is_ascii_alphanumeric()));
    let first = words.next();
    let last = if name.contains('@') { None } else { words.next_back() };
    let out: String = first.into_iter().chain(last).collect();
    if out.is_empty() { "?".to_owned() } else { out }
}

/// The first word of a name, for a line such as "Lucía está escribiendo".
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// A file's size for people: `820 B`, `12 KB`, `3.4 MB`.
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    if bytes < KB {
        [&bytes.to_string(), " B"].concat()
    } else if bytes < MB {
        [&bytes.div_ceil(KB).to_string(), " KB"].concat()
    } else {
        let tenths = bytes * 10 / MB;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth == 0 {
            [&whole.to_string(), " MB"].concat()
        } else {
            [&whole.to_string(), ".", &tenth.to_string(), " MB"].concat()
        }
    }
}

/// Whether a file is shown as the picture it is, not only as a name to save: what every browser draws, and not too heavy for it.
pub fn is_picture(media_type: &str, bytes: u64) -> bool {
    const HEAVIEST: u64 = 3 * 1024 * 1024;
    bytes <= HEAVIEST
        && matches!(media_type, "image/png" | "image/jpeg" | "image/webp" | "image/gif")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Lucía Medina"), "LM");
        assert_eq!(initials("  ana maría de la Ó "), "aÓ");
        assert_eq!(initials("Raúl"), "R");
        assert_eq!(initials("melissa@gmail.com"), "m");
        assert_eq!(initials(" - "), "?");
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(file_size(0), "0 B");
        assert_eq!(file_size(1025), "2 KB");
        assert_eq!(file_size(10 * 1024 * 1024), "10 MB");
        assert_eq!(file_size(3_600_000), "3.4 MB");
    }
}
