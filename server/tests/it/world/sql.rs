//! The database behind the server's back.

use super::{World, engines::find_psql};
use rusqlite::Connection;
use std::{collections::BTreeMap, process::Command};

/// What is in each table: a row a line.
pub type Tables = BTreeMap<String, Vec<String>>;

impl World {
    /// Changes the database as neither the server nor a command does. It waits on a thread of its own: on the test's it
    /// would wait for a transaction that the server can end only there.
    pub async fn force(&self, statement: &str) {
        let (url, statement) = (self.settings.database_url.clone(), statement.to_owned());
        let connection = url.is_none().then(|| self.sqlite());
        let change = move || match (url, connection) {
            // Whoever reads first and writes then is sent away where the server writes in between.
            (_, Some(connection)) => {
                let at_once = format!("begin immediate; {statement}; commit");
                connection.execute_batch(&at_once).expect(&statement);
            }
            (url, None) => drop(psql(&url.expect("one of the two"), &statement)),
        };
        tokio::task::spawn_blocking(change).await.expect("a change");
    }

    /// The lines that a question with one column is answered with.
    pub fn lines(&self, question: &str) -> Vec<String> {
        match &self.settings.database_url {
            Some(url) => psql(url, question).lines().map(str::to_owned).collect(),
            None => {
                let connection = self.sqlite();
                let mut statement = connection.prepare(question).expect(question);
                let rows = statement.query_map((), |row| row.get(0)).expect(question);
                rows.collect::<Result<_, _>>().expect("texts")
            }
        }
    }

    /// Everything in these columns' tables, but for columns and tables of which `is_left_out` says so. A table as a
    /// whole is asked for with an empty column.
    pub fn tables(&self, is_left_out: impl Fn(&str, &str) -> bool) -> Tables {
        let columns = match &self.settings.database_url {
            Some(_) => {
                "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
            }
            None => {
                "select m.name || '.' || p.name from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table'"
            }
        };
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in self.lines(columns) {
            let (table, column) = line.split_once('.').expect("two names");
            let is_ours = !table.starts_with("sqlite_") && !table.starts_with("_sqlx");
            if is_ours && !is_left_out(table, "") && !is_left_out(table, column) {
                wanted.entry(table.to_owned()).or_default().push(column.to_owned());
            }
        }
        wanted
            .into_iter()
            .map(|(table, columns)| {
                let quote = match &self.settings.database_url {
                    Some(_) => |column: &String| format!("quote_nullable({column}::text)"),
                    None => |column: &String| format!("quote({column})"),
                };
                let row = columns.iter().map(quote).collect::<Vec<_>>().join(" || ' ' || ");
                // Line breaks within a text are no ends of rows.
                let row = format!("replace({row}, '\n', ' ')");
                let rows = self.lines(&format!("select {row} from {table} order by 1"));
                (table, rows)
            })
            .collect()
    }

    fn sqlite(&self) -> Connection {
        let connection =
            Connection::open(self.settings.data_dir.join("ayuda.db")).expect("a database");
        connection.busy_timeout(super::PATIENCE).expect("a setting");
        connection
    }
}

fn psql(url: &str, statement: &str) -> String {
    let output = Command::new(find_psql())
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
        .args(["--dbname", url, "--command", statement])
        .output()
        .expect("psql");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
