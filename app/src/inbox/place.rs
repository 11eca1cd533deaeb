//! Where in the inbox one is.

use crate::{address::Address, place};
use protocol::{TicketId, agent::WorkView, percent};

/// The address of the list.
pub const LIST: Address = Address::new("/console");
/// The address of a ticket's conversation.
pub const TICKET: Address = Address::new("/console/tickets/{ticket}");

/// A place in the inbox: the list, or a ticket's conversation.
pub type Place = place::Place<TicketId>;

/// The place of a path.
pub fn of(path: &str) -> Place {
    Place::of(path, LIST, TICKET)
}

/// The address of a view of the list.
pub fn list(view: WorkView) -> String {
    with_filters(LIST.pattern(), view, "")
}

/// The address of a ticket's conversation beside a view of the list.
pub fn ticket(ticket: TicketId, view: WorkView) -> String {
    with_filters(&TICKET.path(ticket), view, "")
}

/// The path of what stays open where the list becomes another: a ticket's, else the list's.
pub fn stay(path: &str) -> String {
    match of(path) {
        Place::Open(ticket) => TICKET.path(ticket),
        Place::List | Place::Nowhere => LIST.pattern().to_owned(),
    }
}

/// The view of the list, by what is behind an address' question mark; *Abiertas* where none is named.
pub fn view_of(query: &str) -> WorkView {
    WorkView::from_text(&value_of(query, "view=")).unwrap_or(WorkView::Open)
}

/// What is looked for, by what is behind an address' question mark; nothing where nothing is.
pub fn question_of(query: &str) -> String {
    value_of(query, "q=")
}

/// A path with the view of the list behind it, and what is looked for: they survive a reload, go along with a link,
/// and one can go back to them.
pub fn with_filters(path: &str, view: WorkView, question: &str) -> String {
    let view = (view != WorkView::Open).then(|| format!("view={view}"));
    let question =
        (!question.is_empty()).then(|| format!("q={}", percent::encode(question, "-_.")));
    let filters: Vec<String> = view.into_iter().chain(question).collect();
    if filters.is_empty() { path.to_owned() } else { format!("{path}?{}", filters.join("&")) }
}

fn value_of(query: &str, name: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name));
    value.map(|value| percent::decode(&value.replace('+', " "))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_and_a_question_go_into_an_address_and_come_back() {
        for view in WorkView::ALL {
            for question in ["factura", "año 2026 & más", "50 % + iva", "a=b?c#d", "view=mine"] {
                let address = with_filters("/console", view, question);
                let (path, query) = address.split_once('?').expect("a query");
                assert_eq!((path, question_of(query).as_str()), ("/console", question));
                assert_eq!(view_of(query), view);
            }
        }
        assert_eq!(with_filters("/console", WorkView::Open, ""), "/console");
        assert_eq!(with_filters("/console", WorkView::Closed, ""), "/console?view=closed");
        assert_eq!(question_of("x=1&q=una+palabra"), "una palabra");
        assert_eq!((question_of("").as_str(), view_of("view=todas")), ("", WorkView::Open));
    }
}
