//! The owner's lists in a site file: `[[states]]`, `[[priorities]]`, `[[types]]`, `tags` and `contact_fields`.
//!
//! Their order is the file's; what is left out follows it. `was` is what a thing was called before: it is renamed, with
//! all tickets that have it, and once it is, `was` says nothing any more. Of `tags` and `contact_fields`, which are lists
//! of names, one that is left out is retired.

use super::{SiteFileError, reader::Reader};
use protocol::{
    Code, Field, Refusal,
    entry::{Category, Priority},
    settings::{ContactFieldName, PriorityName, QueueName, StateName, TagName, TypeName},
};

/// What a file says of something in a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed<T> {
    pub(crate) name: String,
    /// What it was called before.
    pub(crate) was: Option<String>,
    pub(crate) is_retired: bool,
    /// What it means to the rules; none: as it is.
    pub(crate) of: Option<T>,
    pub(crate) line: Option<usize>,
}

impl<T> Listed<T> {
    /// One of those that a site begins with.
    pub(crate) fn of(name: impl Into<String>, of: T) -> Self {
        Self { name: name.into(), was: None, is_retired: false, of: Some(of), line: None }
    }
}

/// All lists.
#[derive(Clone, Debug)]
pub(crate) struct ListsFile {
    pub(crate) states: Vec<Listed<Category>>,
    pub(crate) priorities: Vec<Listed<Priority>>,
    /// With the name of the queue where tickets of the type belong.
    pub(crate) types: Vec<Listed<Option<QueueName>>>,
    /// None: as they are. Given, it is all of them.
    pub(crate) tags: Option<Vec<Listed<()>>>,
    /// The same.
    pub(crate) contact_fields: Option<Vec<Listed<()>>>,
}

pub(super) fn lists(file: Reader<'_>) -> Result<ListsFile, SiteFileError> {
    Ok(ListsFile {
        states: items(
            file,
            ("states", "states."),
            Field::State,
            StateName::parse,
            "category",
            |table| {
                let what = "must be open, waiting or closed";
                let category = table.string("category")?.map(Category::from_text).transpose();
                category.map_err(|_| table.refuse_form("category", "category_unknown", what))
            },
        )?,
        priorities: items(
            file,
            ("priorities", "priorities."),
            Field::Priority,
            PriorityName::parse,
            "level",
            |table| {
                let what = "must be urgent, high, medium or low";
                let level = table.string("level")?.map(Priority::from_text).transpose();
                level.map_err(|_| table.refuse_form("level", "level_unknown", what))
            },
        )?,
        types: items(file, ("types", "types."), Field::Type, TypeName::parse, "queue", |table| {
            match table.string("queue")? {
                Some("") => Ok(Some(None)),
                _ => Ok(table.parse("queue", QueueName::parse)?.map(Some)),
            }
        })?,
        tags: names(file, ("tags", "tags."), Field::Tags, TagName::parse)?,
        contact_fields: names(
            file,
            ("contact_fields", "contact_fields."),
            Field::ContactFields,
            ContactFieldName::parse,
        )?,
    })
}

/// The tables of one list, whose names are there once.
fn items<N: Into<String>, T>(
    file: Reader<'_>,
    (key, path): (&'static str, &'static str),
    field: Field,
    parse: impl Fn(&str) -> Result<N, Refusal>,
    value_key: &'static str,
    value: impl Fn(Reader<'_>) -> Result<Option<T>, SiteFileError>,
) -> Result<Vec<Listed<T>>, SiteFileError> {
    let mut all = Vec::new();
    for table in file.tables(key, path)?.unwrap_or_default() {
        let table = table.only(&["name", "was", "retired", value_key])?;
        let of = value(table)?;
        let listed = item(file, table, key, &parse, of)?;
        push(&mut all, listed, field).map_err(|refusal| table.refuse("name", refusal))?;
    }
    Ok(all)
}

fn item<N: Into<String>, T>(
    file: Reader<'_>,
    table: Reader<'_>,
    key: &str,
    parse: impl Fn(&str) -> Result<N, Refusal>,
    of: Option<T>,
) -> Result<Listed<T>, SiteFileError> {
    let name = table
        .parse("name", &parse)?
        .ok_or_else(|| file.refuse_form(key, "key_missing", "each need a `name`"))?;
    Ok(Listed {
        name: name.into(),
        was: table.parse("was", &parse)?.map(Into::into),
        is_retired: table.boolean("retired")?.unwrap_or(false),
        of,
        line: table.line_of("name"),
    })
}

/// A list of names, each there once.
fn names<N: Into<String>>(
    file: Reader<'_>,
    (key, path): (&'static str, &'static str),
    field: Field,
    parse: impl Fn(&str) -> Result<N, Refusal>,
) -> Result<Option<Vec<Listed<()>>>, SiteFileError> {
    let Some(given) = file.names_or_tables(key, path)? else { return Ok(None) };
    let mut all = Vec::new();
    for given in given {
        let listed = match given {
            Ok(text) => {
                let name = parse(text);
                let name = name.map_err(|refusal| file.refuse_item(key, text, refusal))?;
                Listed { line: file.line_of(key), ..Listed::of(name, ()) }
            }
            Err(table) => item(file, table.only(&["name", "was"])?, key, &parse, Some(()))?,
        };
        push(&mut all, listed, field).map_err(|refusal| file.refuse(key, refusal))?;
    }
    Ok(Some(all))
}

fn push<T>(all: &mut Vec<Listed<T>>, listed: Listed<T>, field: Field) -> Result<(), Refusal> {
    if all.iter().any(|known| known.name == listed.name) {
        return Err(Refusal::of(field, Code::Repeated));
    }
    all.push(listed);
    Ok(())
}
