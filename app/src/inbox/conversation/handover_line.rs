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

/// *Transferencia a … pendiente*, with the way to take it back for the one who asked.
#[component]
pub fn HandoverLine(handover: Memo<Option<Handover>>, on_cancel: Callback<()>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let line = move || {
        handover.get().map(|handover| {
            let (pending, cancel) = match handover.kind {
                HandoverKind::Transfer => ("transfer_pending", "cancel_transfer"),
                HandoverKind::Conference => ("conference_pending", "cancel_conference"),
            };
            let since = handover.since;
            view! {
                <div class="handover-line">
                    <Icon drawing=Drawing::Handover/>
                    <span class="grow">{words.fill(pending, &[("to", &handover.to)])}</span>
                    <span class="num" aria-hidden="true">{move || clock.elapsed(since)}</span>
                    {handover.by_me.then(|| view! {
                        <button type="button" class="btn" on:click=move |_| on_cancel.run(())>{words.get(cancel)}</button>
                    })}
                </div>
            }
        })
    };
    erase(view! { <div role="status">{line}</div> })
}
