//! Two letters for a face.

/// The first letters of the first and the last word; of an address, its first letter; `?` when there is neither.
pub fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let Some(first) = words.next() else { return "?".to_owned() };
    let last = if name.contains('@') { None } else { words.next_back() };
    first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn names_and_addresses_have_letters() {
        assert_eq!(initials("Melissa Ortega"), "MO");
        assert_eq!(initials("  ángel  de la  peña "), "ÁP");
        assert_eq!(initials("Cher"), "C");
        assert_eq!(initials("m.o@example.com"), "M");
        assert_eq!(initials("«» "), "?");
    }
}
