//! Every statement of the source, for the tests.

use super::{Db, Rows, Statement};

/// A statement where it was declared.
pub(crate) struct Registered {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    /// The only engine that runs it; none: both do.
    pub(crate) engine: Option<Engine>,
    pub(crate) sql: Sql,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

pub(crate) enum Sql {
    One(Statement),
    Rows(&'static Rows),
}

inventory::collect!(Registered);

impl Registered {
    /// Whether a database of this engine runs it.
    pub(crate) fn is_for(&self, db: &Db) -> bool {
        self.engine.is_none_or(|engine| (engine == Engine::Postgres) == db.is_postgres())
    }

    /// As an engine reads it.
    pub(crate) fn text(&self, db: &Db) -> Statement {
        match self.sql {
            Sql::One(statement) => statement,
            Sql::Rows(rows) => rows.smallest(db.is_postgres()),
        }
    }
}

/// Every statement of the desk.
pub(crate) fn statements() -> impl Iterator<Item = &'static Registered> {
    inventory::iter::<Registered>()
}

mod tests {
    use super::*;
    use crate::{
        mail::outbound::MailKind,
        tickets::{ChatState, entries::EntryKind},
        world::{World, on_both},
    };
    use protocol::{
        Role,
        agent::{AgentState, HandoverKind, HandoverOutcome, OfferKind},
        entry::{Category, Priority},
        text_enum::TextEnum,
    };
    use sqlx::{Executor, SqlSafeStr};
    use std::collections::BTreeSet;

    on_both! {
        every_statement_prepares,
    }

    async fn every_statement_prepares(world: World) {
        let db = world.desk.db();
        let mut wrong = Vec::new();
        for statement in statements().filter(|statement| statement.is_for(db)) {
            let sql = statement.text(db).into_sql_str();
            let prepared = match db {
                Db::Sqlite { write, .. } => write.prepare(sql).await.map(|_| ()),
                Db::Postgres(pool) => pool.prepare(sql).await.map(|_| ()),
            };
            if let Err(error) = prepared {
                wrong.push(format!("{} {}: {error}", statement.place, statement.name));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// A text between quotes in a statement is one of an enum's, or it selects nothing and nobody notices.
    #[test]
    fn texts_in_statements_are_those_of_enums() {
        let mut known = vec!["es", "[]", ""];
        known.extend(ChatState::TEXTS);
        known.extend(OfferKind::TEXTS);
        known.extend(HandoverKind::TEXTS);
        known.extend(HandoverOutcome::TEXTS);
        known.extend(Category::TEXTS);
        known.extend(AgentState::TEXTS);
        known.extend(Role::TEXTS);
        known.extend(Priority::TEXTS);
        known.extend(EntryKind::TEXTS);
        known.extend(MailKind::TEXTS);
        let mut wrong = Vec::new();
        for statement in statements() {
            let text = match statement.sql {
                Sql::One(statement) => statement.to_string(),
                Sql::Rows(rows) => rows.smallest(false).to_string(),
            };
            for quoted in text.split('\'').skip(1).step_by(2) {
                if !known.contains(&quoted) {
                    wrong.push(format!("{} {}: '{quoted}'", statement.place, statement.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_statements_of_a_pair_are_registered_too() {
        let names: BTreeSet<&str> = statements().map(|statement| statement.name).collect();
        for name in ["RELEASE_SQLITE", "RELEASE_POSTGRES", "CLOSED_END", "RING", "UPDATE"] {
            assert!(names.contains(name), "{name} is not among {names:?}");
        }
    }
}
