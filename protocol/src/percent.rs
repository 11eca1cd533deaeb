//! Texts as addresses hold them.

use std::fmt::Write;

/// A part of an address as it was before it was encoded. What is no UTF-8 is shown as such.
pub fn decode(text: &str) -> String {
    let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let pair = after.first().and_then(hex).zip(after.get(1).and_then(hex));
        match pair.filter(|_| *byte == b'%') {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = &after[2..];
            }
            None => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text so that it is one part of an address; these characters stand for themselves in it, as letters and digits do.
pub fn encode(text: &str, plain: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || plain.contains(character) {
            encoded.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_escape_stands_for_itself() {
        assert_eq!(decode("a%20b%zz%4"), "a b%zz%4");
        assert_eq!(encode("año, 1&2", "-"), "a%C3%B1o%2C%201%262");
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(text in "\\PC{0,40}") {
            prop_assert_eq!(decode(&encode(&text, "-_.")), text);
        }
    }
}
