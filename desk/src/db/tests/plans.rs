//! The plan of every statement in a large database, on both engines: it reads few rows of a table that grows, or it is
//! on one of three lists, each of which allows so much and no more.

mod fill;
mod index;
mod postgres;
mod sqlite;

use crate::{
    db::registry::{Engine, Registered, Sql, statements},
    world::{self, World},
};
use std::collections::BTreeSet;

/// More rows than this for one look are many.
const FEW: i64 = 500;

/// Statements that may read a growing table from end to end, and why.
const MAY_SCAN: &[(&str, &str)] = &[
    ("people/account.rs ALL", "the list of all agents, each with whether a session is open"),
    (
        "search/find.rs FOUND_POSTGRES",
        "planned with its words: those with a rare one, or the newest until a thousand have a frequent one",
    ),
    ("tickets/follow/renumber.rs SHIFT_ENTRIES_POSTGRES", "the first start of a restored database"),
];

/// Pages of long lists, and their counts: of one table they look at 1 000 rows of an index at the most, in its order,
/// and sort what they found of them. Everything else that they read is few.
const LOOKS: [&str; 11] = [
    "mail/outbound/list.rs LIST_SEEN",
    "console/worklist/segments.rs REQUESTS",
    "console/worklist/segments.rs REQUESTS_COUNT",
    "console/worklist/segments.rs ANSWERED",
    "console/worklist/segments.rs ANSWERED_COUNT",
    "console/worklist/segments.rs CLOSED",
    "console/worklist/segments.rs CLOSED_COUNT",
    "console/worklist/segments.rs MY_REQUESTS",
    "console/worklist/segments.rs MY_REQUESTS_COUNT",
    "console/worklist/segments.rs MY_ANSWERED",
    "console/worklist/segments.rs MY_ANSWERED_COUNT",
];

/// Statements that read many rows of an index and stop in time, and why. What they must not do is sort, or read without
/// an index.
const IN_ORDER: &[(&str, &str)] = &[
    ("admin/removal.rs FIRST_TICKETS", "50 tickets of a site that is removed"),
    ("mail/outbound/list.rs LIST", "mails of a site after a place, with a limit"),
    ("mail/outbound/list.rs END_OF_LOOK", "where a look of 1 000 ends"),
    ("console/worklist/segments.rs REQUESTS_END", "where a look of 1 000 ends"),
    ("console/worklist/segments.rs ANSWERED_END", "where a look of 1 000 ends"),
    ("console/worklist/segments.rs CLOSED_END", "where a look of 1 000 ends"),
    ("console/worklist/segments.rs MY_REQUESTS_END", "where a look of 1 000 ends"),
    ("console/worklist/segments.rs MY_ANSWERED_END", "where a look of 1 000 ends"),
    ("people/sessions.rs SWEEP_SESSIONS", "deletes everything that it reads"),
    ("people/sign_ins/rows.rs SWEEP", "deletes everything that it reads"),
    ("search/find.rs FOUND_SQLITE", "the newest with all words, 1 000 of them at the most"),
    ("search/index.rs DELETE", "deletes everything that it reads"),
    ("upkeep/waiting.rs IDLE", "tickets of a site that wait for longest, 200 of them at the most"),
    ("tickets/follow/mod.rs PAGE_SQLITE", "a page of what is new"),
    ("tickets/follow/mod.rs PAGE_POSTGRES", "a page of what is new, which it sorts"),
    ("tickets/follow/renumber.rs LAST_POSTGRES", "the last entry"),
];

/// What has to be refused, under whose name: a scan, a walk through a site's mails, and sorting them; a look without an
/// end, one that sorts what it looks at, one beside which another table is scanned, and no look at all.
const REFUSED: [(&str, &str); 7] = [
    ("", "select id from tickets where preview = $1"),
    ("", "select id from mails where site_id = $1 and subject = $2"),
    (IN_ORDER[0].0, "select id from mails where site_id = $1 order by subject limit 5"),
    (
        LOOKS[0],
        "select m.id from (select id, ticket_id from mails where site_id = $1 order by created_at desc) m
         join tickets t on t.id = m.ticket_id limit 5",
    ),
    (
        LOOKS[0],
        "select m.id from (select id, ticket_id from mails where site_id = $1 order by subject limit 1000) m
         join tickets t on t.id = m.ticket_id limit 5",
    ),
    (
        LOOKS[0],
        "select m.id from (
           select id, subject from mails where site_id = $1 order by created_at desc limit 1000
         ) m
         join tickets t on t.preview = m.subject limit 5",
    ),
    (LOOKS[0], "select id from tickets where id = $1"),
];

