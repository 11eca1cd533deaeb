//! Rows that changed, read once for all consoles: hundreds of them ask for the same within a tenth of a second.

use super::{row::Row, segments::columns};
use crate::{
    Desk, Result,
    db::{On, read, statement},
    tickets::{PlaceRow, place_columns, properties},
};
use dashmap::DashMap;
use protocol::TicketId;
use std::sync::Arc;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Rows that are remembered; the map starts over when it is full.
const MAX_ROWS: usize = 10_000;

/// The rows as they were last read. One that changes is forgotten before anybody is told of it: who is told reads it
/// anew, and who had begun to read it before is told too.
#[derive(Default)]
pub(crate) struct SharedRows(DashMap<TicketId, Slot>);

type Slot = Arc<OnceCell<Option<Arc<SharedRow>>>>;

/// A row, and what says who sees it.
pub(super) struct SharedRow {
    pub(super) row: Row,
    pub(super) on: On,
    pub(super) tags: Vec<Uuid>,
}

impl SharedRows {
    pub(crate) fn forget(&self, ticket: TicketId) {
        self.0.remove(&ticket);
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.0.clear();
    }

    fn slot(&self, ticket: TicketId) -> Slot {
        if self.0.len() >= MAX_ROWS {
            self.0.clear();
        }
        self.0.entry(ticket).or_default().clone()
    }
}

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    row: Row,
    #[sqlx(flatten)]
    place: PlaceRow,
}

statement!(
    SHARED = concat!(
        columns!(),
        ",",
        place_columns!(),
        "from tickets t
     join states s on s.id = t.state_id
     left join chats c on c.id = t.chat_id
     where t.id = $1"
    )
);

/// The row of a ticket as it is now; none of one that is gone.
pub(super) async fn find(desk: &Desk, ticket: TicketId) -> Result<Option<Arc<SharedRow>>> {
    let slot = desk.0.rows.slot(ticket);
    let read = async {
        let found = read!(desk.db(), c => sqlx::query_as::<_, Found>(SHARED)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let Some(Found { row, place }) = found else { return Ok(None) };
        let tags = properties::tags_of(desk, &[ticket.0]).await?.remove(&ticket.0);
        Ok(Some(Arc::new(SharedRow { row, on: place.on()?, tags: tags.unwrap_or_default() })))
    };
    slot.get_or_try_init(|| read).await.cloned()
}
