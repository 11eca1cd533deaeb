//! The owner's lists put into the database: rows are added, renamed, moved and retired, and never deleted.

use super::{
    SiteFileError,
    lists::{Listed, ListsFile},
    reader,
};
use crate::{
    Desk, Result,
    db::{Statement, Tx, run, statement},
    locales,
    sites::lists::{Item, in_use},
};
use protocol::{
    Code, Field, QueueId, Refusal, Timestamp,
    entry::{Category, Priority},
    settings::{Language, List, QueueName, StateName},
};
use uuid::Uuid;

/// The most things in use of one list: more than anybody reads through to choose one.
const MOST: usize = List::<StateName>::MAX_ITEMS;

/// What stands in the place of a list's own column.
#[derive(Clone, Copy)]
enum Value {
    Text(&'static str),
    Queue(Option<QueueId>),
    Nothing,
}

macro_rules! list {
    ($there:ident, $put:ident: $table:literal, $column:literal) => {
        statement!(
            $there = concat!(
                "select id, name, retired_at, ",
                $column,
                " from ",
                $table,
                " where site_id = $1 order by position, id"
            )
        );
        statement!(
            $put = concat!(
                "insert into ",
                $table,
                " (id, site_id, name, position, retired_at, ",
                $column,
                ") values ($1, $2, $3, $4, $5, $6)
                 on conflict (id) do update set name = excluded.name, position = excluded.position,
                   retired_at = excluded.retired_at, ",
                $column,
                " = excluded.",
                $column
            )
        );
    };
}

list!(STATES, PUT_STATE: "states", "category");
list!(PRIORITIES, PUT_PRIORITY: "priorities", "level");
list!(TYPES, PUT_TYPE: "ticket_types", "queue_id");
statement!(TAGS = "select id, name, retired_at from tags where site_id = $1 order by position, id");
statement!(
    PUT_TAG = "
    insert into tags (id, site_id, name, position, retired_at) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set name = excluded.name, position = excluded.position, retired_at = excluded.retired_at"
);
statement!(
    CONTACT_FIELDS =
        "select id, name, retired_at from contact_fields where site_id = $1 order by position, id"
);
statement!(
    PUT_CONTACT_FIELD = "
    insert into contact_fields (id, site_id, name, position, retired_at) values ($1, $2, $3, $4, $5)
    on conflict (id) do update set name = excluded.name, position = excluded.position, retired_at = excluded.retired_at"
);
statement!(QUEUES = "select name, id from queues where site_id = $1 and removed_at is null");

/// The site whose lists are written.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) site: Uuid,
    pub(super) lang: Language,
    pub(super) is_new: bool,
    pub(super) now: Timestamp,
}

/// Why a list cannot become what the file says.
type Wrong = SiteFileError;

/// A row of any list that is not of names alone: id, name, when it was retired, and what it means.
type Row<T> = (Uuid, String, Option<i64>, T);

