//! What is being asked of colleagues, until one answers.

use crate::{
    state::clock::use_clock,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{Handover, HandoverKind};

/// *Transferencia a … pendiente*, with the way to take it back for the one who asked. The clock is not among what is
/// said: it would be said each second.
#[component]
pub fn HandoverLine(handover: Memo<Option<Handover>>, on_cancel: Callback<()>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let line = Memo::new(move |_| {
        handover.get().map(|handover| {
            let cancel = match handover.kind {
                HandoverKind::Transfer => "cancel_transfer",
                HandoverKind::Conference => "cancel_conference",
            };
            (handover, words.get(cancel))
        })
    });
    let said = move || {
        line.with(|line| {
            line.as_ref().map(|(handover, _)| {
                let pending = match handover.kind {
                    HandoverKind::Transfer => "transfer_pending",
                    HandoverKind::Conference => "conference_pending",
                };
                words.fill(pending, &[("to", &handover.to)])
            })
        })
    };
    let clock = move || {
        line.get().map(|(handover, _)| {
            let since = handover.since;
            view! { <span class="num" aria-hidden="true">{move || clock.elapsed(since)}</span> }
        })
    };
    let cancel = move || {
        line.get().filter(|(handover, _)| handover.by_me).map(|(_, cancel)| {
            view! { <button type="button" class="btn" on:click=move |_| on_cancel.run(())>{cancel}</button> }
        })
    };
    let is_pending = move || line.with(Option::is_some);
    erase(view! {
        <div class=move || if is_pending() { "handover-line" } else { "quiet" }>
            {move || is_pending().then(|| view! { <Icon drawing=Drawing::Handover/> })}
            <span class="grow" role="status">{said}</span>
            {clock}
            {cancel}
        </div>
    })
}
