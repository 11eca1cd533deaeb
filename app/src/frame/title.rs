//! The tab's title and picture: how much is unread, and a flash while a chat rings where nobody looks.

use crate::{
    browser,
    state::{clock::use_clock, list::List},
    ui::favicon::{ICON, MARKED},
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::Offer;

/// Sets the title; draws nothing.
#[component]
pub fn Title(offers: RwSignal<Vec<Offer>>, list: List) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let is_ringing = Memo::new(move |_| offers.with(|offers| !offers.is_empty()));
    let unread = Memo::new(move |_| list.unread());
    Effect::new(move |_| {
        let picture = if is_ringing.get() || unread.get() > 0 { MARKED } else { ICON };
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            let _ = link.set_attribute("href", picture);
        }
    });
    Effect::new(move |_| {
        let title = match unread.get() {
            0 => words.get("title"),
            n => format!("({n}) {}", words.get("title")),
        };
        if is_ringing.get() {
            // The clock is read only while a chat rings: otherwise this would run every second for nothing.
            let is_odd_second = clock.now().0 / 1000 % 2 == 1;
            if is_odd_second || !browser::is_away() {
                document().set_title(&format!("● {}", words.get("offer_title")));
                return;
            }
        }
        document().set_title(&title);
    });
}