/// Puts the file's lists into the database, after its queues; the answer is a refusal of what they say.
pub(super) async fn apply_lists(
    desk: &Desk,
    tx: &mut Tx,
    lists: &ListsFile,
    of: Of,
) -> Result<std::result::Result<(), Wrong>> {
    macro_rules! or_refused {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(wrong) => return Ok(Err(wrong)),
            }
        };
    }
    let states = or_usual(lists.states.clone(), of, usual_states);
    if !states.is_empty() {
        let there: Vec<Row<String>> =
            run!(tx, c => sqlx::query_as(STATES).bind(of.site).fetch_all(c).await)?;
        let merged = merge(
            desk,
            of,
            stored(there, |text| Category::from_text(&text))?,
            &states,
            None,
            STATE,
        );
        let merged = or_refused!(merged.and_then(|all| needs(all, &Category::ALL, &states, STATE)));
        for (position, item) in (0..).zip(&merged) {
            put(tx, PUT_STATE, of.site, position, item, Value::Text(item.of.as_text())).await?;
        }
    }
    let priorities = or_usual(lists.priorities.clone(), of, usual_priorities);
    if !priorities.is_empty() {
        let there: Vec<Row<String>> =
            run!(tx, c => sqlx::query_as(PRIORITIES).bind(of.site).fetch_all(c).await)?;
        let there = stored(there, |text| Priority::from_text(&text))?;
        let merged = merge(desk, of, there, &priorities, None, PRIORITY);
        // What a new ticket has.
        let needed = [Priority::default()];
        let merged = or_refused!(merged.and_then(|all| needs(all, &needed, &priorities, PRIORITY)));
        for (position, item) in (0..).zip(&merged) {
            put(tx, PUT_PRIORITY, of.site, position, item, Value::Text(item.of.as_text())).await?;
        }
    }
    let types = or_usual(lists.types.clone(), of, || usual_types(of.lang));
    if !types.is_empty() {
        let queues: Vec<(String, Uuid)> =
            run!(tx, c => sqlx::query_as(QUEUES).bind(of.site).fetch_all(c).await)?;
        let types: std::result::Result<Vec<_>, _> =
            types.into_iter().map(|listed| with_queue(listed, &queues)).collect();
        let there: Vec<Row<Option<Uuid>>> =
            run!(tx, c => sqlx::query_as(TYPES).bind(of.site).fetch_all(c).await)?;
        let there = stored(there, |queue| Ok(queue.map(QueueId)))?;
        let merged = or_refused!(merge(desk, of, there, &or_refused!(types), Some(&None), TYPE));
        for (position, item) in (0..).zip(&merged) {
            put(tx, PUT_TYPE, of.site, position, item, Value::Queue(item.of)).await?;
        }
    }
    for (names, read, put_one, called) in [
        (&lists.tags, TAGS, PUT_TAG, TAG),
        (&lists.contact_fields, CONTACT_FIELDS, PUT_CONTACT_FIELD, CONTACT_FIELD),
    ] {
        let Some(names) = names else { continue };
        let there: Vec<(Uuid, String, Option<i64>)> =
            run!(tx, c => sqlx::query_as(read).bind(of.site).fetch_all(c).await)?;
        let there = there.into_iter().map(|(id, name, at)| (id, name, at, ())).collect();
        let mut merged = or_refused!(merge(desk, of, stored(there, Ok)?, names, Some(&()), called));
        // The list is all of them.
        for left_out in merged.iter_mut().skip(names.len()) {
            left_out.retired_at = left_out.retired_at.or(Some(of.now.0));
        }
        for (position, item) in (0..).zip(&merged) {
            put(tx, put_one, of.site, position, item, Value::Nothing).await?;
        }
    }
    Ok(Ok(()))
}

/// What the file lists; of a new site that lists nothing, what every site begins with.
fn or_usual<T>(
    listed: Vec<Listed<T>>,
    of: Of,
    usual: impl FnOnce() -> Vec<Listed<T>>,
) -> Vec<Listed<T>> {
    if listed.is_empty() && of.is_new { usual() } else { listed }
}

/// Their names are shown in the reader's language, by the section `state` of the catalogue.
fn usual_states() -> Vec<Listed<Category>> {
    let usual = ["pendiente", "atendido", "finalizado"];
    usual.into_iter().zip(Category::ALL).map(|(name, of)| Listed::of(name, of)).collect()
}

/// The same by the section `priority`.
fn usual_priorities() -> Vec<Listed<Priority>> {
    let usual = ["muy urgente", "alta", "media", "baja"];
    usual.into_iter().zip(Priority::ALL).map(|(name, of)| Listed::of(name, of)).collect()
}

/// In the site's language: the owner's to rename.
fn usual_types(lang: Language) -> Vec<Listed<Option<QueueName>>> {
    let words = locales::language(lang.as_text());
    let usual = ["billing", "technical", "question"];
    usual.map(|name| Listed::of(words.get(&format!("site.type_{name}")), None)).to_vec()
}

/// How a list and its parts are called in a refusal.
#[derive(Clone, Copy)]
struct Called {
    key: &'static str,
    one: &'static str,
    /// The key of what it means.
    value: &'static str,
    field: Field,
    /// Which have to be in use.
    needed: &'static str,
}

const STATE: Called = Called {
    key: "states",
    one: "state",
    value: "category",
    field: Field::State,
    needed: "one of each category (open, waiting, closed) has to be in use",
};
const PRIORITY: Called = Called {
    key: "priorities",
    one: "priority",
    value: "level",
    field: Field::Priority,
    needed: "one of level medium has to be in use: new tickets have it",
};
const TYPE: Called =
    Called { key: "types", one: "type", value: "queue", field: Field::Type, needed: "" };
const TAG: Called = Called { key: "tags", one: "tag", value: "", field: Field::Tags, needed: "" };

const CONTACT_FIELD: Called = Called {
    key: "contact_fields",
    one: "contact field",
    value: "",
    field: Field::ContactFields,
    needed: "",
};

impl Called {
    fn refuse(self, code: &'static str, line: Option<usize>, what: &str) -> Wrong {
        SiteFileError::Refused { code, line, message: format!("`{}`: {what}", self.key) }
    }
}

