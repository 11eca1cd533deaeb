//! A message or comment of this agent's that is not in the conversation yet.

use super::message_text::MessageText;
use crate::{
    ui::{
        erase::erase,
        files::FileLinks,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{
    EntryId,
    delivery::{Delivery, Unsent},
};

/// The message with its delivery mark and, where it could not be delivered, what can be done about it.
#[component]
pub fn Pending(
    unsent: Unsent,
    delivery: Delivery,
    /// Whether it is a comment.
    internal: bool,
    on_retry: Callback<EntryId>,
    on_take_back: Callback<EntryId>,
) -> impl IntoView {
    let words = use_words();
    let id = unsent.id;
    let is_stuck = matches!(delivery, Delivery::Failed | Delivery::Refused(_));
    let mark = match delivery {
        Delivery::Sending => words.get("sending"),
        Delivery::Sent { .. } => words.get("delivered"),
        Delivery::Failed => words.get("unsent"),
        Delivery::Refused(refusal) => {
            format!("{} · {}", words.get("unsent"), words.refusal(&refusal))
        }
    };
    erase(view! {
        <div class="said me" class:note=internal class:pending=!matches!(delivery, Delivery::Sent { .. }) class:stuck=is_stuck>
            <div class="bubble"><span class="quiet">{words.get(if internal { "internal_comment" } else { "you" })}": "</span><MessageText text=unsent.text/><FileLinks files=unsent.files/></div>
        </div>
        <p class="mark xs" class:muted=!is_stuck class:alert=is_stuck>
            {mark}
            {is_stuck.then(|| view! {
                " · "
                <button type="button" class="link" on:click=move |_| on_retry.run(id)>
                    <Icon drawing=Drawing::Retry/>{words.get("retry")}
                </button>
                " · "
                <button type="button" class="link" on:click=move |_| on_take_back.run(id)>{words.get("take_back")}</button>
            })}
        </p>
    })
}
