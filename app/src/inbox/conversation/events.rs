//! What happened between two messages: one line, which opens.

use super::sentence::sentence;
use crate::{
    state::{
        clock::use_clock,
        log::{LogItem, LogKey, events_from},
    },
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::EitherOf3, prelude::*};
use protocol::{Seq, delivery::Timeline, entry::AgentEntry};

/// The events from this one on. What is added to them is added in place.
#[component]
pub fn Events(
    first: Seq,
    items: Memo<Vec<LogItem>>,
    timeline: ArcRwSignal<Timeline<AgentEntry>>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let count = Memo::new(move |_| {
        items.with(|items| {
            let this = items.iter().find(|item| item.key() == LogKey::Entry(first));
            match this {
                Some(LogItem::Events { more, .. }) => 1 + more,
                _ => 0,
            }
        })
    });
    let is_open = RwSignal::new(false);
    let line = move |entry: AgentEntry| {
        let at = entry.at;
        let sentence = sentence(entry.body, words);
        view! { <span>{sentence}" "<span class="sys-at">{move || clock.time(at)}</span></span> }
    };
    erase(move || {
        let count = count.get();
        let entries =
            timeline.with_untracked(|timeline| events_from(timeline.entries(), first, count));
        match entries.len() {
            0 => EitherOf3::A(()),
            1 => EitherOf3::B(
                entries
                    .into_iter()
                    .map(|entry| view! { <p class="sys">{line(entry)}</p> })
                    .collect_view(),
            ),
            _ => {
                let at = entries[entries.len() - 1].at;
                let mut all: Vec<String> =
                    entries.iter().map(|entry| sentence(entry.body.clone(), words)).collect();
                // The newest is read whole, what was before as far as there is room.
                let newest = all.pop().unwrap_or_default();
                let before = all.join(" · ") + " · ";
                let summary = words.count("events", entries.len());
                EitherOf3::C(view! {
                    <details class="sys events" open=is_open.get_untracked()>
                        <summary on:click=move |_| is_open.update(|open| *open = !*open)>
                            // Said once: in the line, or below it.
                            <span class="cut">{move || if is_open.get() { summary.clone() } else { before.clone() }}</span>
                            <span class="newest" hidden=move || is_open.get()>{newest}</span>
                            <span class="sys-at">{move || clock.time(at)}</span>
                            <Icon drawing=Drawing::Down/>
                        </summary>
                        <ul role="list">
                            {move || is_open.get().then(|| entries.iter().cloned().map(|entry| view! { <li>{line(entry)}</li> }).collect_view())}
                        </ul>
                    </details>
                })
            }
        }
    })
}
