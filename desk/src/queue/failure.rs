//! Failures as text: whole for the row, where an owner reads it, and without anybody's address for the log.

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The same for a log: relays repeat the recipient's address.
pub(super) fn without_addresses(why: &str) -> String {
    let words = why.split(' ').map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_names_nobody() {
        let why = "permanent error (550): 5.1.1 <ana@example.com>: no such user";
        assert_eq!(without_addresses(why), "permanent error (550): 5.1.1 … no such user");
    }
}
