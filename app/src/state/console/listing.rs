//! Which view of the list is shown, and how far.

use super::Console;
use leptos::prelude::*;
use protocol::agent::{AgentCommand, Total, WorkItem, WorkView};

/// So many rows of a view come by themselves, page by page; for those after them somebody asks.
const AHEAD: usize = 300;

impl Console {
    /// Shows a view from its beginning; without a connection it comes with the next one.
    pub fn choose_view(self, view: WorkView) {
        self.list.begin(view);
        self.socket.send(&AgentCommand::List { view });
    }

    /// Asks for the next page.
    pub fn more(self) {
        if self.list.begin_page() {
            self.socket.send(&AgentCommand::More);
        }
    }

    /// The list of a new connection: its first page of *Abiertas*. Another view is asked for again.
    pub(super) fn on_new_list(self, items: Vec<WorkItem>, total: Option<Total>) {
        match untrack(|| self.list.view()) {
            WorkView::Open => {
                self.list.replace(items, total);
                self.read_ahead();
            }
            view => self.choose_view(view),
        }
    }

    /// Rows of a view; one that is not shown any more was asked for before another.
    pub(super) fn on_listed(
        self,
        view: WorkView,
        first: bool,
        items: Vec<WorkItem>,
        total: Option<Total>,
    ) {
        if untrack(|| self.list.view()) != view {
            return;
        }
        // A page of which nothing may be seen was a long look: the next one is asked for.
        let goes_on = !items.is_empty();
        if first {
            self.list.replace(items, total);
        } else {
            self.list.add_page(items, total);
        }
        if goes_on {
            self.read_ahead();
        }
    }

    fn read_ahead(self) {
        if untrack(|| self.list.has_more() && self.list.len() < AHEAD) {
            self.more();
        }
    }
}
