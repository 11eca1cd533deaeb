//! The list of the agent's work.

use super::{
    group::Group,
    row::RowContext,
    views::{PANEL, Views, tab_id},
};
use crate::{
    browser::focus,
    state::{
        drafts::Drafts,
        list::{List, Reading},
    },
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        more::More,
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{
    TicketId,
    agent::{WorkKind, WorkView},
};
use web_sys::KeyboardEvent;

/// The rows of a view, kind by kind: what is live stands over what one scrolls through. `on_view` receives the view to show, also the same one again where it could not be
/// read.
#[component]
pub fn WorkList(
    list: List,
    drafts: Drafts,
    open_ticket: RwSignal<Option<TicketId>>,
    is_hidden: Memo<bool>,
    on_view: Callback<WorkView>,
    on_more: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let count = Memo::new(move |_| list.count());
    let view = Signal::derive(move || list.view());
    let is_empty = Memo::new(move |_| list.is_empty());
    let is_reading = move |what| list.reading() == what;
    let is_blank = move || is_empty.get() && is_reading(Reading::Nothing) && !list.has_more();
    let empty = move |why: &str| {
        let view = view.get();
        words.get(&format!("empty_{view}{why}"))
    };
    let differing = Memo::new(move |_| list.differing());
    let context = RowContext { open_ticket, drafts, view, differing };
    let live = Memo::new(move |_| list.live());
    let waiting = Memo::new(move |_| list.of_kind(WorkKind::WaitingChat));
    let nothing_is_live = move || live.with(Vec::is_empty) && waiting.with(Vec::is_empty);
    let group = move |kind: WorkKind, name: &'static str| {
        let rows = Memo::new(move |_| list.of_kind(kind));
        view! { <Group rows=rows name=name context=context/> }
    };
    erase(view! {
        <section class="list" aria-labelledby="list-title" hidden=move || is_hidden.get() on:keydown=move_focus>
            <header class="list-top">
                <h1 id="list-title">{words.get("list")}</h1>
                <span class="tag" hidden=move || count.with(Option::is_none)>{count}</span>
            </header>
            <Views view=view on_choose=on_view/>
            <div
                class="panes"
                role="tabpanel"
                id=PANEL
                aria-labelledby=move || tab_id(view.get())
                aria-busy=move || is_reading(Reading::View).then_some("true")
            >
                <div class="pinned" hidden=nothing_is_live>
                    <Group rows=live name="my_chats" context=context/>
                    <Group rows=waiting name="waiting_chats" context=context/>
                </div>
                <div class="rows">
                    {group(WorkKind::Request, "requests")}
                    {group(WorkKind::Answered, "answered")}
                    {group(WorkKind::Closed, "closed")}
                    <More
                        has_more=Signal::derive(move || list.has_more())
                        is_busy=Signal::derive(move || is_reading(Reading::Page))
                        on_more=on_more
                    />
                    <p class="list-note s muted" role="status">
                        {move || is_reading(Reading::View).then(|| words.get("list_loading"))}
                    </p>
                    <div class="list-note s" role="alert">
                        {move || is_reading(Reading::Failed).then(|| view! {
                            <p>{words.get("list_failed")}</p>
                            <button type="button" class="btn" on:click=move |_| on_view.run(view.get_untracked())>{words.get("retry")}</button>
                        })}
                    </div>
                    <div class="blank" hidden=move || !is_blank()>
                        <span class="blank-icon"><Icon drawing=Drawing::Check/></span>
                        <h2>{move || empty("")}</h2>
                        <p class="muted">{move || empty("_why")}</p>
                    </div>
                </div>
            </div>
        </section>
    })
}

/// Up and down move the focus from row to row, also from one group to the next; Enter follows the link by itself.
fn move_focus(event: KeyboardEvent) {
    let is_down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    if focus::step(".group:not([hidden]) a.item", is_down) {
        event.prevent_default();
    }
}
