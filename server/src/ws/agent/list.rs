//! The part of the list that a console has on screen: which rows it was sent, and what has to be sent of those that
//! change.

use desk::console::Listing;
use protocol::{
    TicketId, Timestamp,
    agent::{AgentEvent, ForAgent, Total, WorkItem, WorkKind, WorkPlace, WorkView},
};
use std::collections::HashMap;

/// Pages of one view.
pub(super) struct List {
    view: WorkView,
    /// The rows, and the agent's chats whatever the view, as they were sent.
    rows: HashMap<TicketId, ForAgent<WorkItem>>,
    /// Where the next page begins; none: all of the view is on screen.
    next: Option<WorkPlace>,
    /// How many rows the view has, as it was sent, while there is a next page.
    total: Option<Total>,
    /// Whether that may be another since.
    total_changed: bool,
    /// Tickets whose row changed since it was sent.
    changed: HashMap<TicketId, ShownChange>,
}

/// What happened to a row, as this agent may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ShownChange {
    /// It is to be read.
    Anything,
    Message {
        preview: ForAgent<String>,
        /// Whether this agent wrote it.
        mine: bool,
        last_at: Timestamp,
        unread: u32,
    },
}

impl ShownChange {
    /// This change, and then a later one.
    fn and(self, later: Self) -> Self {
        if self == Self::Anything { self } else { later }
    }
}

/// A row that changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// All that changed is known.
    Known(Box<ForAgent<WorkItem>>),
    /// It is to be read.
    Unknown(TicketId),
}

impl List {
    pub(super) fn new() -> Self {
        Self {
            view: WorkView::Open,
            rows: HashMap::new(),
            next: None,
            total: None,
            total_changed: false,
            changed: HashMap::new(),
        }
    }

    /// Begins with the first page of a view.
    pub(super) fn begin(&mut self, view: WorkView, page: &Listing) {
        self.view = view;
        self.rows.clear();
        // What was noted of a row was noted as the agent could read it then.
        for change in self.changed.values_mut() {
            *change = ShownChange::Anything;
        }
        self.add_page(page);
    }

    pub(super) fn add_page(&mut self, page: &Listing) {
        self.rows.extend(page.items.iter().map(|item| (item.ticket, item.clone())));
        (self.next, self.total, self.total_changed) = (page.next, page.total, false);
    }

    pub(super) fn view(&self) -> WorkView {
        self.view
    }

    pub(super) fn rows(&self) -> &HashMap<TicketId, ForAgent<WorkItem>> {
        &self.rows
    }

    pub(super) fn next(&self) -> Option<WorkPlace> {
        self.next
    }

    pub(super) fn total(&self) -> Option<Total> {
        self.total
    }

    /// Notes that a row changed. A message moves no row: where it is in one that is not on screen, there is nothing to
    /// do.
    pub(super) fn note(&mut self, ticket: TicketId, change: ShownChange) {
        let is_elsewhere = !self.rows.contains_key(&ticket) && !self.changed.contains_key(&ticket);
        if is_elsewhere && matches!(change, ShownChange::Message { .. }) {
            return;
        }
        let before = self.changed.remove(&ticket);
        self.changed.insert(ticket, before.map_or(change.clone(), |before| before.and(change)));
    }

    pub(super) fn has_changed_rows(&self) -> bool {
        !self.changed.is_empty()
    }

