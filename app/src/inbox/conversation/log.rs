//! The conversation itself: entries, then the messages on their way, then whether the visitor types.

use super::{
    entry::{Entry, EntryContext},
    pending::Pending,
    reveal::Whole,
};
use crate::{
    state::{
        clock::use_clock,
        log::{LogItem, delivery_marks, log_items},
        thread::Thread,
    },
    ui::erase::erase,
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{EntryId, Seq, agent::Me};

/// All messages and events of a ticket, the newest at the bottom and in view. `name`: the visitor's.
#[component]
pub fn Log(
    thread: Thread,
    name: Memo<String>,
    profile: RwSignal<Me>,
    on_retry: Callback<EntryId>,
    on_take_back: Callback<EntryId>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let items = Memo::new({
        let timeline = thread.timeline.clone();
        move |_| timeline.with(|timeline| log_items(timeline.entries().iter(), &clock.zone()))
    });
    let seen = Memo::new({
        let head = thread.head.clone();
        move |_| head.with(|head| head.as_ref().map_or(Seq::START, |head| head.visitor_seen))
    });
    let marks = Memo::new({
        let timeline = thread.timeline.clone();
        move |_| timeline.with(|timeline| delivery_marks(timeline.entries().iter(), seen.get()))
    });
    let pending = Memo::new({
        let outbox = thread.outbox.clone();
        move |_| {
            outbox.with(|outbox| {
                if outbox.is_empty() {
                    return Vec::new();
                }
                // A message turns to *no enviado* when time passes.
                let now = clock.now();
                outbox.items(now).map(|(unsent, delivery)| (unsent.clone(), delivery)).collect()
            })
        }
    });
    let is_typing = Memo::new({
        let until = thread.typing_until.clone();
        move |_| until.get().is_some_and(|until| clock.now() < until)
    });
    let context = EntryContext { name, profile, marks };

    erase(view! {
        // Drawn in reverse, so that the browser itself keeps the newest in view, before any script and when items are
        // added.
        <div class="log" role="log" aria-label=words.get("log") tabindex="0">
            <div class="lines">
                <For each=move || items.get() key=LogItem::key let:item>
                    {match item {
                        LogItem::Day { at, .. } => Either::Left(view! { <p class="sys day"><span>{move || clock.date(at)}</span></p> }),
                        LogItem::Entry { entry, first } => Either::Right(view! { <Entry entry=entry.clone() first=first context=context/><Whole entry=entry/> }),
                    }}
                </For>
                // A message on its way is drawn again only when its delivery turns.
                <For
                    each=move || pending.get()
                    key=|(unsent, delivery)| (unsent.id, std::mem::discriminant(delivery))
                    children=move |(unsent, delivery)| view! { <Pending unsent=unsent delivery=delivery on_retry=on_retry on_take_back=on_take_back/> }
                />
                <p class="typing" hidden=move || !is_typing.get()>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    {move || is_typing.get().then(|| words.fill("types", &[("who", &name.get())]))}
                </p>
            </div>
        </div>
    })
}
