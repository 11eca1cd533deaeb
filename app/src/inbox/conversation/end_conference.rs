//! What the owner of a conference wants to end: the chat, or only the guest's part in it.

use crate::{
    ui::{dialog::Dialog, erase::erase},
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::Guest;

/// The question.
#[component]
pub fn EndConference(
    open: RwSignal<bool>,
    guest: Memo<Option<Guest>>,
    on_end_chat: Callback<()>,
    on_let_go: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let who = Memo::new(move |_| guest.get().map(|guest| guest.name).unwrap_or_default());
    let choose = move |choice: Callback<()>| {
        open.set(false);
        choice.run(());
    };
    // The guest may leave by themselves meanwhile.
    Effect::new(move |_| {
        if guest.with(Option::is_none) && open.get_untracked() {
            open.set(false);
        }
    });
    let fill = move |key: &str| who.with(|who| words.fill(key, &[("who", who)]));
    erase(view! {
        <Dialog labelled_by="end-conference-title" open=open>
            <h2 id="end-conference-title">{words.get("end_conference")}</h2>
            <p class="s muted after-title">{move || fill("end_conference_why")}</p>
            <div class="choices">
                <button type="button" class="btn primary" autofocus on:click=move |_| choose(on_let_go)>{move || fill("let_go")}</button>
                <button type="button" class="btn" on:click=move |_| choose(on_end_chat)>{words.get("end_all")}</button>
                <button type="button" class="btn quiet" on:click=move |_| open.set(false)>{words.get("cancel")}</button>
            </div>
        </Dialog>
    })
}
