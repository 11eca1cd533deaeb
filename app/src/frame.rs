//! What stands around every page: top bar, rail, banner, offers, notes.

mod banner;
mod offers;
mod profile_menu;
mod state_menu;
mod title;

use crate::{
    navigator::use_way,
    state::console::use_console,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        toasts::ToastList,
    },
    words::use_words,
};
use banner::Banner;
use leptos::prelude::*;
use offers::Offers;
use profile_menu::ProfileMenu;
use state_menu::StateMenu;
use title::Title;

/// The frame around a page.
#[component]
pub fn Frame<Page: IntoView + 'static>(children: TypedChildren<Page>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let sites = move || console.me.with(|me| me.sites.join(" · "));
    erase(view! {
        <Title/>
        <a class="skip" href="#main">{words.get("skip")}</a>
        <div class="frame">
            <header class="bar">
                <b class="brand">{words.get("product")}</b>
                <span class="sites muted">{sites}</span>
                <span class="grow"></span>
                <StateMenu/>
                <ProfileMenu/>
            </header>
            <Rail/>
            <main id="main" tabindex="-1">
                <Banner/>
                {children.into_inner()()}
            </main>
            <Offers/>
        </div>
        <ToastList/>
    })
}

#[component]
fn Rail() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let way = use_way();
    let on_mail = Memo::new(move |_| way.place().is_mail());
    let current = move |here: bool| here.then_some("page");
    let waiting = Memo::new(move |_| console.work.unread());
    erase(view! {
        <nav class="rail" aria-label=words.get("sections")>
            <a href="/console" class="place" aria-current=move || current(!on_mail.get())>
                <Icon drawing=Drawing::Inbox/>
                <span class="place-name">{words.get("inbox")}</span>
                <span class="badge" hidden=move || waiting.get() == 0>
                    <span aria-hidden="true">{move || waiting.get()}</span>
                    <span class="quiet">{move || words.count("unread", waiting.get() as usize)}</span>
                </span>
            </a>
            <a href="/console/mail" class="place" aria-current=move || current(on_mail.get())>
                <Icon drawing=Drawing::Mail/>
                <span class="place-name">{words.get("mail")}</span>
            </a>
        </nav>
    })
}
