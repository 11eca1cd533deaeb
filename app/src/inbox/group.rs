//! The rows of one kind.

use super::row::{RowContext, RowLink};
use crate::{state::list::Row, ui::erase::erase, words::use_words};
use leptos::prelude::*;

/// Rows under their heading; hidden when there are none. `name`: the key of the heading's text.
#[component]
pub fn Group(rows: Memo<Vec<Row>>, name: &'static str, context: RowContext) -> impl IntoView {
    let words = use_words();
    let is_empty = move || rows.with(Vec::is_empty);
    erase(view! {
        <div class="group" hidden=is_empty>
            <h2 id=name>{words.get(name)}<span class="group-count">{move || rows.with(Vec::len)}</span></h2>
            <ul role="list" aria-labelledby=name>
                <For each=move || rows.get() key=|row| row.ticket let:row>
                    <RowLink row=row context=context/>
                </For>
            </ul>
        </div>
    })
}
