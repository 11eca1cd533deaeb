//! The agent's list: the rows of a view in their order, each with a signal of its own, so that one change draws one row
//! again and no other.

use leptos::prelude::*;
use protocol::{
    TicketId,
    agent::{Total, WorkItem, WorkKind, WorkPlace, WorkView},
};

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The ticket.
    pub ticket: TicketId,
    place: WorkPlace,
    mine: bool,
    /// Everything that the row shows.
    pub item: ArcRwSignal<WorkItem>,
}

// Two rows are equal when they stand in the same place; the signal tells what they show.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        (self.place, self.mine) == (other.place, other.mine)
    }
}

impl Row {
    fn new(item: WorkItem) -> Self {
        Self {
            ticket: item.ticket,
            place: item.place(),
            mine: item.mine,
            item: ArcRwSignal::new(item),
        }
    }

    /// The same row with what it shows now.
    fn with(self, item: WorkItem) -> Self {
        let row = Self { place: item.place(), mine: item.mine, ..self };
        if row.item.with_untracked(|known| *known != item) {
            row.item.set(item);
        }
        row
    }

    fn is_in(&self, view: WorkView) -> bool {
        self.item.with_untracked(|item| view.shows(item))
    }
}

/// What is being read of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: it is here.
    Nothing,
    /// A view from its beginning.
    View,
    /// The next page.
    Page,
    /// It could not be read.
    Failed,
}

/// What is not the same in all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differing {
    /// They are of several sites.
    pub sites: bool,
    /// They are of several queues.
    pub queues: bool,
}

/// The rows of a view, and the agent's chats whatever the view; copied freely.
#[derive(Clone, Copy)]
pub struct List {
    rows: RwSignal<Vec<Row>>,
    view: RwSignal<WorkView>,
    total: RwSignal<Option<Total>>,
    reading: RwSignal<Reading>,
}

impl List {
    /// The first page of a view.
    pub fn new(view: WorkView, items: Vec<WorkItem>, total: Option<Total>) -> Self {
        let list = Self {
            rows: RwSignal::new(Vec::new()),
            view: RwSignal::new(view),
            total: RwSignal::new(None),
            reading: RwSignal::new(Reading::Nothing),
        };
        list.replace(items, total);
        list
    }

    /// The view that is shown.
    pub fn view(self) -> WorkView {
        self.view.get()
    }

    /// What is being read.
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// Shows another view; its rows are not here yet.
    pub fn begin(self, view: WorkView) {
        self.view.set(view);
        self.total.set(None);
        self.reading.set(Reading::View);
    }

    /// The next page is asked for; false when that is no use now.
    pub fn begin_page(self) -> bool {
        let is_idle = self.reading.get_untracked() == Reading::Nothing;
        if is_idle {
            self.reading.set(Reading::Page);
        }
        is_idle
    }

    /// What was asked for cannot be read; false when nothing was.
    pub fn fail(self) -> bool {
        let was_reading = matches!(self.reading.get_untracked(), Reading::View | Reading::Page);
        if was_reading {
            self.reading.set(Reading::Failed);
        }
        was_reading
    }

    /// Replaces all rows; a row that was there keeps its signal.
    pub fn replace(self, items: Vec<WorkItem>, total: Option<Total>) {
        let known = self.rows.get_untracked();
        let mut rows: Vec<Row> = items
            .into_iter()
            .map(|item| match known.iter().find(|row| row.ticket == item.ticket) {
                Some(row) => row.clone().with(item),
                None => Row::new(item),
            })
            .collect();
        rows.sort_by_key(|row| row.place);
        self.rows.set(rows);
        self.total.set(total);
        self.reading.set(Reading::Nothing);
    }

    /// Adds a page.
    pub fn add_page(self, items: Vec<WorkItem>, total: Option<Total>) {
        for item in items {
            self.put(item);
        }
        self.total.set(total);
        self.reading.set(Reading::Nothing);
    }

    /// Adds or changes one row.
    pub fn put(self, item: WorkItem) {
        let known = self.find(item.ticket);
        if let Some(row) = &known
            && (row.place, row.mine) == (item.place(), item.mine)
        {
            row.clone().with(item);
            return;
        }
        self.rows.update(|rows| {
            rows.retain(|row| row.ticket != item.ticket);
            let row = match known {
                Some(row) => row.with(item),
                None => Row::new(item),
            };
            let at = rows.partition_point(|other| other.place < row.place);
            rows.insert(at, row);
        });
    }

    /// Takes a row away.
    pub fn remove(self, ticket: TicketId) {
        if self.find(ticket).is_some() {
            self.rows.update(|rows| rows.retain(|row| row.ticket != ticket));
        }
    }

    /// The row of a ticket, without following changes of the list.
    pub fn find(self, ticket: TicketId) -> Option<Row> {
        self.rows.with_untracked(|rows| rows.iter().find(|row| row.ticket == ticket).cloned())
    }

    /// The view's rows of one kind.
    pub fn of_kind(self, kind: WorkKind) -> Vec<Row> {
        let view = self.view.get();
        let is_here = |row: &&Row| row.place.kind == kind && row.is_in(view);
        self.rows.with(|rows| rows.iter().filter(is_here).cloned().collect())
    }

    /// The agent's own chats, whatever the view.
    pub fn live(self) -> Vec<Row> {
        let is_live = |row: &&Row| row.place.kind == WorkKind::MyChat;
        self.rows.with(|rows| rows.iter().filter(is_live).cloned().collect())
    }

