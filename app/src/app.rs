//! The application: what every page shares, and the page that the address names.

use crate::{
    browser::focus,
    frame::Frame,
    inbox,
    navigator::{Navigator, query_of},
    pages::{self, PAGES},
    start::Start,
    state::{clock::Clock, console::Console, reader_zone::ReaderZone},
    ui::viewing::Viewing,
    words::Words,
};
use leptos::prelude::*;
use protocol::agent::ForAgent;

/// The console.
#[component]
pub fn App(start: Start) -> impl IntoView {
    let Start {
        lang, strings, now, zone, role, profile, worklist, total, offers, path, page, ..
    } = start;
    let words = Words::new(strings);
    provide_context(words);
    let clock = Clock::new(now, zone.map(ReaderZone::Listed), words);
    provide_context(clock);
    let worklist = worklist.into_iter().map(ForAgent::into_inner).collect();
    let offers = offers.into_iter().map(ForAgent::into_inner).collect();
    let view = inbox::place::view_of(query_of(&path));
    let console = Console::new(profile, (view, worklist, total), offers, role, clock, words);
    provide_context(console);
    provide_context(Viewing(RwSignal::new(None)));
    let navigator = Navigator::new(path);
    provide_context(navigator);
    let first = StoredValue::new(Some(page));
    Effect::new(move |_| {
        // The first page is drawn by now. One that is shown later reads for itself.
        first.set_value(None);
        navigator.hydrate(move |path| pages::find(path).is_some_and(|at| PAGES[at].least <= role));
        console.hydrate();
    });

    // Also at the beginning, after signing in.
    Effect::new(move |_| {
        navigator.with(|_| ());
        focus::rescue();
    });

    // An address that leads nowhere is shown by the first page.
    let current = Memo::new(move |_| navigator.with(pages::find).unwrap_or(0));
    view! {
        <Frame role=role lang=lang current=current>
            {move || pages::view(current.get(), first.get_value())}
        </Frame>
    }
}
