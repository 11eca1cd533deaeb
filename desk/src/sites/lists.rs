//! The owner's lists of a site: states, priorities, types and tags of tickets, and the fields of contacts. What was
//! retired stays, for old tickets have it, and nobody chooses it any more.

use crate::{
    Error, Result,
    db::{Db, Tx, read, run, statement},
};
use protocol::{
    QueueId, SiteId, TypeId,
    entry::{Category, Priority, TicketPriority, TicketState},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Something of a list. `of`: what it means to the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<T> {
    pub id: Uuid,
    pub name: String,
    pub of: T,
    /// Since when nobody chooses it any more, in milliseconds; none: in use.
    pub retired_at: Option<i64>,
}

/// All lists of a site, each in the owner's order, with what was retired.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    pub states: Vec<Item<Category>>,
    pub priorities: Vec<Item<Priority>>,
    /// With the queue where tickets of the type belong.
    pub types: Vec<Item<Option<QueueId>>>,
    pub tags: Vec<Item<()>>,
    pub contact_fields: Vec<Item<()>>,
}

/// Those in use.
pub(crate) fn in_use<T>(list: &[Item<T>]) -> impl Iterator<Item = &Item<T>> {
    list.iter().filter(|item| item.retired_at.is_none())
}

/// The one with this id, also where it was retired.
pub(crate) fn find<T>(list: &[Item<T>], id: Uuid) -> Option<&Item<T>> {
    list.iter().find(|item| item.id == id)
}

impl Lists {
    /// The types that are in use, each with its name.
    pub fn types_in_use(&self) -> impl Iterator<Item = (TypeId, &str)> {
        in_use(&self.types).map(|item| (TypeId(item.id), item.name.as_str()))
    }

    /// A ticket's priority; none of one that another process has made and this one has not read yet.
    pub(crate) fn priority(&self, id: Uuid) -> Option<TicketPriority> {
        find(&self.priorities, id)
            .map(|item| TicketPriority { name: item.name.clone(), level: item.of })
    }

    /// The name of a ticket's type.
    pub(crate) fn type_name(&self, id: Option<Uuid>) -> Option<String> {
        find(&self.types, id?).map(|item| item.name.clone())
    }

    /// The names of a ticket's tags, in the owner's order.
    pub(crate) fn tag_names(&self, ids: &[Uuid]) -> Vec<String> {
        let has = self.tags.iter().filter(|tag| ids.contains(&tag.id));
        has.map(|tag| tag.name.clone()).collect()
    }
}

statement!(
    STATES = "select id, site_id, name, retired_at, category from states order by position, id"
);
statement!(
    PRIORITIES =
        "select id, site_id, name, retired_at, level from priorities order by position, id"
);
statement!(
    TYPES =
        "select id, site_id, name, retired_at, queue_id from ticket_types order by position, id"
);
statement!(TAGS = "select id, site_id, name, retired_at from tags order by position, id");

statement!(
    CONTACT_FIELDS =
        "select id, site_id, name, retired_at from contact_fields order by position, id"
);

/// A row of a list of names: id, site, name, and when it was retired.
type NameRow = (Uuid, Uuid, String, Option<i64>);
/// A row of any other list: id, site, name, when it was retired, and what it means.
type Row<T> = (Uuid, Uuid, String, Option<i64>, T);

/// The lists of all sites.
pub(super) async fn read_all(db: &Db) -> Result<HashMap<Uuid, Lists>> {
    let states: Vec<Row<String>> = read!(db, c => sqlx::query_as(STATES).fetch_all(c).await)?;
    let priorities: Vec<Row<String>> =
        read!(db, c => sqlx::query_as(PRIORITIES).fetch_all(c).await)?;
    let types: Vec<Row<Option<Uuid>>> = read!(db, c => sqlx::query_as(TYPES).fetch_all(c).await)?;
    let tags: Vec<NameRow> = read!(db, c => sqlx::query_as(TAGS).fetch_all(c).await)?;
    let contact_fields: Vec<NameRow> =
        read!(db, c => sqlx::query_as(CONTACT_FIELDS).fetch_all(c).await)?;
    let mut all: HashMap<Uuid, Lists> = HashMap::new();
    for (id, site, name, retired_at, category) in states {
        let of = Category::from_text(&category)?;
        all.entry(site).or_default().states.push(Item { id, name, of, retired_at });
    }
    for (id, site, name, retired_at, level) in priorities {
        let of = Priority::from_text(&level)?;
        all.entry(site).or_default().priorities.push(Item { id, name, of, retired_at });
    }
    for (id, site, name, retired_at, queue) in types {
        let of = queue.map(QueueId);
        all.entry(site).or_default().types.push(Item { id, name, of, retired_at });
    }
    for (id, site, name, retired_at) in tags {
        all.entry(site).or_default().tags.push(Item { id, name, of: (), retired_at });
    }
    for (id, site, name, retired_at) in contact_fields {
        all.entry(site).or_default().contact_fields.push(Item { id, name, of: (), retired_at });
    }
    Ok(all)
}

statement!(
    FIRST_STATE = "
    select id, name from states
    where site_id = $1 and category = $2 and retired_at is null
    order by position, id
    limit 1"
);

/// The site's first state of a category in use. Every site has one of each.
pub(crate) async fn first_state(
    tx: &mut Tx,
    site: SiteId,
    category: Category,
) -> Result<(Uuid, TicketState)> {
    let row = run!(tx, c => sqlx::query_as::<_, (Uuid, String)>(FIRST_STATE)
        .bind(site.0)
        .bind(category.as_text())
        .fetch_optional(c)
        .await)?;
    let (id, name) = row.ok_or_else(Error::not_found)?;
    Ok((id, TicketState { name, category }))
}
