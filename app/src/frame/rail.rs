//! The navigation bar.

use crate::{
    pages::PAGES,
    state::console::use_console,
    ui::{erase::erase, icon::Icon},
    words::use_words,
};
use leptos::prelude::*;
use protocol::Role;

/// A link to every page that this role may see.
#[component]
pub fn Rail(role: Role, current: Memo<usize>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let links: Vec<_> = PAGES
        .iter()
        .enumerate()
        .filter(|(_, page)| page.least <= role)
        .map(|(at, page)| {
            let badge = page.badge.map(|badge| {
                let count = Memo::new(move |_| badge(console));
                view! {
                    <span class="badge" hidden=move || count.get() == 0>
                        <span aria-hidden="true">{move || count.get()}</span>
                        <span class="quiet">{move || words.count("unread", count.get() as usize)}</span>
                    </span>
                }
            });
            view! {
                <a href=move || (page.link)(console) class="place" aria-current=move || (current.get() == at).then_some("page")>
                    <Icon drawing=page.icon/>
                    <span class="place-name">{words.get(page.name)}</span>
                    {badge}
                </a>
            }
        })
        .collect();
    erase(view! { <nav class="rail" aria-label=words.get("sections")>{links}</nav> })
}
