//! Pages of long lists: rows in the order of an instant and, among equal ones, of an id. Whoever may see few of them
//! does not read through all of them for one page: a look has an end, and the next page goes on from there.

use std::cmp::Ordering;
use uuid::Uuid;

/// How many rows of an index one look reads at the most.
macro_rules! look {
    () => {
        "1000"
    };
}
pub(crate) use look;

/// The same as a number.
pub(crate) const ROWS_A_LOOK: i64 = 1000;

/// A place in such a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) at: i64,
    pub(crate) id: Uuid,
}

/// Which way a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

impl Order {
    /// The place before all others.
    pub(crate) fn start(self) -> Place {
        match self {
            Self::OldestFirst => Place { at: i64::MIN, id: Uuid::nil() },
            Self::NewestFirst => Place { at: i64::MAX, id: Uuid::max() },
        }
    }

    fn compare(self, a: Place, b: Place) -> Ordering {
        match self {
            Self::OldestFirst => a.cmp(&b),
            Self::NewestFirst => b.cmp(&a),
        }
    }
}

/// Rows in their order, and up to where the list was looked through; none: to its end.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<(Place, T)>,
    pub(crate) end: Option<Place>,
}

/// At most `most` rows of several lists in one order, up to where all of them were looked through.
pub(crate) fn merge<T>(parts: Vec<Page<T>>, order: Order, most: usize) -> Page<T> {
    let end = parts.iter().filter_map(|part| part.end).min_by(|a, b| order.compare(*a, *b));
    let mut rows: Vec<_> = parts.into_iter().flat_map(|part| part.rows).collect();
    rows.retain(|(place, _)| end.is_none_or(|end| order.compare(*place, end).is_le()));
    rows.sort_by(|(a, _), (b, _)| order.compare(*a, *b));
    cut(Page { rows, end }, most)
}

/// The first rows of a page, which ends with them when there are more.
pub(crate) fn cut<T>(mut page: Page<T>, most: usize) -> Page<T> {
    if page.rows.len() > most {
        page.rows.truncate(most);
        page.end = page.rows.last().map(|(place, _)| *place);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(at: i64) -> Place {
        Place { at, id: Uuid::nil() }
    }

    fn part(rows: &[i64], end: Option<i64>) -> Page<i64> {
        Page { rows: rows.iter().map(|&at| (place(at), at)).collect(), end: end.map(place) }
    }

    fn merged(parts: Vec<Page<i64>>, order: Order, most: usize) -> (Vec<i64>, Option<i64>) {
        let page = merge(parts, order, most);
        (page.rows.into_iter().map(|(_, at)| at).collect(), page.end.map(|end| end.at))
    }

    #[test]
    fn nothing_is_shown_beyond_what_all_lists_were_looked_through_to() {
        let parts = || vec![part(&[1, 4, 9], None), part(&[2], Some(5))];
        assert_eq!(merged(parts(), Order::OldestFirst, 9), (vec![1, 2, 4], Some(5)));
        assert_eq!(merged(parts(), Order::OldestFirst, 2), (vec![1, 2], Some(2)));
        let parts = vec![part(&[9, 4, 1], None), part(&[8], Some(5))];
        assert_eq!(merged(parts, Order::NewestFirst, 9), (vec![9, 8], Some(5)));
    }

    #[test]
    fn a_list_that_was_looked_through_has_no_end() {
        let parts = vec![part(&[1, 4], None), part(&[2], None)];
        assert_eq!(merged(parts, Order::OldestFirst, 3), (vec![1, 2, 4], None));
    }
}