    /// What differs among the rows that are here: what is the same in all of them need not be said in each.
    pub fn differing(self) -> Differing {
        let view = self.view.get();
        self.rows.with(|rows| {
            let (mut differing, mut first) = (Differing::default(), None::<WorkItem>);
            for row in rows.iter().filter(|row| row.is_in(view)) {
                row.item.with_untracked(|item| match &first {
                    None => first = Some(item.clone()),
                    Some(first) => {
                        differing.sites |= item.site != first.site;
                        differing.queues |= item.queue != first.queue;
                    }
                });
            }
            differing
        })
    }

    /// How many of the view's rows are here.
    pub fn len(self) -> usize {
        let view = self.view.get();
        self.rows.with(|rows| rows.iter().filter(|row| row.is_in(view)).count())
    }

    /// Whether no row of the view is here.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the view goes on after what is here.
    pub fn has_more(self) -> bool {
        self.total.with(Option::is_some)
    }

    /// How many rows the view has: `7`, or `1000+` where the server stopped counting; none, where there are none.
    pub fn count(self) -> Option<String> {
        match self.total.get() {
            Some(Total { rows, at_least: true }) => Some(format!("{rows}+")),
            Some(Total { rows, at_least: false }) => Some(rows.to_string()),
            None => Some(self.len()).filter(|len| *len > 0).map(|len| len.to_string()),
        }
    }

    /// Messages in my chats that nobody has seen.
    pub fn unread(self) -> u32 {
        self.rows.with(|rows| {
            rows.iter()
                .filter(|row| row.place.kind == WorkKind::MyChat)
                .map(|row| row.item.with(|item| item.unread))
                .sum()
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{
        TicketNumber, Timestamp,
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
            preview_mine: false,
            state: TicketState { name: "pendiente".into(), category: Category::Open },
            since: Timestamp(since),
            last_at: Timestamp(since),
            unread: 0,
            mine: false,
            priority: None,
            ticket_type: None,
            tags: Vec::new(),
        }
    }

    fn order(list: List) -> Vec<u128> {
        list.rows.with_untracked(|rows| rows.iter().map(|row| row.ticket.0.as_u128()).collect())
    }

    #[test]
    fn chats_come_before_requests_and_the_oldest_first() {
        Owner::new().with(|| {
            let list = List::new(
                WorkView::Open,
                vec![
                    item(1, WorkKind::Request, 1),
                    item(2, WorkKind::MyChat, 9),
                    item(3, WorkKind::WaitingChat, 5),
                ],
                None,
            );
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
            let list = List::new(
                WorkView::Open,
                vec![item(1, WorkKind::MyChat, 1), item(2, WorkKind::MyChat, 2)],
                None,
            );
            let before = list.find(TicketId(Uuid::from_u128(2))).expect("it is there");
            let mut changed = item(2, WorkKind::MyChat, 2);
            changed.unread = 3;
            list.put(changed.clone());
            assert_eq!(before.item.get_untracked().unread, 3);
            assert_eq!(list.unread(), 3);
            // A reconnect replaces all rows, and the same signals go on.
            list.replace(vec![item(2, WorkKind::MyChat, 2)], None);
            assert_eq!(before.item.get_untracked().unread, 0);
            assert_eq!(order(list), [2]);
        });
    }

    #[test]
    fn a_view_shows_its_own_rows_and_my_chats_stay_known() {
        Owner::new().with(|| {
            let list = List::new(WorkView::Open, vec![item(1, WorkKind::MyChat, 1)], None);
            list.begin(WorkView::Closed);
            assert_eq!((list.reading(), list.len()), (Reading::View, 0));
            let closed = |n, since| item(n, WorkKind::Closed, since);
            let total = Some(Total { rows: 1000, at_least: true });
            list.replace(vec![item(1, WorkKind::MyChat, 1), closed(2, 5), closed(3, 9)], total);
            assert_eq!(order(list), [1, 3, 2], "what was closed last comes first");
            assert_eq!((list.len(), list.count().as_deref()), (2, Some("1000+")));
            assert!(list.begin_page() && !list.begin_page(), "asked for once");
            list.add_page(vec![closed(4, 3)], None);
            assert_eq!(order(list), [1, 3, 2, 4]);
            assert_eq!((list.count().as_deref(), list.has_more()), (Some("3"), false));
        });
    }

    #[test]
    fn my_chats_are_at_hand_in_every_view_and_only_what_differs_is_said_in_rows() {
        Owner::new().with(|| {
            let list = List::new(WorkView::Open, vec![item(1, WorkKind::MyChat, 1)], None);
            list.begin(WorkView::Closed);
            assert_eq!((list.live().len(), list.of_kind(WorkKind::MyChat).len()), (1, 0));
            list.replace(vec![item(2, WorkKind::Closed, 1), item(3, WorkKind::Closed, 2)], None);
            assert_eq!(list.differing(), Differing::default());
            list.put(WorkItem { queue: "Ventas".into(), ..item(4, WorkKind::Closed, 3) });
            assert_eq!(list.differing(), Differing { sites: false, queues: true });
        });
    }

    #[test]
    fn mine_are_my_chats_and_what_i_attended_until_it_is_closed() {
        Owner::new().with(|| {
            let mine = |n, kind| WorkItem { mine: true, ..item(n, kind, 1) };
            let list = List::new(WorkView::Open, vec![], None);
            list.begin(WorkView::Mine);
            let answered = mine(2, WorkKind::Answered);
            list.replace(vec![item(1, WorkKind::MyChat, 1), answered], None);
            list.put(item(3, WorkKind::Request, 1));
            assert_eq!(list.len(), 2, "somebody else's request");
            list.put(mine(3, WorkKind::Request));
            assert_eq!(list.of_kind(WorkKind::Request).len(), 1);
            list.put(mine(2, WorkKind::Closed));
            assert!(list.of_kind(WorkKind::Answered).is_empty());
        });
    }
}
