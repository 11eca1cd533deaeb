//! What stands around every page: top bar, navigation bar, banner, offers, notes.

mod ask_notices;
mod banner;
mod behind;
pub(crate) mod handed_over;
pub(crate) mod leave;
mod missed;
mod offer_card;
mod offers;
mod profile_menu;
mod rail;
pub(crate) mod shortcut_sheet;
mod shortcuts;
mod state_menu;
mod title;

use crate::{
    api,
    browser::focus,
    chunks::{Dialog, dialog},
    inbox::{place, search_box::SearchBox},
    state::console::use_console,
    ui::{dialog::Stands, erase::erase, later::LateDialog, toasts::ToastList, viewing::Viewing},
    words::use_words,
};
use ask_notices::AskNotices;
use banner::Banner;
use leave::Leaving;
use leptos::{prelude::*, task::spawn_local};
use missed::Missed;
use offers::Offers;
use profile_menu::ProfileMenu;
use protocol::{Role, agent::AgentState};
use rail::Rail;
use shortcuts::Shortcuts;
use state_menu::StateMenu;
use title::Title;

/// The frame around a page. `current`: the page's place in the table of pages.
#[component]
pub fn Frame<Content: IntoView + 'static>(
    role: Role,
    lang: String,
    current: Memo<usize>,
    children: TypedChildren<Content>,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let profile = console.profile;
    let sites = move || profile.with(|profile| profile.sites.join(" · "));
    let set_state = move |wanted: AgentState, reason: Option<String>| {
        spawn_local(async move {
            match api::profile::set_state(wanted, reason.clone()).await {
                Ok(()) => {
                    console
                        .say(words.fill("state_name", &[("state", &words.get(wanted.as_text()))]));
                    profile.update(|profile| {
                        if (profile.state, &profile.reason) != (wanted, &reason) {
                            profile.state = wanted;
                            profile.since = console.clock.exact();
                            profile.reason = reason;
                            profile.missed = None;
                        }
                    });
                    // The button that did it may have gone with what it was for.
                    focus::rescue();
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    let leaving = RwSignal::new(None::<Leaving>);
    // Who leaves learns first what becomes of those who wait.
    let choose_state = move |(wanted, reason): (AgentState, Option<String>)| {
        if wanted != AgentState::Away || profile.with_untracked(|me| me.state == AgentState::Away) {
            set_state(wanted, reason);
            return;
        }
        spawn_local(async move {
            match api::profile::preview_away().await {
                Ok(waiting) if waiting > 0 => leaving.set(Some(Leaving { waiting, reason })),
                // What cannot be foretold keeps nobody.
                Ok(_) | Err(_) => set_state(wanted, reason),
            }
        });
    };
    let come_back = Callback::new(move |()| set_state(AgentState::Available, None));
    let set_language = move |lang: &'static str| {
        spawn_local(async move {
            match api::profile::set_language(lang.to_owned()).await {
                // All words of the page are others.
                Ok(()) => _ = window().location().reload(),
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    };
    let path = Callback::new(move |ticket| place::ticket(ticket, console.list.view()));
    let on_leave = Callback::new(move |reason| set_state(AgentState::Away, reason));
    let leave = Dialog::Leave { leaving, on_leave };
    let shortcuts_open = RwSignal::new(false);
    let Viewing(viewing) = expect_context::<Viewing>();
    erase(view! {
        <Title offers=console.offers list=console.list/>
        // In front of everything that one walks through with the keyboard.
        <Offers/>
        <a class="skip" href="#main">{words.get("skip")}</a>
        <div class="frame">
            <header class="bar">
                <b class="brand">{words.get("product")}</b>
                <span class="sites muted">{sites}</span>
                <SearchBox list=console.list/>
                <span class="grow"></span>
                <StateMenu profile=profile on_choose=Callback::new(choose_state)/>
                <ProfileMenu
                    profile=profile
                    lang=lang
                    on_language=Callback::new(set_language)
                    on_shortcuts=Callback::new(move |()| shortcuts_open.set(true))
                />
            </header>
            <Rail role=role current=current/>
            <main id="main" tabindex="-1">
                <Banner socket=console.socket/>
                <Missed profile=profile on_back=come_back/>
                <AskNotices profile=profile/>
                {children.into_inner()()}
            </main>
        </div>
        <LateDialog
            late=dialog(leave)
            open=Signal::derive(move || leaving.with(Option::is_some))
            on_dismiss=Callback::new(move |()| leaving.set(None))
        />
        <LateDialog
            late=dialog(Dialog::HandedOver)
            stands=Stands::Aside
            open=Signal::derive(move || console.handed_over.with(|all| !all.is_empty()))
            // They gave no reason.
            on_dismiss=Callback::new(move |()| console.handed_over.set(Vec::new()))
        />
        <Shortcuts open=shortcuts_open/>
        <LateDialog
            late=dialog(Dialog::Viewer { viewing })
            open=Signal::derive(move || viewing.with(Option::is_some))
            on_dismiss=Callback::new(move |()| viewing.set(None))
        />
        <p class="quiet" role="status">{move || console.said.get()}</p>
        <ToastList toasts=console.toasts path=path/>
    })
}