fn stored<C, T>(
    rows: Vec<Row<C>>,
    of: impl Fn(C) -> std::result::Result<T, protocol::text_enum::UnknownText>,
) -> Result<Vec<Item<T>>> {
    rows.into_iter()
        .map(|(id, name, retired_at, value)| Ok(Item { id, name, of: of(value)?, retired_at }))
        .collect()
}

/// The list as the file says, in its order, and then what it leaves out. `usual`: what a new one means where the file
/// does not say it; none: it has to.
fn merge<T: Clone>(
    desk: &Desk,
    of: Of,
    mut there: Vec<Item<T>>,
    listed: &[Listed<T>],
    usual: Option<&T>,
    called: Called,
) -> std::result::Result<Vec<Item<T>>, Wrong> {
    let mut merged = Vec::new();
    for listed in listed {
        let place = |name: &str| there.iter().position(|item| item.name == name);
        let found = place(&listed.name).or_else(|| place(listed.was.as_deref()?));
        let mut item = match found {
            Some(found) => there.remove(found),
            None => {
                // A name that a new site's file gives up was another installation's.
                let missing = listed.was.as_ref().filter(|_| !of.is_new);
                if let Some(missing) = missing.or(listed.is_retired.then_some(&listed.name)) {
                    let what = format!("the site has no {} {missing:?}", called.one);
                    return Err(called.refuse(Code::NotFound.as_text(), listed.line, &what));
                }
                let Some(value) = listed.of.as_ref().or(usual) else {
                    let what = format!("a new {} needs a `{}`", called.one, called.value);
                    return Err(called.refuse("key_missing", listed.line, &what));
                };
                let (id, name) = (desk.clock().new_id(), listed.name.clone());
                Item { id, name, of: value.clone(), retired_at: None }
            }
        };
        item.name.clone_from(&listed.name);
        item.of = listed.of.clone().unwrap_or(item.of);
        item.retired_at = item.retired_at.or(Some(of.now.0)).filter(|_| listed.is_retired);
        merged.push(item);
    }
    merged.append(&mut there);
    if in_use(&merged).count() > MOST {
        let refusal = Refusal::of(called.field, Code::TooMany).limit(MOST as u64);
        let line = listed.last().and_then(|listed| listed.line);
        let what = reader::words().refusal(&refusal);
        return Err(called.refuse(Code::TooMany.as_text(), line, &what));
    }
    Ok(merged)
}

/// The list, where one of each of these is in use.
fn needs<T: PartialEq>(
    items: Vec<Item<T>>,
    needed: &[T],
    listed: &[Listed<T>],
    called: Called,
) -> std::result::Result<Vec<Item<T>>, Wrong> {
    if needed.iter().all(|needed| in_use(&items).any(|item| item.of == *needed)) {
        return Ok(items);
    }
    let blamed = listed.iter().find(|listed| listed.is_retired).or(listed.last());
    let line = blamed.and_then(|listed| listed.line);
    Err(called.refuse(Code::Required.as_text(), line, called.needed))
}

/// A type with the queue in place of its name.
fn with_queue(
    listed: Listed<Option<QueueName>>,
    queues: &[(String, Uuid)],
) -> std::result::Result<Listed<Option<QueueId>>, Wrong> {
    let Listed { name, was, is_retired, of, line } = listed;
    let find = |queue: QueueName| match queues.iter().find(|(name, _)| *name == queue.as_str()) {
        Some((_, id)) => Ok(QueueId(*id)),
        None => {
            let what = format!("the site has no queue {:?} in use", queue.as_str());
            Err(TYPE.refuse(Code::NotFound.as_text(), line, &what))
        }
    };
    let of = of.map(|queue| queue.map(find).transpose()).transpose()?;
    Ok(Listed { name, was, is_retired, of, line })
}

async fn put<T: Sync>(
    tx: &mut Tx,
    statement: Statement,
    site: Uuid,
    position: i64,
    item: &Item<T>,
    value: Value,
) -> Result<()> {
    run!(tx, c => {
        let query = sqlx::query(statement)
            .bind(item.id)
            .bind(site)
            .bind(&item.name)
            .bind(position)
            .bind(item.retired_at);
        let query = match value {
            Value::Text(text) => query.bind(text),
            Value::Queue(queue) => query.bind(queue.map(|queue| queue.0)),
            Value::Nothing => query,
        };
        query.execute(c).await.map(|_| ())
    })?;
    Ok(())
}
