//! The conversation itself: entries, then what is on its way, then who types.

use super::{
    entry::{Entry, EntryContext},
    events::Events,
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
use leptos::{either::EitherOf4, prelude::*};
use protocol::{
    EntryId, Seq,
    agent::Me,
    delivery::{Delivery, Outbox, Unsent},
};

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
        let (timeline, new_from) = (thread.timeline.clone(), thread.new_from.clone());
        move |_| {
            let new_from = new_from.get();
            timeline.with(|timeline| log_items(timeline.entries().iter(), new_from, &clock.zone()))
        }
    });
    let seen = Memo::new({
        let head = thread.head.clone();
        move |_| head.with(|head| head.as_ref().map_or(Seq::START, |head| head.visitor_seen))
    });
    let marks = Memo::new({
        let timeline = thread.timeline.clone();
        move |_| timeline.with(|timeline| delivery_marks(timeline.entries().iter(), seen.get()))
    });
    // A message turns to *no enviado* when time passes.
    let pending = |outbox: ArcRwSignal<Outbox>| {
        Memo::new(move |_| {
            outbox.with(|outbox| {
                if outbox.is_empty() {
                    return Vec::new();
                }
                let now = clock.now();
                outbox.items(now).map(|(unsent, delivery)| (unsent.clone(), delivery)).collect()
            })
        })
    };
    let messages: Memo<Vec<(Unsent, Delivery)>> = pending(thread.outbox.clone());
    let comments: Memo<Vec<(Unsent, Delivery)>> = pending(thread.comments.clone());
    let is_typing = Memo::new({
        let until = thread.typing_until.clone();
        move |_| until.get().is_some_and(|until| clock.now() < until)
    });
    let colleague = Memo::new({
        let types = thread.colleague_types.clone();
        move |_| types.get().and_then(|(who, until)| (clock.now() < until).then_some(who))
    });
    let types = move |who: &str| words.fill("types", &[("who", who)]);
    let context = EntryContext { name, profile, marks };
    let timeline = thread.timeline;

    erase(view! {
        // Drawn in reverse, so that the browser itself keeps the newest in view, before any script and when items are
        // added.
        <div class="log" role="log" aria-label=words.get("log") tabindex="0">
            <div class="lines">
                <For each=move || items.get() key=LogItem::key let:item>
                    {match item {
                        LogItem::Day { at, .. } => EitherOf4::A(view! { <p class="sys day"><span>{move || clock.date(at)}</span></p> }),
                        LogItem::New => EitherOf4::B(view! { <p class="sys new"><span>{words.get("new_messages")}</span></p> }),
                        LogItem::Entry { entry, first } => EitherOf4::C(view! { <Entry entry=entry.clone() first=first context=context/><Whole entry=entry/> }),
                        LogItem::Events { first, .. } => EitherOf4::D(view! { <Events first=first.seq items=items timeline=timeline.clone()/> }),
                    }}
                </For>
                // What is on its way is drawn again only when its delivery turns.
                <For
                    each=move || messages.get()
                    key=|(unsent, delivery)| (unsent.id, std::mem::discriminant(delivery))
                    children=move |(unsent, delivery)| view! { <Pending unsent=unsent delivery=delivery internal=false on_retry=on_retry on_take_back=on_take_back/> }
                />
                <For
                    each=move || comments.get()
                    key=|(unsent, delivery)| (unsent.id, std::mem::discriminant(delivery))
                    children=move |(unsent, delivery)| view! { <Pending unsent=unsent delivery=delivery internal=true on_retry=on_retry on_take_back=on_take_back/> }
                />
                <p class="typing" hidden=move || !is_typing.get()>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    {move || is_typing.get().then(|| types(&name.get()))}
                </p>
                <p class="typing mate" hidden=move || colleague.with(Option::is_none)>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    {move || colleague.with(|who| who.as_deref().map(types))}
                </p>
            </div>
        </div>
    })
}
