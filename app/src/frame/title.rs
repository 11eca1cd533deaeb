//! The tab's title: what is unread, and a flash while a chat rings where nobody looks.

use crate::{browser, state::console::use_console, words::use_words};
use leptos::prelude::*;

/// Keeps the title; draws nothing.
#[component]
pub fn Title() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let rings = Memo::new(move |_| console.offers.with(|offers| !offers.is_empty()));
    let unread = Memo::new(move |_| console.work.unread());
    Effect::new(move |_| {
        let plain = match unread.get() {
            0 => words.get("title"),
            n => format!("({n}) {}", words.get("title")),
        };
        if rings.get() {
            // Seconds alternate only while it rings: otherwise this would run every second for nothing.
            let odd = console.clock.now().0 / 1000 % 2 == 1;
            if odd || !browser::is_away() {
                document().set_title(&format!("● {}", words.get("offer_title")));
                return;
            }
        }
        document().set_title(&plain);
    });
}
