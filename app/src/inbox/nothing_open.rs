//! What stands beside the list when nothing is open.

use crate::{
    state::list::List,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// Says that nothing is open; with nothing to choose from it says what comes next instead.
#[component]
pub fn NothingOpen(list: List, profile: RwSignal<Me>) -> impl IntoView {
    let words = use_words();
    let key = Memo::new(move |_| match (list.is_empty(), profile.with(|profile| profile.state)) {
        (false, _) => "nothing_open",
        (true, AgentState::Available) => "ready",
        (true, AgentState::Away) => "not_ready",
        (true, AgentState::Rona) => "in_rona",
    });
    erase(view! {
        <section class="blank wide-only">
            <span class="blank-icon"><Icon drawing=Drawing::Chat/></span>
            <h2>{move || words.get(key.get())}</h2>
            <p class="muted">{move || words.get(&format!("{}_why", key.get()))}</p>
        </section>
    })
}
