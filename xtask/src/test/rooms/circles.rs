//! Files that import each other in a circle.

use super::names::Arrow;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Files each of which leads to every other, and the arrows that tie them.
pub(super) struct Circle<'a> {
    files: BTreeSet<&'a str>,
    arrows: Vec<&'a Arrow>,
}

impl fmt::Display for Circle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a circle of {} files:", self.files.len())?;
        for (n, arrow) in self.arrows.iter().enumerate() {
            // One line for two files, however much they import.
            let before = n.checked_sub(1).map(|n| self.arrows[n]);
            match before.filter(|before| (&before.from, &before.to) == (&arrow.from, &arrow.to)) {
                Some(_) => write!(f, ", {}", arrow.what)?,
                None => write!(f, "\n    {} -> {}: {}", arrow.from, arrow.to, arrow.what)?,
            }
        }
        Ok(())
    }
}

/// The circles there are, each as large as it is.
pub(super) fn circles(arrows: &BTreeSet<Arrow>) -> Vec<Circle<'_>> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|file| (*file, reached(&next, file))).collect();
    let leads = |from: &str, to: &str| reach.get(from).is_some_and(|files| files.contains(to));
    let mut circles: Vec<Circle<'_>> = Vec::new();
    for file in next.keys().filter(|file| leads(file, file)) {
        if circles.iter().any(|circle| circle.files.contains(file)) {
            continue;
        }
        let files: BTreeSet<&str> =
            next.keys().copied().filter(|other| leads(file, other) && leads(other, file)).collect();
        let ties = |arrow: &&Arrow| files.contains(&*arrow.from) && files.contains(&*arrow.to);
        circles.push(Circle { arrows: arrows.iter().filter(ties).collect(), files });
    }
    circles
}

/// Every file that `file` leads to.
fn reached<'a>(next: &BTreeMap<&'a str, BTreeSet<&'a str>>, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = next[file].iter().copied().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(next.get(file).into_iter().flatten());
        }
    }
    reached
}
