//! Who is asking, from where, and how to end it.

use super::closing::Closing;
use crate::{
    state::{
        console::use_console,
        thread::{Thread, Writing},
    },
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{agent::AgentChat, contact::Contact, names::initials};

/// The head of a conversation.
#[component]
pub fn Head(thread: Thread, facts_open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let ticket = thread.ticket;
    let closing = RwSignal::new(false);
    let head = thread.head.clone();
    // Until the head is here, the list knows who it is.
    let contact = Memo::new({
        let head = head.clone();
        move |_| {
            head.with(|head| head.as_ref().map(|head| head.contact.clone())).unwrap_or_else(|| {
                console
                    .work
                    .find(ticket)
                    .map_or_else(Contact::default, |row| row.item.with(|item| item.contact.clone()))
            })
        }
    });
    let name = move || contact.with(|contact| words.contact(contact));
    let writing = Memo::new(move |_| thread.writing());
    let can_end = move || matches!(writing.get(), Writing::Chat | Writing::Request { .. });
    let is_chat = Signal::derive(move || writing.get() == Writing::Chat);
    let (line, presence) = (head.clone(), head);

    erase(view! {
        <header class="head">
            <a class="btn quiet icon-only back" href="/console" aria-label=words.get("back")><Icon drawing=Drawing::Back/></a>
            <span class="face" aria-hidden="true">{move || initials(&name())}</span>
            <div class="head-who">
                // On a phone the list and its heading are not there.
                <h1>{name}</h1>
                <p class="xs muted cut">
                    {move || presence.with(|head| head.as_ref().filter(|head| is_live(&head.chat)).map(|head| {
                        let (class, key) = if head.visitor_present { ("dot", "present") } else { ("dot off", "absent") };
                        view! { <i class=class></i>" "{words.get(key)}" · " }
                    }))}
                    {move || line.with(|head| head.as_ref().map(|head| view! {
                        <span class="num">{head.number.0.clone()}</span>
                        {head.page.as_ref().map(|page| view! {
                            " · "{words.get("from")}" "<span title=page.to_string()>{page.path().to_owned()}</span>
                        })}
                        " · "{head.site.clone()}" · "{head.queue.clone()}
                    }))}
                </p>
            </div>
            <span class="grow"></span>
            <button
                type="button"
                class="btn facts-button"
                aria-expanded=move || facts_open.get().to_string()
                aria-controls="facts"
                on:click=move |_| facts_open.update(|open| *open = !*open)
            >
                <Icon drawing=Drawing::Facts/>
                <span class="facts-name">{words.get("facts")}</span>
            </button>
            <Show when=can_end>
                <button type="button" class="btn" class:primary=is_chat on:click=move |_| closing.set(true)>
                    {move || words.get(if is_chat.get() { "end" } else { "close_request" })}
                </button>
            </Show>
        </header>
        <Closing ticket=ticket is_chat=is_chat open=closing/>
    })
}

fn is_live(chat: &AgentChat) -> bool {
    matches!(chat, AgentChat::Waiting { .. } | AgentChat::Active { .. })
}
