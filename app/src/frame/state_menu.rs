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

/// The agent's state, with the menu that changes it: to *Disponible*, or to *Ausente* for one of the owner's reasons
/// or for none. *RONA* is left by it, and never chosen.
#[component]
pub fn StateMenu(
    profile: RwSignal<Me>,
    on_choose: Callback<(AgentState, Option<String>)>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let state = Memo::new(move |_| profile.with(|profile| profile.state));
    let reason = Memo::new(move |_| profile.with(|profile| profile.reason.clone()));
    let since = Memo::new(move |_| profile.with(|profile| profile.since));
    let reasons = Memo::new(move |_| profile.with(|profile| profile.away_reasons.clone()));
    let state_name = move |state: AgentState| words.get(state.as_text());
    let name =
        Signal::derive(move || words.fill("state_name", &[("state", &state_name(state.get()))]));

    let item = move |wanted: AgentState, why: Option<String>| {
        let text = why.clone().unwrap_or_else(|| state_name(wanted));
        let (is_reason, wanted_why) = (why.is_some(), why.clone());
        let is_chosen = Memo::new(move |_| state.get() == wanted && reason.with(|now| *now == why));
        let choose = move |_| {
            if !is_chosen.get_untracked() {
                on_choose.run((wanted, wanted_why.clone()));
            }
        };
        view! {
            <button type="button" class="menu-item" class:sub=is_reason role="menuitem" tabindex="-1" on:click=choose>
                {(!is_reason).then(|| view! { <i class=dot(wanted)></i> })}
                <span class="grow" dir="auto">{text}</span>
                <span class="chosen" aria-hidden="true" hidden=move || !is_chosen.get()><Icon drawing=Drawing::Check/></span>
            </button>
        }
    };
    let face = view! {
        <span class="state-face" aria-hidden="true">
            <i class=move || dot(state.get())></i>
            <span class="cut">{move || reason.get().unwrap_or_else(|| state_name(state.get()))}</span>
            <span class="num clock">{move || clock.elapsed(since.get())}</span>
            <Icon drawing=Drawing::Down/>
        </span>
    };
    erase(view! {
        <Menu name=name class="btn state" face=face above=()>
            {item(AgentState::Available, None)}
            {item(AgentState::Away, None)}
            {move || reasons.get().into_iter().map(|why| item(AgentState::Away, Some(why))).collect_view()}
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
