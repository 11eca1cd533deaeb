//! *Disponible* or *Ausente*, and since when.

use crate::{
    state::clock::use_clock,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        menu::Menu,
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// The agent's state, with the menu that changes it.
#[component]
pub fn StateMenu(profile: RwSignal<Me>, on_choose: Callback<AgentState>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let state = Memo::new(move |_| profile.with(|profile| profile.state));
    let since = Memo::new(move |_| profile.with(|profile| profile.since));
    let state_name = move |state: AgentState| words.get(state.as_text());
    let name =
        Signal::derive(move || words.fill("state_name", &[("state", &state_name(state.get()))]));

    let choose = move |wanted: AgentState| {
        if state.get_untracked() != wanted {
            on_choose.run(wanted);
        }
    };
    let item = move |wanted: AgentState| {
        view! {
            <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=move |_| choose(wanted)>
                <i class=move || dot(wanted)></i>
                <span class="grow">{state_name(wanted)}</span>
                <span class="chosen" aria-hidden="true" hidden=move || state.get() != wanted><Icon drawing=Drawing::Check/></span>
            </button>
        }
    };
    let face = view! {
        <span class="state-face" aria-hidden="true">
            <i class=move || dot(state.get())></i>
            <span>{move || state_name(state.get())}</span>
            <span class="num clock">{move || clock.elapsed(since.get())}</span>
            <Icon drawing=Drawing::Down/>
        </span>
    };
    erase(view! {
        <Menu name=name class="btn state" face=face above=()>
            {item(AgentState::Available)}
            {item(AgentState::Away)}
        </Menu>
    })
}

fn dot(state: AgentState) -> &'static str {
    match state {
        AgentState::Available => "dot",
        AgentState::Away => "dot away",
        AgentState::Rona => "dot rona",
    }
}
