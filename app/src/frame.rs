//! What stands around every page: top bar, navigation bar, banner, offers, notes.

mod banner;
mod offer_card;
mod offers;
mod profile_menu;
mod rail;
mod state_menu;
mod title;

use crate::{
    api,
    state::console::use_console,
    ui::{erase::erase, toasts::ToastList},
    words::use_words,
};
use banner::Banner;
use leptos::{prelude::*, task::spawn_local};
use offers::Offers;
use profile_menu::ProfileMenu;
use protocol::{Role, agent::AgentState};
use rail::Rail;
use state_menu::StateMenu;
use title::Title;

/// The frame around a page. `current`: the page's place in the table of pages.
#[component]
pub fn Frame<Content: IntoView + 'static>(
    role: Role,
    current: Memo<usize>,
    children: TypedChildren<Content>,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let profile = console.profile;
    let sites = move || profile.with(|profile| profile.sites.join(" · "));
    let set_state = move |wanted: AgentState| {
        spawn_local(async move {
            match api::profile::set_state(wanted, None).await {
                Ok(()) => profile.update(|profile| {
                    if profile.state != wanted {
                        profile.state = wanted;
                        profile.since = console.clock.exact();
                    }
                }),
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    erase(view! {
        <Title offers=console.offers list=console.list/>
        // In front of everything that one walks through with the keyboard.
        <Offers/>
        <a class="skip" href="#main">{words.get("skip")}</a>
        <div class="frame">
            <header class="bar">
                <b class="brand">{words.get("product")}</b>
                <span class="sites muted">{sites}</span>
                <span class="grow"></span>
                <StateMenu profile=profile on_choose=Callback::new(set_state)/>
                <ProfileMenu profile=profile/>
            </header>
            <Rail role=role current=current/>
            <main id="main" tabindex="-1">
                <Banner socket=console.socket/>
                {children.into_inner()()}
            </main>
        </div>
        <ToastList toasts=console.toasts/>
    })
}