/// What a plan reads and does.
#[derive(Default)]
struct Plan {
    reads: Vec<Read>,
    /// Everything that it found before the first row comes.
    sorts: bool,
    /// As the engine tells it.
    text: String,
}

/// One look into a growing table.
struct Read {
    table: String,
    /// At most so many are found by what is given.
    rows: i64,
    /// Through an index, or by the table's own order.
    in_order: bool,
    /// A part of the statement by itself, which ends with its 1 000th row.
    is_look: bool,
}

/// The statement's file in `desk/src` and its name.
fn name_of(statement: &Registered) -> String {
    let file = statement.place.split(':').next().unwrap_or_default();
    let file = file.rsplit_once("src/").map_or(file, |(_, file)| file);
    format!("{file} {}", statement.name)
}

/// Why the plan is refused, if it is.
fn wrong_with(name: &str, plan: &Plan) -> Option<String> {
    if MAY_SCAN.iter().any(|(listed, _)| *listed == name) {
        return None;
    }
    if LOOKS.contains(&name) {
        let (looks, others): (Vec<&Read>, Vec<&Read>) =
            plan.reads.iter().partition(|read| read.is_look && read.in_order);
        let much = others.into_iter().find(|read| read.rows > FEW).map(too_much);
        return much.or_else(|| (looks.len() != 1).then(|| format!("looks {} times", looks.len())));
    }
    let is_ordered = IN_ORDER.iter().any(|(listed, _)| *listed == name);
    let is_too_much = |read: &&Read| if is_ordered { !read.in_order } else { read.rows > FEW };
    if let Some(read) = plan.reads.iter().find(is_too_much) {
        return Some(too_much(read));
    }
    (is_ordered && plan.sorts).then(|| "sorts".to_owned())
}

fn too_much(read: &Read) -> String {
    format!("reads {} rows of {}", read.rows, read.table)
}

/// Every statement of an engine that reads or writes rows, without those of tests.
fn planned(engine: Engine) -> impl Iterator<Item = (String, String)> {
    let text = move |statement: &Registered| match statement.sql {
        Sql::One(statement) => statement.to_string(),
        Sql::Rows(rows) => rows.smallest(engine == Engine::Postgres).to_string(),
    };
    statements()
        .filter(move |statement| statement.engine.is_none_or(|only| only == engine))
        .filter(|statement| !statement.place.contains("tests"))
        .map(move |statement| (name_of(statement), text(statement)))
        .filter(|(_, sql)| {
            let verb = sql.split_whitespace().next().unwrap_or_default();
            verb != "set" && verb != "lock"
        })
}

#[tokio::test]
async fn no_statement_reads_much_of_a_growing_table_on_sqlite() {
    let world = World::new(world::Engine::Sqlite).await;
    world.desk.close().await;
    let mut database = sqlite::Database::fill(&world.options.data_dir.join("ayuda.db")).await;
    let mut wrong = Vec::new();
    for statistics in ["with", "without"] {
        for (name, sql) in planned(Engine::Sqlite) {
            let plan = database.plan(&sql).await;
            if let Some(why) = wrong_with(&name, &plan) {
                wrong.push(format!("{name}, {statistics} statistics: {why}\n  {}", plan.text));
            }
        }
        for (name, sql) in REFUSED {
            let plan = database.plan(sql).await;
            assert!(wrong_with(name, &plan).is_some(), "{sql}: {}", plan.text);
        }
        database.forget_statistics().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_statement_reads_much_of_a_growing_table_on_postgres() {
    if !world::Engine::Postgres.is_here() {
        return;
    }
    let world = World::new(world::Engine::Postgres).await;
    let url = world.options.database_url.clone().unwrap();
    let mut database = postgres::Database::fill(&url).await;
    let mut wrong = Vec::new();
    for (name, sql) in planned(Engine::Postgres) {
        let plan = database.plan(&sql).await;
        if let Some(why) = wrong_with(&name, &plan) {
            wrong.push(format!("{name}: {why}\n  {}", plan.text));
        }
    }
    for (name, sql) in REFUSED {
        let plan = database.plan(sql).await;
        assert!(wrong_with(name, &plan).is_some(), "{sql}: {}", plan.text);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_excused_is_there() {
    let names: BTreeSet<String> = statements().map(name_of).collect();
    let excused = MAY_SCAN.iter().chain(IN_ORDER).map(|(name, _)| name);
    for name in excused.chain(&LOOKS) {
        assert!(names.contains(*name), "{name} is not there any more");
    }
}
