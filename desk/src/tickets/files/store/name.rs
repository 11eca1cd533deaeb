//! What files are called where they are stored: at random, so that nobody guesses a name, no two have the same and the
//! content under a name is always the same.

use crate::secret::{hashed, new_token};
use data_encoding::HEXLOWER;

/// The folders that stored files are spread over: the first two characters of their names.
pub const FOLDERS: std::ops::RangeInclusive<u8> = 0..=0xff;

const ENDING: &str = ".bin";

/// Lower case only: some file systems do not tell the cases apart.
pub fn random_name() -> String {
    HEXLOWER.encode(&hashed(&new_token())) + ENDING
}

/// Where a file is, from the beginning of its store: `ab/abcd….bin`.
pub(super) fn key(name: &str) -> String {
    [name.get(..2).unwrap_or("00"), "/", name].concat()
}

/// Whether a name is one that [`random_name`] made, for this folder.
pub(super) fn is_one(name: &str, folder: &str) -> bool {
    let stem = name.strip_suffix(ENDING).unwrap_or_default();
    let is_hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    stem.len() == 64 && stem.bytes().all(is_hex) && stem.starts_with(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ours_is_known_in_its_folder_and_no_other_name_is() {
        let name = random_name();
        let folder = &name[..2];
        assert!(is_one(&name, folder));
        assert_eq!(key(&name), format!("{folder}/{name}"));
        for other in ["", "incoming", ".doctor", "ab.bin", &name.to_uppercase(), &name[1..]] {
            assert!(!is_one(other, other.get(..2).unwrap_or_default()), "{other}");
        }
        assert!(!is_one(&name, "zz"));
    }
}
