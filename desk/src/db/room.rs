//! How many nodes a PostgreSQL server has room for.

use super::{
    connections::Connections,
    pool::{Db, read},
    statement,
};
use crate::Result;

/// What a PostgreSQL server has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Connections that it takes, without those that it reserves for its operators.
    pub connections: u32,
    /// Connections of one node: its pool, and the one that listens.
    pub of_a_node: u32,
}

impl Room {
    /// How many nodes there may be.
    pub fn nodes(self) -> u32 {
        self.connections / self.of_a_node
    }
}

statement!(
    TAKES for Postgres = "
    select
      current_setting($1)::bigint
        - coalesce(current_setting($2, true)::bigint, 0) - coalesce(current_setting($3, true)::bigint, 0)"
);

impl Db {
    /// What the server has room for; none on SQLite.
    pub(crate) async fn room(&self, connections: Connections) -> Result<Option<Room>> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let takes: i64 = read!(self, c => sqlx::query_scalar(TAKES)
            .bind("max_connections")
            .bind("superuser_reserved_connections")
            .bind("reserved_connections")
            .fetch_one(c)
            .await)?;
        let takes = u32::try_from(takes).unwrap_or(0);
        Ok(Some(Room { connections: takes, of_a_node: connections.get() + 1 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_as_it_comes_has_room_for_five_nodes() {
        let of_a_node = Connections::default().get() + 1;
        assert_eq!(Room { connections: 97, of_a_node }.nodes(), 5);
        assert_eq!(Room { connections: 10, of_a_node }.nodes(), 0);
    }
}
