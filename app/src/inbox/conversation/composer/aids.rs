//! What a composer can suggest: read once it is needed.

use crate::state::suggest::{Kind, Places};
use leptos::prelude::*;
use protocol::agent::{CannedReply, Colleague};

/// Canned replies and colleagues; copied freely.
#[derive(Clone, Copy)]
pub struct Aids {
    /// The replies, once known.
    pub replies: RwSignal<Option<Vec<CannedReply>>>,
    /// The colleagues, once known.
    pub colleagues: RwSignal<Option<Vec<Colleague>>>,
    /// What stands in the places of a reply.
    pub places: Signal<Places>,
    /// A reply that was chosen from all of them, filled; the composer empties it.
    pub inserted: RwSignal<Option<String>>,
    /// Reads what is needed and not known.
    pub on_need: Callback<Kind>,
}

impl Aids {
    /// It is about to be shown.
    pub fn need(self, kind: Kind) {
        let is_known = match kind {
            Kind::Reply => self.replies.with_untracked(Option::is_some),
            Kind::Mention => self.colleagues.with_untracked(Option::is_some),
        };
        if !is_known {
            self.on_need.run(kind);
        }
    }
}
