//! Who is signed in, how they are notified, and the way out.

use crate::{
    browser::{keys, notice, sound, storage},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        menu::Menu,
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{agent::Me, names::initials};

/// The menu behind the agent's face.
#[component]
pub fn ProfileMenu(
    profile: RwSignal<Me>,
    /// The console's language.
    lang: String,
    on_language: Callback<&'static str>,
    on_shortcuts: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let is_muted = RwSignal::new(false);
    let can_ask = RwSignal::new(false);
    Effect::new(move |_| {
        is_muted.set(sound::is_muted());
        // Before that the question stands over the page.
        can_ask.set(notice::can_ask() && storage::get(keys::NOTICES_DECLINED).is_some());
    });
    let name = move || profile.with(|profile| profile.name.clone());
    let email = move || profile.with(|profile| profile.email.clone());
    let toggle_sound = move |_| {
        let muted = !is_muted.get_untracked();
        sound::mute(muted);
        is_muted.set(muted);
        sound::chime();
    };
    let volume = RwSignal::new(2);
    Effect::new(move |_| volume.set(sound::volume()));
    // The menu stays: one listens, and goes on.
    let louder = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        let to = volume.get_untracked() % 3 + 1;
        sound::set_volume(to);
        volume.set(to);
        sound::chime();
    };
    let languages = ["es", "en", "pt"]
        .map(|this| {
            let is_chosen = lang == this;
            view! {
                <button type="button" class="menu-item" role="menuitemradio" tabindex="-1" lang=this aria-checked=is_chosen.to_string() on:click=move |_| on_language.run(this)>
                    <span class="grow">{words.get(&format!("lang_own_{this}"))}</span>
                    {is_chosen.then(|| view! { <span class="chosen" aria-hidden="true"><Icon drawing=Drawing::Check/></span> })}
                </button>
            }
        })
        .collect_view();
    let ask = move |_| {
        notice::ask();
        can_ask.set(false);
    };

    let face = view! { <span class="face" aria-hidden="true">{move || profile.with(|profile| initials(&profile.name))}</span> };
    let above = view! { <p class="who"><b>{name}</b><span class="muted s">{email}</span></p> };
    erase(view! {
        <Menu name=words.get("profile") class="btn profile" face=face above=above>
            <button
                type="button"
                class="menu-item"
                role="menuitemcheckbox"
                aria-checked=move || (!is_muted.get()).to_string()
                tabindex="-1"
                on:click=toggle_sound
            >
                <Icon drawing=Drawing::Sound/>
                <span class="grow">{words.get("sound")}</span>
                <span class="chosen" aria-hidden="true" hidden=move || is_muted.get()><Icon drawing=Drawing::Check/></span>
            </button>
            <button type="button" class="menu-item" role="menuitem" tabindex="-1" hidden=is_muted on:click=louder>
                <Icon drawing=Drawing::Sound/>
                <span class="grow">{words.get("volume")}": "{move || words.get(&format!("volume_{}", volume.get()))}</span>
            </button>
            <div role="group" aria-label=words.get("console_language")>
                <p class="menu-title" aria-hidden="true">{words.get("console_language")}</p>
                {languages}
            </div>
            <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=move |_| on_shortcuts.run(())>
                <Icon drawing=Drawing::Help/>
                <span class="grow">{words.get("shortcuts")}</span>
                <kbd aria-hidden="true">"?"</kbd>
            </button>
            <Show when=move || can_ask.get()>
                <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=ask>
                    <Icon drawing=Drawing::Bell/>
                    {words.get("ask_notices")}
                </button>
            </Show>
            <form method="post" action="/console/sign-out" role="none">
                <button class="menu-item" role="menuitem" tabindex="-1">
                    <Icon drawing=Drawing::Leave/>
                    {words.get("sign_out")}
                </button>
            </form>
        </Menu>
    })
}
