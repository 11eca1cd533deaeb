//! The rows of one kind.

use super::row::RowLink;
use crate::{state::list::List, ui::erase::erase, words::use_words};
use leptos::prelude::*;
use protocol::{TicketId, agent::WorkKind};

/// The rows of one kind under their heading; hidden when there are none. `name`: the key of the heading's text.
#[component]
pub fn Group(
    list: List,
    kind: WorkKind,
    name: &'static str,
    open_ticket: RwSignal<Option<TicketId>>,
) -> impl IntoView {
    let words = use_words();
    let rows = Memo::new(move |_| list.of_kind(kind));
    let is_empty = move || rows.with(Vec::is_empty);
    erase(view! {
        <div class="group" hidden=is_empty>
            <h2 id=name>{words.get(name)}<span class="group-count">{move || rows.with(Vec::len)}</span></h2>
            <ul role="list" aria-labelledby=name>
                <For each=move || rows.get() key=|row| row.ticket let:row>
                    <RowLink row=row open_ticket=open_ticket/>
                </For>
            </ul>
        </div>
    })
}
