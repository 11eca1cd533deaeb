//! A crate's modules, as its source declares them, and the paths that each of them writes.

use super::tokens::{self, Mention};
use anyhow::{Context, Result};
use quote::ToTokens;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// The names of a path, one by one; a module's from the root of its crate.
pub(super) type Names = Vec<String>;

/// A crate's modules by their paths; the root is the empty one. What is under `#[cfg(test)]` is left out.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) modules: BTreeMap<Names, Module>,
    /// The methods of `Desk`: in which file each is.
    pub(super) verbs: BTreeMap<String, String>,
    /// The fields of `Inner`, each with the paths in its type: `Arc<routing::Changes>` is a field of the room that it
    /// names.
    pub(super) fields: BTreeMap<String, Vec<Names>>,
}

/// A module, in a file of its own or within its parent's.
#[derive(Default)]
pub(super) struct Module {
    /// Relative to the crate's `src`.
    pub(super) file: String,
    pub(super) children: BTreeSet<String>,
    pub(super) uses: Vec<Use>,
    /// In code: paths of two names at least, calls and fields.
    pub(super) mentions: Vec<Mention>,
    /// Names of what is defined in it.
    pub(super) items: BTreeSet<String>,
}

/// One name that a `use` brings in.
pub(super) struct Use {
    pub(super) path: Names,
    /// None: all names there are (`*`).
    pub(super) name: Option<String>,
    pub(super) is_public: bool,
}

impl Crate {
    /// Reads the library in this folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        Self::read_with(&|file| {
            let path = folder.join(file);
            if !path.exists() {
                return Ok(None);
            }
            fs::read_to_string(&path).map(Some).with_context(|| format!("{}", path.display()))
        })
    }

    /// Reads from anything that has files by their names, such as `people/mod.rs`; none: it has no such file.
    pub(super) fn read_with(text_of: &dyn Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let mut krate = Self::default();
        let text = text_of("lib.rs")?.context("a library without lib.rs")?;
        krate.add_file(text_of, Vec::new(), "lib.rs".to_owned(), &text)?;
        Ok(krate)
    }

    fn add_file(
        &mut self,
        text_of: &dyn Fn(&str) -> Result<Option<String>>,
        path: Names,
        file: String,
        text: &str,
    ) -> Result<()> {
        let parsed = syn::parse_file(text).with_context(|| file.clone())?;
        let mut inner = Vec::new();
        self.add_module(path, file, parsed.items, &mut inner);
        for child in inner {
            let place = child.join("/");
            let mut candidates = [format!("{place}.rs"), format!("{place}/mod.rs")].into_iter();
            let (file, text) = candidates
                .find_map(|file| text_of(&file).transpose().map(|text| (file, text)))
                .with_context(|| format!("no file for the module {}", child.join("::")))?;
            self.add_file(text_of, child, file, &text?)?;
        }
        Ok(())
    }

    /// Adds a module and those within it; answers those that have files of their own in `elsewhere`.
    fn add_module(
        &mut self,
        path: Names,
        file: String,
        items: Vec<Item>,
        elsewhere: &mut Vec<Names>,
    ) {
        let mut module = Module { file: file.clone(), ..Module::default() };
        for item in items {
            if is_test(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(child) => {
                    let name = child.ident.to_string();
                    module.children.insert(name.clone());
                    let path = path.iter().cloned().chain([name]).collect();
                    match child.content {
                        Some((_, items)) => self.add_module(path, file.clone(), items, elsewhere),
                        None => elsewhere.push(path),
                    }
                }
                Item::Use(item) => module.add_use(&item),
                item => {
                    self.note(&file, &item);
                    module.items.extend(name_of(&item));
                    module.mentions.extend(tokens::mentions(item.to_token_stream()));
                }
            }
        }
        self.modules.insert(path, module);
    }

    /// Notes the verbs of `Desk` and the fields of `Inner`.
    fn note(&mut self, file: &str, item: &Item) {
        match item {
            Item::Impl(block) if block.trait_.is_none() && is_called(&block.self_ty, "Desk") => {
                for item in &block.items {
                    if let syn::ImplItem::Fn(function) = item {
                        self.verbs.insert(function.sig.ident.to_string(), file.to_owned());
                    }
                }
            }
            Item::Struct(item) if item.ident == "Inner" => {
                for field in &item.fields {
                    if let Some(name) = &field.ident {
                        let paths = tokens::mentions(field.ty.to_token_stream()).into_iter();
                        let paths = paths.filter_map(Mention::into_path).collect();
                        self.fields.insert(name.to_string(), paths);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Module {
    fn add_use(&mut self, item: &ItemUse) {
        let is_public = !matches!(item.vis, Visibility::Inherited);
        let mut add = |path: &[String], name: Option<String>| {
            self.uses.push(Use { path: path.to_vec(), name, is_public });
        };
        flatten(&item.tree, &mut Vec::new(), &mut add);
    }
}

fn flatten(tree: &UseTree, before: &mut Names, add: &mut dyn FnMut(&[String], Option<String>)) {
    let mut leaf = |before: &mut Names, name: String, called: String| {
        if name == "self" {
            let called = if called == "self" { before.last().cloned() } else { Some(called) };
            add(before, called);
        } else {
            before.push(name);
            add(before, Some(called));
            before.pop();
        }
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, add);
            before.pop();
        }
        UseTree::Name(name) => leaf(before, name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(name) => leaf(before, name.ident.to_string(), name.rename.to_string()),
        UseTree::Glob(_) => add(before, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, add);
            }
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]"
    })
}

fn is_called(kind: &syn::Type, name: &str) -> bool {
    matches!(kind, syn::Type::Path(path) if path.path.is_ident(name))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
