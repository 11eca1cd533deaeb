//! The list of the agent's work.

use super::group::Group;
use crate::{
    state::list::List,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{TicketId, agent::WorkKind};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// All rows, kind by kind.
#[component]
pub fn WorkList(list: List, open_ticket: RwSignal<Option<TicketId>>) -> impl IntoView {
    let words = use_words();
    let count = Memo::new(move |_| list.len());
    erase(view! {
        <section class="list" aria-labelledby="list-title" on:keydown=move_focus>
            <header class="list-top">
                <h1 id="list-title">{words.get("list")}</h1>
                <span class="tag" hidden=move || count.get() == 0>{move || count.get()}</span>
            </header>
            <div class="rows">
                <Group list=list kind=WorkKind::MyChat name="my_chats" open_ticket=open_ticket/>
                <Group list=list kind=WorkKind::WaitingChat name="waiting_chats" open_ticket=open_ticket/>
                <Group list=list kind=WorkKind::Request name="requests" open_ticket=open_ticket/>
                <div class="blank" hidden=move || count.get() != 0>
                    <span class="blank-icon"><Icon drawing=Drawing::Check/></span>
                    <h2>{words.get("empty")}</h2>
                    <p class="muted">{words.get("empty_why")}</p>
                </div>
            </div>
        </section>
    })
}

/// Up and down move the focus from row to row, also from one group to the next; Enter follows the link by itself.
fn move_focus(event: KeyboardEvent) {
    let is_down = match event.key().as_str() {
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
    let to = match (at, is_down) {
        (None, _) => 0,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.saturating_sub(1),
    };
    if let Some(link) = links.get(to) {
        event.prevent_default();
        let _ = link.focus();
    }
}