    /// At most `count` of the rows that changed.
    pub(super) fn take_changed(&mut self, count: usize) -> Vec<Changed> {
        let tickets: Vec<TicketId> = self.changed.keys().copied().take(count).collect();
        let mut taken = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            match (self.changed.remove(&ticket), self.rows.get_mut(&ticket)) {
                (Some(ShownChange::Message { preview, mine, last_at, unread }), Some(item)) => {
                    item.put_message(preview, mine, last_at, unread);
                    taken.push(Changed::Known(Box::new(item.clone())));
                }
                (Some(ShownChange::Anything), _) => taken.push(Changed::Unknown(ticket)),
                // It left the screen meanwhile.
                (Some(ShownChange::Message { .. }) | None, _) => {}
            }
        }
        taken
    }

    /// The row as it was read now; what is to be sent of it.
    pub(super) fn put(
        &mut self,
        ticket: TicketId,
        found: Option<ForAgent<WorkItem>>,
    ) -> Option<AgentEvent> {
        match found.filter(|item| self.holds(item)) {
            Some(item) => {
                let known = self.rows.insert(ticket, item.clone());
                self.total_changed |= known.is_none();
                Some(AgentEvent::Work { item: Box::new(item) })
            }
            None => {
                // It may have come or gone beyond the pages that are on screen.
                self.total_changed = true;
                self.rows.remove(&ticket).map(|_| AgentEvent::WorkGone { ticket })
            }
        }
    }

    /// Whether the row is on the pages that are on screen.
    fn holds(&self, item: &WorkItem) -> bool {
        item.kind == WorkKind::MyChat
            || self.view.shows(item) && self.next.is_none_or(|next| item.place() <= next)
    }

    /// Whether the rows of the view have to be counted again.
    pub(super) fn wants_total(&self) -> bool {
        self.next.is_some() && self.total_changed
    }

    /// The view has so many rows now; what is to be sent of it.
    pub(super) fn put_total(&mut self, total: Total) -> Option<AgentEvent> {
        self.total_changed = false;
        let is_new = self.total != Some(total);
        self.total = Some(total);
        is_new.then(|| self.only_total())
    }

    /// How many rows there are, without rows.
    pub(super) fn only_total(&self) -> AgentEvent {
        let (view, total) = (self.view, self.total);
        AgentEvent::Listed { view, first: false, items: Vec::new(), total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        TicketNumber,
        agent::Sight,
        contact::Contact,
        entry::{Category, TicketState},
    };
    use uuid::Uuid;

    fn item(n: u128, kind: WorkKind, since: i64) -> ForAgent<WorkItem> {
        let item = WorkItem {
            ticket: TicketId(Uuid::from_u128(n)),
            number: TicketNumber(format!("A-{n}")),
            chat: None,
            kind,
            site: String::new(),
            queue: String::new(),
            contact: Contact::default(),
            subject: None,
            preview: String::new(),
            preview_mine: false,
            state: TicketState { name: String::new(), category: Category::Open },
            since: Timestamp(since),
            last_at: Timestamp(since),
            unread: 0,
            mine: false,
            priority: None,
            ticket_type: None,
            tags: Vec::new(),
        };
        ForAgent::new(item, Sight::Everything)
    }

    fn message(unread: u32) -> ShownChange {
        let preview = ForAgent::new("Hola".to_owned(), Sight::Everything);
        ShownChange::Message { preview, mine: true, last_at: Timestamp(9), unread }
    }

    /// *Abiertas* with requests of the instants 1 and 5; there are more.
    fn list() -> List {
        let items = vec![item(1, WorkKind::Request, 1), item(5, WorkKind::Request, 5)];
        let next = Some(items[1].place());
        let mut list = List::new();
        let total = Some(Total { rows: 9, at_least: false });
        list.begin(WorkView::Open, &Listing { items, next, total });
        list
    }

    #[test]
    fn what_was_noted_before_the_list_was_read_anew_is_read_too() {
        let mut list = list();
        let ticket = TicketId(Uuid::from_u128(5));
        list.note(ticket, message(1));
        let items = vec![item(1, WorkKind::Request, 1), item(5, WorkKind::Request, 5)];
        list.begin(WorkView::Open, &Listing { items, next: None, total: None });
        assert_eq!(list.take_changed(9), [Changed::Unknown(ticket)]);
    }

    #[test]
    fn a_message_in_a_row_that_is_not_on_screen_asks_the_database_nothing() {
        let mut list = list();
        list.note(TicketId(Uuid::from_u128(7)), message(1));
        assert!(!list.has_changed_rows());
        assert_eq!(list.take_changed(9), []);
    }

    #[test]
    fn a_message_in_a_row_on_screen_is_known_and_any_other_change_is_read() {
        let mut list = list();
        let [one, five] = [1, 5].map(|n| TicketId(Uuid::from_u128(n)));
        list.note(one, message(2));
        let changed = list.take_changed(9);
        let [Changed::Known(item)] = &changed[..] else { panic!("{changed:?}") };
        assert_eq!((item.unread, item.preview.as_str(), item.preview_mine), (2, "Hola", true));
        list.note(five, ShownChange::Anything);
        list.note(five, message(3));
        assert_eq!(list.take_changed(9), [Changed::Unknown(five)]);
    }

    #[test]
    fn a_row_is_sent_when_it_comes_onto_the_pages_on_screen_and_when_it_leaves_them() {
        let mut list = list();
        let is_sent = |list: &mut List, item: ForAgent<WorkItem>| {
            matches!(list.put(item.ticket, Some(item)), Some(AgentEvent::Work { .. }))
        };
        assert!(is_sent(&mut list, item(3, WorkKind::Request, 3)));
        assert!(list.wants_total());
        assert!(!is_sent(&mut list, item(8, WorkKind::Request, 8)), "on a later page");
        assert!(!is_sent(&mut list, item(9, WorkKind::Closed, 1)), "in another view");
        assert!(is_sent(&mut list, item(2, WorkKind::MyChat, 9)), "whatever the view");
        let answered = item(1, WorkKind::Answered, 9);
        let gone = list.put(answered.ticket, Some(answered.clone()));
        assert_eq!(gone, Some(AgentEvent::WorkGone { ticket: answered.ticket }));
        assert_eq!(list.put(answered.ticket, Some(answered)), None, "said once");
    }

    #[test]
    fn a_total_is_sent_when_it_is_another() {
        let mut list = list();
        list.put(TicketId(Uuid::from_u128(8)), Some(item(8, WorkKind::Request, 8)));
        assert!(list.wants_total());
        let total = Total { rows: 10, at_least: false };
        let sent = AgentEvent::Listed {
            view: WorkView::Open,
            first: false,
            items: vec![],
            total: Some(total),
        };
        assert_eq!(list.put_total(total), Some(sent));
        assert!(!list.wants_total());
        assert_eq!(list.put_total(total), None);
    }
}
