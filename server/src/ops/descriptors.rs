//! How many connections may be open at once: as many descriptors as the system gives the process, without those that it
//! needs for the database, files and answers.

use std::fs;

/// What a system gives where nobody knows.
const USUAL: usize = 1024;
/// Kept back at the least.
const OWN: usize = 64;
/// More than any machine serves.
const PLENTY: usize = 1_000_000;

/// Connections at once.
pub(crate) fn connections() -> usize {
    // Linux says it here; other systems are taken for usual ones.
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    room_in(soft_limit(&limits).unwrap_or(USUAL))
}

fn room_in(descriptors: usize) -> usize {
    let own = (descriptors / 4).max(OWN);
    descriptors.saturating_sub(own).max(descriptors / 2)
}

fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(PLENTY),
        number => number.parse().ok().map(|number: usize| number.min(PLENTY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_needs_for_itself_is_kept_back() {
        assert_eq!(room_in(1024), 768);
        assert_eq!(room_in(160), 96);
        assert_eq!(room_in(20), 10);
    }

    #[test]
    fn the_limit_is_the_soft_one() {
        let limits = "Limit       Soft Limit   Hard Limit   Units\n\
                      Max processes     1  2  processes\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(soft_limit(limits), Some(1024));
        assert_eq!(soft_limit("Max open files   unlimited unlimited files"), Some(PLENTY));
        assert_eq!(soft_limit(""), None);
    }
}
