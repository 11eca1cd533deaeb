//! *RONA*, loudly: what was not answered, and the way out.

use crate::{
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// The line over the page while the agent is in RONA.
#[component]
pub fn Missed(profile: RwSignal<Me>, on_back: Callback<()>) -> impl IntoView {
    let words = use_words();
    let line = Memo::new(move |_| {
        profile.with(|me| {
            (me.state == AgentState::Rona).then(|| match &me.missed {
                Some(missed) => {
                    let (who, seconds) =
                        (words.contact(&missed.contact), (missed.ring_ms / 1000).to_string());
                    let number = missed.number.0.as_str();
                    words
                        .fill("missed", &[("number", number), ("who", &who), ("seconds", &seconds)])
                }
                None => words.get("missed_plain"),
            })
        })
    });
    erase(view! {
        <div role="alert">
            {move || line.get().map(|line| view! {
                <div class="banner missed">
                    <Icon drawing=Drawing::Alert/>
                    <span class="grow">{line}</span>
                    <button type="button" class="btn primary" on:click=move |_| on_back.run(())>{words.get("back_available")}</button>
                </div>
            })}
        </div>
    })
}
