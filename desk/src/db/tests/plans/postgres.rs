//! How PostgreSQL means to read, whatever is bound.

use super::{
    FEW, Plan, Read,
    fill::{self, Dialect},
    index::{Index, Indexes},
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, types::Json};

const DIALECT: Dialect = Dialect {
    series: "generate_series(1, {n}) as n (i)",
    id: "lpad(to_hex({n}), 32, '0')::uuid",
    bytes: "decode(lpad(to_hex({n}), 32, '0'), 'hex')",
    words: "array_to_tsvector(string_to_array({n}, ' '))",
};

/// A full database.
pub(super) struct Database {
    connection: PgConnection,
    indexes: Indexes,
}

/// Index, table, condition, whether it is unique, columns.
type Row = (String, String, Option<String>, bool, Vec<String>);

const INDEXES: &str = "
    select c.relname::text, t.relname::text, pg_get_expr(i.indpred, i.indrelid), i.indisunique, array(
      select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k order by k)
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    where t.relnamespace = 'public'::regnamespace";

impl Database {
    pub(super) async fn fill(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.unwrap();
        // Without a look at each row's parents, where the role may say so.
        let unchecked = sqlx::raw_sql("set session_replication_role = replica");
        let _ = unchecked.execute(&mut connection).await;
        run(&mut connection, "begin").await;
        for statement in fill::statements(&DIALECT) {
            run(&mut connection, &statement).await;
        }
        run(&mut connection, "commit").await;
        run(&mut connection, "vacuum analyze").await;
        run(&mut connection, "set plan_cache_mode = force_generic_plan").await;
        // What compiling would save is no question of the plan.
        run(&mut connection, "set jit = off").await;
        let indexes: Vec<Row> = sqlx::query_as(INDEXES).fetch_all(&mut connection).await.unwrap();
        let index = |(name, table, condition, is_unique, columns): Row| {
            (name, Index { table, columns, condition, is_unique })
        };
        let indexes = Indexes::new(indexes.into_iter().map(index).collect());
        Self { connection, indexes }
    }

    pub(super) async fn plan(&mut self, sql: &str) -> Plan {
        run(&mut self.connection, &format!("prepare one as {sql}")).await;
        let places: i32 = sqlx::query_scalar(
            "select cardinality(parameter_types) from pg_prepared_statements where name = 'one'",
        )
        .fetch_one(&mut self.connection)
        .await
        .unwrap();
        let values = vec!["null"; usize::try_from(places).unwrap_or(0)].join(", ");
        let execute = if values.is_empty() { "one".into() } else { format!("one ({values})") };
        let explain = format!("explain (format json) execute {execute}");
        // Not kept: the same text is another statement's plan the next time.
        let explain = sqlx::query_scalar(AssertSqlSafe(explain)).persistent(false);
        let Json(explained): Json<Value> = explain
            .fetch_one(&mut self.connection)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        run(&mut self.connection, "deallocate one").await;
        let mut nodes = Vec::new();
        flatten(&explained[0]["Plan"], (0, false), &mut nodes);
        for (_, node) in &nodes {
            self.count(node).await;
        }
        let line = |((depth, _), node): &((usize, bool), &Value)| {
            let words = ["Node Type", "Relation Name", "Index Name", "Index Cond", "Filter"];
            let words = words.map(|word| node[word].as_str().unwrap_or_default());
            format!("{:depth$}{}", "", words.join(" "), depth = 2 * depth)
        };
        let sorts = |node: &Value| node["Node Type"] == "Sort" && self.reads_much(node);
        Plan {
            reads: nodes
                .iter()
                .filter_map(|((_, is_look), node)| {
                    self.read(node).map(|read| Read { is_look: *is_look, ..read })
                })
                .collect(),
            sorts: nodes.iter().any(|(_, node)| sorts(node)),
            text: nodes.iter().map(line).collect::<Vec<_>>().join("\n  "),
        }
    }

    async fn count(&mut self, node: &Value) {
        let Some(name) = node["Index Name"].as_str() else { return };
        let given = self.given(name, node);
        if let Some(count) = self.indexes.uncounted(name, given) {
            let count = sqlx::query_scalar(AssertSqlSafe(count));
            let rows = count.fetch_one(&mut self.connection).await.unwrap();
            self.indexes.note(name, given, rows);
        }
    }

    /// How many of an index's columns the condition gives: `((site_id = $1) AND (created_at > $2))` is one.
    fn given(&self, index: &str, node: &Value) -> usize {
        let condition = node["Index Cond"].as_str().unwrap_or_default();
        let is_given = |column: &&String| condition.contains(&format!("({column} = "));
        self.indexes.all[index].columns.iter().take_while(is_given).count()
    }

    fn read(&self, node: &Value) -> Option<Read> {
        if let Some(index) = node["Index Name"].as_str() {
            let table = self.indexes.all[index].table.clone();
            let rows = self.indexes.rows(index, self.given(index, node));
            let read = Read { table, rows, in_order: true, is_look: false };
            return fill::is_growing(&read.table).then_some(read);
        }
        let table =
            node["Relation Name"].as_str().filter(|table| fill::is_growing(table))?.to_owned();
        let rows = fill::ROWS;
        let read = Read { table, rows, in_order: false, is_look: false };
        (node["Node Type"] == "Seq Scan").then_some(read)
    }

    /// Whether it finds many rows, and nothing below it says when it is enough.
    fn reads_much(&self, node: &Value) -> bool {
        node["Node Type"] != "Limit"
            && (self.read(node).is_some_and(|read| read.rows > FEW)
                || children(node).any(|child| self.reads_much(child)))
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node["Plans"].as_array().into_iter().flatten()
}

/// All nodes, each with its depth and whether it is a look: what is read under a limit of its own, and not in a join or
/// for a sort.
fn flatten<'a>(
    node: &'a Value,
    (depth, is_look): (usize, bool),
    nodes: &mut Vec<((usize, bool), &'a Value)>,
) {
    nodes.push(((depth, is_look), node));
    let is_look = match node["Node Type"].as_str() {
        Some("Limit") => true,
        Some("Subquery Scan" | "Result") => is_look,
        _ => false,
    };
    for child in children(node) {
        flatten(child, (depth + 1, is_look), nodes);
    }
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}
