//! How SQLite means to read.

use super::{
    Plan, Read,
    fill::{self, Dialect},
    index::{Index, Indexes},
};
use crate::db::pages::look;
use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{collections::HashMap, path::Path};

const DIALECT: Dialect = Dialect {
    series: "(with recursive n (i) as (select 1 union all select i + 1 from n where i < {n}) select i from n)",
    id: "unhex(printf('%032x', {n}))",
    bytes: "unhex(printf('%032x', {n}))",
    words: "{n}",
};

/// A full database whose planner has statistics or not: a new one has none.
pub(super) struct Database {
    connection: SqliteConnection,
    indexes: Indexes,
}

/// Index, table, its text, whether it is unique, columns.
type Row = (String, String, Option<String>, bool, String);

const INDEXES: &str = "
    select s.name, s.tbl_name, s.sql, l.\"unique\", (
      select group_concat(name) from (select name from pragma_index_info(s.name) order by seqno))
    from sqlite_schema s
    join pragma_index_list(s.tbl_name) l on l.name = s.name
    where s.type = 'index'";

impl Database {
    /// Fills the database of a closed desk.
    pub(super) async fn fill(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-200000");
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        run(&mut connection, "begin").await;
        for statement in fill::statements(&DIALECT) {
            run(&mut connection, &statement).await;
        }
        run(&mut connection, "commit").await;
        run(&mut connection, "pragma analysis_limit = 1000").await;
        run(&mut connection, "analyze").await;
        let indexes: Vec<Row> = sqlx::query_as(INDEXES).fetch_all(&mut connection).await.unwrap();
        let index = |(name, table, sql, is_unique, columns): Row| {
            let sql = sql.unwrap_or_default();
            let condition = sql.split_once(" where ").map(|(_, condition)| condition.to_owned());
            let columns = columns.split(',').map(str::to_owned).collect();
            (name, Index { table, columns, condition, is_unique })
        };
        let indexes = Indexes::new(indexes.into_iter().map(index).collect());
        Self { connection, indexes }
    }

    /// From now on the planner knows nothing of what there is.
    pub(super) async fn forget_statistics(&mut self) {
        run(&mut self.connection, "delete from sqlite_stat1").await;
        run(&mut self.connection, "analyze sqlite_schema").await;
    }

    pub(super) async fn plan(&mut self, sql: &str) -> Plan {
        let explain = format!("explain query plan {sql}");
        let lines: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(explain))
            .fetch_all(&mut self.connection)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        let names = tables_by_name(sql);
        let mut plan = Plan::default();
        for (_, part, _, line) in &lines {
            let read = self.read(line, &names).await;
            let is_look = is_look(*part, &lines, sql);
            plan.reads.extend(read.map(|read| Read { is_look, ..read }));
        }
        let lines: Vec<String> = lines.into_iter().map(|(.., line)| line).collect();
        plan.sorts = lines.iter().any(|line| line == "USE TEMP B-TREE FOR ORDER BY");
        plan.text = lines.join("\n  ");
        plan
    }

    /// `SCAN t`, `SEARCH t USING INDEX tickets_number (number=?)`, `SCAN t VIRTUAL TABLE INDEX 0:M0`, …
    async fn read(&mut self, line: &str, names: &HashMap<String, String>) -> Option<Read> {
        let (how, rest) = line.split_once(' ')?;
        if how != "SCAN" && how != "SEARCH" {
            return None;
        }
        if let Some((name, index)) = rest.split_once(" VIRTUAL TABLE INDEX ") {
            // What it is asked with follows the colon; that it reads in order is said by no sort.
            let in_order = index.split_once(':').is_some_and(|(_, asked)| !asked.is_empty());
            let table = names.get(name)?.clone();
            return Some(Read { table, rows: fill::ROWS, in_order, is_look: false });
        }
        let (name, using) = rest.split_once(" USING ").unwrap_or((rest, ""));
        let index =
            using.split_once("INDEX ").map(|(_, index)| index.split(' ').next().unwrap_or(index));
        if let Some(index) = index.filter(|index| self.indexes.all.contains_key(*index)) {
            let table = self.indexes.all[index].table.clone();
            if !fill::is_growing(&table) {
                return None;
            }
            let given = using.matches("=?").count();
            if let Some(count) = self.indexes.uncounted(index, given) {
                let count = sqlx::query_scalar(AssertSqlSafe(count));
                let rows = count.fetch_one(&mut self.connection).await.unwrap();
                self.indexes.note(index, given, rows);
            }
            return Some(Read {
                table,
                rows: self.indexes.rows(index, given),
                in_order: true,
                is_look: false,
            });
        }
        let table = names.get(name.split(' ').next()?)?.clone();
        let in_order = using.starts_with("INTEGER PRIMARY KEY");
        // Without saying how, it is the first or last row of the table's own order that is searched for.
        let is_one = using.contains("(rowid=?)") || (how == "SEARCH" && using.is_empty());
        Some(Read { table, rows: if is_one { 1 } else { fill::ROWS }, in_order, is_look: false })
    }
}

/// Whether the lines under this one are a part that is read by itself, without a sort. That it ends the text alone
/// says: a plan does not.
fn is_look(part: i64, lines: &[(i64, i64, i64, String)], sql: &str) -> bool {
    let is_part = |line: &str| line.starts_with("CO-ROUTINE") || line.starts_with("MATERIALIZE");
    lines.iter().any(|(id, .., line)| *id == part && is_part(line))
        && !lines.iter().any(|(_, of, _, line)| *of == part && line.contains("ORDER BY"))
        && sql.contains(concat!("limit ", look!()))
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The growing tables that a statement names, also by the other name that it gives them: plans say that one.
fn tables_by_name(sql: &str) -> HashMap<String, String> {
    let is_sign = |sign: char| !(sign.is_alphanumeric() || sign == '_');
    let words: Vec<&str> = sql.split(is_sign).filter(|word| !word.is_empty()).collect();
    let mut names = HashMap::new();
    for table in fill::growing() {
        names.insert(table.to_owned(), table.to_owned());
        for pair in words.windows(2).filter(|pair| pair[0] == table) {
            // A keyword is no table's name in any plan.
            names.insert(pair[1].to_owned(), table.to_owned());
        }
    }
    names
}
