//! Where in the inbox one is.

use crate::{address::Address, place};
use protocol::{TicketId, percent};

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

/// What is looked for, by what is behind an address' question mark; nothing where nothing is.
pub fn question_of(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("q="));
    value.map(|value| percent::decode(&value.replace('+', " "))).unwrap_or_default()
}

/// A path with what is looked for behind it.
pub fn with_question(path: &str, question: &str) -> String {
    if question.is_empty() {
        return path.to_owned();
    }
    format!("{path}?q={}", percent::encode(question, "-_."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_goes_into_an_address_and_comes_back() {
        for question in ["factura", "año 2026 & más", "50 % + iva", "a=b?c#d"] {
            let address = with_question("/console", question);
            let (path, query) = address.split_once('?').expect("a query");
            assert_eq!((path, question_of(query).as_str()), ("/console", question));
        }
        assert_eq!(with_question("/console", ""), "/console");
        assert_eq!(question_of("x=1&q=una+palabra"), "una palabra");
        assert_eq!(question_of(""), "");
    }
}
