//! What is masked, and the button by which a supervisor looks at it. It is shown until the conversation is left.

use crate::{
    api,
    state::{
        console::use_console,
        thread::{Revealed, Sought, Thread},
    },
    ui::icon::{Drawing, Icon},
    words::use_words,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{Role, TicketId, entry::AgentEntry, masking::looks_masked};

/// Where the conversation's values are looked at.
#[derive(Clone)]
struct Revealing {
    ticket: TicketId,
    revealed: ArcRwSignal<Revealed>,
}

/// From here on the parts of the conversation may show what is masked in it.
pub fn provide_revealing(thread: &Thread) {
    let (ticket, revealed) = (thread.ticket, thread.revealed.clone());
    provide_context(Revealing { ticket, revealed });
}

/// Where values are looked at, for those who may: of no other is looked for what is masked.
fn use_revealing() -> Option<Revealing> {
    use_context().filter(|_| use_console().role >= Role::Supervisor)
}

/// A field of the ticket, and its button where it is masked.
#[component]
pub fn Field(#[prop(into)] field: Sought, value: String) -> impl IntoView {
    let known = use_revealing().map(|revealing| revealing.revealed);
    let is_masked = known.is_some() && looks_masked(&value);
    let masked = value.clone();
    let shown = move || {
        let found = known.as_ref().and_then(|all| all.with(|all| all.get(&field).cloned()));
        found.unwrap_or_else(|| masked.clone())
    };
    view! { <bdi>{shown}</bdi>{is_masked.then(|| view! { " "<RevealButton sought=field/> })} }
}

/// Below an entry in which something is masked: its button, then what it says.
#[component]
pub fn Whole(entry: AgentEntry) -> impl IntoView {
    let id = entry.id;
    let mut body = entry.body;
    let revealing = use_revealing().filter(|_| {
        let mut is_masked = false;
        body.each_text(&mut |text| is_masked = is_masked || looks_masked(text));
        is_masked
    });
    revealing.map(|revealing| {
        let shown = move || {
            let known = revealing.revealed.with(|all| all.get(&id.into()).cloned());
            known.map(|text| view! { <p class="text" dir="auto">{text}</p> })
        };
        view! { <div class="revealed"><RevealButton sought=id/>{shown}</div> }
    })
}

/// The button, until it was pressed.
#[component]
fn RevealButton(#[prop(into)] sought: Sought) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    use_revealing().map(|Revealing { ticket, revealed }| {
        let is_busy = RwSignal::new(false);
        let is_known = {
            let revealed = revealed.clone();
            move || revealed.with(|all| all.contains_key(&sought))
        };
        let reveal = move |_| {
            if is_busy.get_untracked() {
                return;
            }
            is_busy.set(true);
            let revealed = revealed.clone();
            spawn_local(async move {
                let Sought { field, entry, own } = sought;
                let answer = api::reveal::reveal(ticket, field, entry, own).await;
                let _ = is_busy.try_set(false);
                match answer {
                    Ok(value) => revealed.update(|all| {
                        all.insert(sought, value);
                    }),
                    Err(error) => console.toasts.alert(words.refusal(&error.0)),
                }
            });
        };
        view! {
            <button
                type="button"
                class="btn quiet reveal"
                title=words.get("reveal_why")
                hidden=is_known
                aria-busy=move || is_busy.get().then_some("true")
                on:click=reveal
            >
                <Icon drawing=Drawing::Eye/>
                <span>{words.get("reveal")}</span>
                <span class="quiet">" "{words.get(&format!("reveal_{}", sought.field))}</span>
            </button>
        }
    })
}
