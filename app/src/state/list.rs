//! The agent's list: rows in their order, each with a signal of its own, so that one change draws one row again and no other.

use leptos::prelude::*;
use protocol::{
    TicketId, Timestamp,
    agent::{WorkItem, WorkKind},
};

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The ticket.
    pub ticket: TicketId,
    kind: WorkKind,
    since: Timestamp,
    /// Everything that the row shows.
    pub item: ArcRwSignal<WorkItem>,
}

// Two rows are equal when they stand in the same place; the signal tells what they show.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Row {
    fn new(item: WorkItem) -> Self {
        Self {
            ticket: item.ticket,
            kind: item.kind,
            since: item.since,
            item: ArcRwSignal::new(item),
        }
    }

    /// My chats, then waiting chats, then help requests; the oldest first.
    fn place(&self) -> (WorkKind, Timestamp, TicketId) {
        (self.kind, self.since, self.ticket)
    }
}

/// All rows; copied freely.
#[derive(Clone, Copy)]
pub struct List(RwSignal<Vec<Row>>);

impl List {
    /// A list of these rows.
    pub fn new(items: Vec<WorkItem>) -> Self {
        let list = Self(RwSignal::new(Vec::new()));
        list.replace(items);
        list
    }

    /// Replaces all rows; a row that was there keeps its signal.
    pub fn replace(self, items: Vec<WorkItem>) {
        let known = self.0.get_untracked();
        let mut rows: Vec<Row> = items
            .into_iter()
            .map(|item| match known.iter().find(|row| row.ticket == item.ticket) {
                Some(row) => {
                    let row = Row { kind: item.kind, since: item.since, ..row.clone() };
                    set_item(&row, item);
                    row
                }
                None => Row::new(item),
            })
            .collect();
        rows.sort_by_key(Row::place);
        self.0.set(rows);
    }

    /// Adds or changes one row.
    pub fn put(self, item: WorkItem) {
        let known = self.find(item.ticket);
        if let Some(row) = &known
            && (row.kind, row.since) == (item.kind, item.since)
        {
            set_item(row, item);
            return;
        }
        self.0.update(|rows| {
            rows.retain(|row| row.ticket != item.ticket);
            let row = match known {
                Some(row) => {
                    let row = Row { kind: item.kind, since: item.since, ..row };
                    set_item(&row, item);
                    row
                }
                None => Row::new(item),
            };
            let at = rows.partition_point(|other| other.place() < row.place());
            rows.insert(at, row);
        });
    }

    /// Takes a row away.
    pub fn remove(self, ticket: TicketId) {
        if self.find(ticket).is_some() {
            self.0.update(|rows| rows.retain(|row| row.ticket != ticket));
        }
    }

    /// The row of a ticket, without following changes of the list.
    pub fn find(self, ticket: TicketId) -> Option<Row> {
        self.0.with_untracked(|rows| rows.iter().find(|row| row.ticket == ticket).cloned())
    }

    /// The rows of one kind.
    pub fn of_kind(self, kind: WorkKind) -> Vec<Row> {
        self.0.with(|rows| rows.iter().filter(|row| row.kind == kind).cloned().collect())
    }

    /// How many rows there are.
    pub fn len(self) -> usize {
        self.0.with(Vec::len)
    }

    /// Whether there are no rows.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Messages in my chats that nobody has seen.
    pub fn unread(self) -> u32 {
        self.0.with(|rows| {
            rows.iter()
                .filter(|row| row.kind == WorkKind::MyChat)
                .map(|row| row.item.with(|item| item.unread))
                .sum()
        })
    }
}

fn set_item(row: &Row, item: WorkItem) {
    if row.item.with_untracked(|known| *known != item) {
        row.item.set(item);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{
        TicketNumber,
        contact::Contact,
        entry::{Category, TicketState},
    };
    use uuid::Uuid;

    pub(crate) fn item(n: u128, kind: WorkKind, since: i64) -> WorkItem {
        WorkItem {
            ticket: TicketId(Uuid::from_u128(n)),
            number: TicketNumber(format!("CO-{n}")),
            chat: None,
            kind,
            site: "CuentasOK".into(),
            queue: "Soporte general".into(),
            contact: Contact { name: Some(format!("Contacto {n}")), email: None, verified: false },
            subject: None,
            preview: "Hola".into(),
            state: TicketState { name: "pendiente".into(), category: Category::Open },
            since: Timestamp(since),
            last_at: Timestamp(since),
            unread: 0,
        }
    }

    fn order(list: List) -> Vec<u128> {
        list.0.with_untracked(|rows| rows.iter().map(|row| row.ticket.0.as_u128()).collect())
    }

    #[test]
    fn chats_come_before_requests_and_the_oldest_first() {
        Owner::new().with(|| {
            let list = List::new(vec![
                item(1, WorkKind::Request, 1),
                item(2, WorkKind::MyChat, 9),
                item(3, WorkKind::WaitingChat, 5),
            ]);
            list.put(item(4, WorkKind::MyChat, 2));
            assert_eq!(order(list), [4, 2, 3, 1]);
            list.put(item(3, WorkKind::MyChat, 5));
            assert_eq!(order(list), [4, 3, 2, 1]);
            list.remove(TicketId(Uuid::from_u128(2)));
            assert_eq!(order(list), [4, 3, 1]);
        });
    }

    #[test]
    fn a_changed_row_leaves_the_list_alone() {
        Owner::new().with(|| {
            let list = List::new(vec![item(1, WorkKind::MyChat, 1), item(2, WorkKind::MyChat, 2)]);
            let before = list.find(TicketId(Uuid::from_u128(2))).expect("it is there");
            let mut changed = item(2, WorkKind::MyChat, 2);
            changed.unread = 3;
            list.put(changed.clone());
            assert_eq!(before.item.get_untracked().unread, 3);
            assert_eq!(list.unread(), 3);
            // A reconnect replaces all rows, and the same signals go on.
            list.replace(vec![item(2, WorkKind::MyChat, 2)]);
            assert_eq!(before.item.get_untracked().unread, 0);
            assert_eq!(order(list), [2]);
        });
    }
}
