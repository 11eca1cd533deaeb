//! From the paths that modules write to the files that they mean.

use super::{
    source::{Crate, Module, Names, Use},
    tokens::Mention,
};
use std::{collections::BTreeSet, fmt};

/// One file imports something of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    /// What is imported, as it is written.
    pub(super) what: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}: {}", self.from, self.to, self.what)
    }
}

/// Every arrow between two files of the crate.
pub(super) fn arrows(krate: &Crate) -> BTreeSet<Arrow> {
    let mut arrows = BTreeSet::new();
    for (path, module) in &krate.modules {
        let mut add = |to: &str, what: String| {
            if to != module.file {
                arrows.insert(Arrow { from: module.file.clone(), to: to.to_owned(), what });
            }
        };
        for item in &module.uses {
            let Some(home) = krate.find(path, &item.path) else { continue };
            // A module shows what its own children have: no import.
            if !(item.is_public && home.starts_with(path)) {
                add(&krate.modules[&home].file, item.path.join("::"));
            }
        }
        for mention in &module.mentions {
            match mention {
                Mention::Path(names) => {
                    if let Some(home) = krate.find(path, names) {
                        add(&krate.modules[&home].file, names.join("::"));
                    }
                }
                Mention::Call(name) => {
                    if let Some(file) = krate.verbs.get(name) {
                        add(file, format!("desk.{name}()"));
                    }
                }
                Mention::Field(name) => {
                    let homes = krate.fields.get(name).into_iter().flatten();
                    for home in homes.filter_map(|path| krate.find(&Vec::new(), path)) {
                        add(&krate.modules[&home].file, format!("desk.0.{name}"));
                    }
                }
            }
        }
    }
    arrows
}

/// Where a search has been: a module, and the path from there.
type Seen = Vec<(Names, Names)>;

impl Crate {
    /// The module in which a path that is written in `from` ends; none when it leads out of the crate.
    fn find(&self, from: &Names, path: &[String]) -> Option<Names> {
        self.follow(from, path, &mut Vec::new())
    }

    fn follow(&self, from: &Names, path: &[String], seen: &mut Seen) -> Option<Names> {
        let (mut here, rest) = start(from, path);
        // Names that refer to each other without an end, or to themselves as macros do.
        let mark = (here.clone(), rest.to_vec());
        if seen.contains(&mark) {
            return self.modules.contains_key(&here).then_some(here);
        }
        seen.push(mark);
        let is_rooted = rest.len() < path.len();
        for (n, name) in rest.iter().enumerate() {
            let module = self.modules.get(&here)?;
            if module.children.contains(name) {
                let mut child = here.clone();
                child.push(name.clone());
                // A module without text of its own, such as one for tests.
                if !self.modules.contains_key(&child) {
                    return None;
                }
                here = child;
                continue;
            }
            let after = &rest[n + 1..];
            return match self.import(&here, module, name, seen) {
                Some(target) => {
                    let target: Names = target.iter().chain(after).cloned().collect();
                    self.follow(&here, &target, seen).or_else(|| is_rooted.then_some(here))
                }
                // Something that the module itself has; or a name from outside, where nothing said that it is ours.
                None => (n > 0 || is_rooted || module.items.contains(name)).then_some(here),
            };
        }
        Some(here)
    }

    /// What a name means that a module imports.
    fn import(&self, here: &Names, module: &Module, name: &str, seen: &mut Seen) -> Option<Names> {
        let named = |item: &&Use| item.name.as_deref() == Some(name);
        if let Some(item) = module.uses.iter().find(named) {
            // `use anyhow::anyhow`: the first is a crate outside, for a module has been looked for before.
            let is_outside = item.path.len() > 1 && item.path[0] == name;
            return (!is_outside).then(|| item.path.clone());
        }
        if module.items.contains(name) {
            return None;
        }
        module.uses.iter().filter(|item| item.name.is_none()).find_map(|item| {
            let home = self.follow(here, &item.path, seen)?;
            let there = &self.modules[&home];
            let has = there.items.contains(name)
                || there.children.contains(name)
                || there.uses.iter().any(|item| named(&item));
            has.then(|| item.path.iter().cloned().chain([name.to_owned()]).collect())
        })
    }
}

/// Where a path begins: after `crate`, `self` and `super`, or in the module that writes it.
fn start<'a>(from: &Names, path: &'a [String]) -> (Names, &'a [String]) {
    let (mut here, mut rest) = (from.clone(), path);
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" => here.clear(),
            "self" => {}
            "super" => _ = here.pop(),
            _ => break,
        }
        rest = after;
    }
    (here, rest)
}
