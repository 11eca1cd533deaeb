//! The conversation itself: entries, then what is on its way, then whether the visitor types.

use super::{
    bubble::Sending,
    entry::{Entry, EntryContext},
};
use crate::{
    state::{
        console::use_console,
        log::{Line, lines, marks},
        thread::Thread,
    },
    ui::erase::erase,
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{Seq, delivery::Delivery};

/// All that was said and happened, the newest at the bottom and in view.
#[component]
pub fn Log(thread: Thread) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let ticket = thread.ticket;
    let shown = Memo::new({
        let timeline = thread.timeline.clone();
        move |_| {
            timeline.with(|timeline| {
                lines(timeline.entries().iter(), console.clock.offset().unwrap_or(0))
            })
        }
    });
    let seen = Memo::new({
        let head = thread.head.clone();
        move |_| head.with(|head| head.as_ref().map_or(Seq::START, |head| head.visitor_seen))
    });
    let marks = Memo::new({
        let timeline = thread.timeline.clone();
        move |_| timeline.with(|timeline| marks(timeline.entries().iter(), seen.get()))
    });
    let contact = Memo::new({
        let head = thread.head.clone();
        move |_| {
            head.with(|head| head.as_ref().map(|head| words.contact(&head.contact)))
                .unwrap_or_default()
        }
    });
    let pending = Memo::new({
        let outbox = thread.outbox.clone();
        move |_| {
            outbox.with(|outbox| {
                if outbox.is_empty() {
                    return Vec::new();
                }
                // A message turns to *no enviado* with time alone.
                let now = console.clock.now();
                outbox.items(now).map(|(unsent, delivery)| (unsent.clone(), delivery)).collect()
            })
        }
    });
    let types = Memo::new({
        let until = thread.typing_until.clone();
        move |_| until.get().is_some_and(|until| console.clock.now() < until)
    });
    let context = EntryContext { contact, marks };

    erase(view! {
        // Reversed, the browser itself keeps the newest in view, before any script and when lines are added.
        <div class="log" role="log" aria-label=words.get("log") tabindex="0">
            <div class="lines">
                <For each=move || shown.get() key=Line::key let:line>
                    {match line {
                        Line::Day { at, .. } => Either::Left(view! { <p class="sys day"><span>{move || console.clock.date(at)}</span></p> }),
                        Line::Entry { entry, first } => Either::Right(view! { <Entry entry=entry first=first context=context/> }),
                    }}
                </For>
                <For
                    each=move || pending.get()
                    key=|(unsent, delivery)| (unsent.id, phase(delivery))
                    children=move |(unsent, delivery)| view! { <Sending ticket=ticket unsent=unsent delivery=delivery/> }
                />
                <p class="typing" hidden=move || !types.get()>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                    {move || types.get().then(|| words.fill("types", &[("who", &contact.get())]))}
                </p>
            </div>
        </div>
    })
}

/// A message on its way is drawn anew only when its delivery turns.
fn phase(delivery: &Delivery) -> u8 {
    match delivery {
        Delivery::Sending => 0,
        Delivery::Sent { .. } => 1,
        Delivery::Failed => 2,
        Delivery::Refused(_) => 3,
    }
}
