//! What a visitor is told of a change of the ticket's state: states are the desk's words, and most changes follow from
//! something that says more.

use crate::{
    entry::{Category, TicketState, VisitorBody},
    strings::Strings,
};

/// The line for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateLine {
    /// The ticket is closed.
    Closed,
    /// It was, and is not any more.
    Reopened,
    /// It is in a state that the owner has named.
    Named,
}

impl StateLine {
    /// The line for `state` after what came before it, the newest first; none where what came before says it, or
    /// nothing has to be done.
    pub fn find<'a>(
        before: impl IntoIterator<Item = &'a VisitorBody>,
        state: &TicketState,
        words: &Strings,
    ) -> Option<Self> {
        let mut before = before
            .into_iter()
            .filter(|body| !matches!(body, VisitorBody::Hidden | VisitorBody::TranscriptSent));
        match state.category {
            Category::Closed => {
                let is_told = matches!(before.next(), Some(VisitorBody::ChatEnded { .. }));
                (!is_told).then_some(Self::Closed)
            }
            Category::Open | Category::Waiting => {
                let last = before.find_map(|body| match body {
                    VisitorBody::StateChanged { state } => Some(state.category),
                    _ => None,
                });
                if last == Some(Category::Closed) {
                    Some(Self::Reopened)
                } else {
                    (!words.has_state(&state.name)).then_some(Self::Named)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::EndedBy;

    fn state(name: &str, category: Category) -> TicketState {
        TicketState { name: name.into(), category }
    }

    #[test]
    fn a_change_is_told_where_nothing_else_tells_it() {
        let words: Strings = [("state.pendiente".into(), "pending".into())].into_iter().collect();
        let line = |before: &[VisitorBody], state: &TicketState| {
            StateLine::find(before.iter().rev(), state, &words)
        };
        let closed = state("finalizado", Category::Closed);
        let open = state("pendiente", Category::Open);
        let named = state("en el taller", Category::Waiting);
        let ended = VisitorBody::ChatEnded { by: EndedBy::Agent };
        let message = VisitorBody::Agent { name: "Ana".into(), text: "Sí".into(), files: vec![] };
        let was_closed = VisitorBody::StateChanged { state: closed.clone() };
        assert_eq!(line(&[ended.clone(), VisitorBody::Hidden], &closed), None);
        assert_eq!(line(&[ended, message.clone()], &closed), Some(StateLine::Closed));
        assert_eq!(line(&[], &closed), Some(StateLine::Closed));
        assert_eq!(line(&[was_closed, message.clone()], &open), Some(StateLine::Reopened));
        assert_eq!(line(&[message], &open), None);
        assert_eq!(line(&[], &named), Some(StateLine::Named));
    }
}
