//! *Mi bandeja*: the list, and beside it whatever is open.

mod conversation;
mod row;

use crate::{
    navigator::{Place, use_way},
    state::console::use_console,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        not_there::NotThere,
    },
    words::use_words,
};
use conversation::Conversation;
use leptos::{either::EitherOf3, prelude::*};
use protocol::agent::{AgentState, WorkKind};
use row::RowLink;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The list and the open conversation; on a phone one or the other.
#[component]
pub fn Inbox() -> impl IntoView {
    let way = use_way();
    let place = Memo::new(move |_| way.place());
    let is_open = move || place.get().is_open();
    erase(view! {
        <div class="inbox" class:open=is_open>
            <List/>
            {move || match place.get() {
                Place::Ticket(ticket) => EitherOf3::A(view! { <Conversation ticket=ticket/> }),
                Place::Inbox => EitherOf3::B(view! { <NothingOpen/> }),
                Place::Mails | Place::Mail(_) | Place::Nowhere => EitherOf3::C(view! { <NotThere/> }),
            }}
        </div>
    })
}

/// Beside the list when nothing is open.
#[component]
fn NothingOpen() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    // With nothing to choose from it says what comes next instead.
    let key = Memo::new(move |_| match (console.work.is_empty(), console.me.with(|me| me.state)) {
        (false, _) => "nothing_open",
        (true, AgentState::Available) => "ready",
        (true, AgentState::Away) => "not_ready",
    });
    erase(view! {
        <section class="blank wide-only">
            <span class="blank-icon"><Icon drawing=Drawing::Chat/></span>
            <h2>{move || words.get(key.get())}</h2>
            <p class="muted">{move || words.get(&format!("{}_why", key.get()))}</p>
        </section>
    })
}

#[component]
fn List() -> impl IntoView {
    let words = use_words();
    let work = use_console().work;
    let count = Memo::new(move |_| work.len());
    erase(view! {
        <section class="list" aria-labelledby="list-title" on:keydown=arrows>
            <header class="list-top">
                <h1 id="list-title">{words.get("list")}</h1>
                <span class="tag" hidden=move || count.get() == 0>{move || count.get()}</span>
            </header>
            <div class="rows">
                <Group kind=WorkKind::MyChat name="my_chats"/>
                <Group kind=WorkKind::WaitingChat name="waiting_chats"/>
                <Group kind=WorkKind::Request name="requests"/>
                <div class="blank" hidden=move || count.get() != 0>
                    <span class="blank-icon"><Icon drawing=Drawing::Check/></span>
                    <h2>{words.get("empty")}</h2>
                    <p class="muted">{words.get("empty_why")}</p>
                </div>
            </div>
        </section>
    })
}

#[component]
fn Group(kind: WorkKind, name: &'static str) -> impl IntoView {
    let words = use_words();
    let work = use_console().work;
    let rows = Memo::new(move |_| work.group(kind));
    let is_empty = move || rows.with(Vec::is_empty);
    erase(view! {
        <div class="group" hidden=is_empty>
            <h2 id=name>{words.get(name)}<span class="group-count">{move || rows.with(Vec::len)}</span></h2>
            <ul role="list" aria-labelledby=name>
                <For each=move || rows.get() key=|row| row.ticket let:row>
                    <RowLink row=row/>
                </For>
            </ul>
        </div>
    })
}

/// Up and down walk the rows, over the groups' borders; Enter follows the link by itself.
fn arrows(event: KeyboardEvent) {
    let ahead = match event.key().as_str() {
        "ArrowDown" | "j" => true,
        "ArrowUp" | "k" => false,
        _ => return,
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Ok(links) = document().query_selector_all(".group:not([hidden]) a.item") else { return };
    let links: Vec<HtmlElement> = (0..links.length())
        .filter_map(|at| links.get(at).and_then(|link| link.dyn_into().ok()))
        .collect();
    let focused = document().active_element();
    let at = links
        .iter()
        .position(|link| focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(link))));
    let to = match (at, ahead) {
        (None, _) => 0,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.saturating_sub(1),
    };
    if let Some(link) = links.get(to) {
        event.prevent_default();
        let _ = link.focus();
    }
}
