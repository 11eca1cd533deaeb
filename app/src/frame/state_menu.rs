//! *Disponible* or *Ausente*, and for how long already.

use crate::{
    api,
    state::console::use_console,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        menu::Menu,
    },
    words::use_words,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::agent::AgentState;

fn key(state: AgentState) -> &'static str {
    match state {
        AgentState::Available => "available",
        AgentState::Away => "away",
    }
}

/// The agent's own state, with the menu that changes it.
#[component]
pub fn StateMenu() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let state = Memo::new(move |_| console.me.with(|me| me.state));
    let since = Memo::new(move |_| console.me.with(|me| me.since));
    let name = Signal::derive(move || {
        words.fill("state_name", &[("state", &words.get(key(state.get())))])
    });

    let choose = move |wanted: AgentState| {
        if state.get_untracked() == wanted {
            return;
        }
        spawn_local(async move {
            match api::profile::set_state(wanted).await {
                Ok(()) => console.me.update(|me| {
                    if me.state != wanted {
                        me.state = wanted;
                        me.since = console.clock.exact();
                    }
                }),
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    let item = move |wanted: AgentState| {
        view! {
            <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=move |_| choose(wanted)>
                <i class=move || dot(wanted)></i>
                <span class="grow">{words.get(key(wanted))}</span>
                <span class="chosen" aria-hidden="true" hidden=move || state.get() != wanted><Icon drawing=Drawing::Check/></span>
            </button>
        }
    };
    let face = view! {
        <span class="state-face" aria-hidden="true">
            <i class=move || dot(state.get())></i>
            <span>{move || words.get(key(state.get()))}</span>
            <span class="num clock">{move || console.clock.elapsed(since.get())}</span>
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
    }
}
