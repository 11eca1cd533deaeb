//! What was found: rows in the place of the list.

use super::place::{TICKET, with_filters};
use crate::{
    api,
    browser::focus,
    state::{clock::use_clock, console::use_console, list::Reading},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        more::More,
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use protocol::{
    TicketId,
    agent::{ForAgent, WorkView},
    entry::Category,
    search::{Found, Piece, SearchPlace},
};
use std::collections::HashSet;
use web_sys::KeyboardEvent;

/// The tickets that were found, page by page.
#[component]
pub fn SearchResults(question: Memo<String>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let view = Signal::derive(move || console.list.view());
    let open_ticket = console.open_ticket;
    let rows = RwSignal::new(Vec::<Found>::new());
    let next = RwSignal::new(None::<SearchPlace>);
    let reading = RwSignal::new(Reading::View);
    let load = move |after: Option<SearchPlace>| {
        let asked = question.get_untracked();
        let sight = console.sight.get_untracked();
        reading.set(if after.is_some() { Reading::Page } else { Reading::View });
        spawn_local(async move {
            let answer = api::search::search(asked.clone(), after).await;
            // Somebody typed on, went elsewhere, or may read something else now: the next answer is the one.
            let is_stale = question.try_get_untracked() != Some(asked);
            if is_stale || console.sight.get_untracked() != sight {
                return;
            }
            let read = match answer {
                Ok(page) => {
                    next.try_set(page.next);
                    rows.try_update(|rows| {
                        if after.is_none() {
                            rows.clear();
                        }
                        let mut known: HashSet<TicketId> =
                            rows.iter().map(|row| row.ticket).collect();
                        let new = page.rows.into_iter().map(ForAgent::into_inner);
                        rows.extend(new.filter(|row| known.insert(row.ticket)));
                    });
                    Reading::Nothing
                }
                Err(error) => {
                    console.toasts.alert(words.refusal(&error.0));
                    Reading::Failed
                }
            };
            reading.try_set(read);
        });
    };
    Effect::new(move |before: Option<u32>| {
        question.track();
        let sight = console.sight.get();
        if before.is_some_and(|before| before != sight) {
            rows.set(Vec::new());
            next.set(None);
        }
        load(None);
        sight
    });
    let is_reading = move |what| reading.get() == what;
    let has_more = Signal::derive(move || next.with(Option::is_some));
    let count = move || format!("{}{}", rows.with(Vec::len), if has_more.get() { "+" } else { "" });
    let is_blank =
        move || rows.with(Vec::is_empty) && is_reading(Reading::Nothing) && !has_more.get();
    erase(view! {
        <section class="list found" aria-labelledby="found-title" on:keydown=move_focus>
            <header class="list-top">
                <h1 id="found-title">{words.get("found")}</h1>
                <span class="tag" hidden=move || rows.with(Vec::is_empty)>{count}</span>
            </header>
            <div class="rows" aria-busy=move || is_reading(Reading::View).then_some("true")>
                <ul role="list" aria-labelledby="found-title">
                    <For each=move || rows.get() key=key let:row>
                        <FoundLink row=row question=question view=view open_ticket=open_ticket/>
                    </For>
                </ul>
                <More
                    has_more=has_more
                    is_busy=Signal::derive(move || is_reading(Reading::Page))
                    on_more=Callback::new(move |()| load(next.get_untracked()))
                />
                // Where nothing was found that stands below.
                <p class=move || if is_blank() { "quiet" } else { "list-note s muted" } role="status">
                    {move || if is_reading(Reading::View) {
                        Some(words.get("found_loading"))
                    } else if is_blank() {
                        Some(words.get("found_nothing"))
                    } else {
                        Some(words.count("found_count", rows.with(Vec::len)))
                    }}
                </p>
                <div class="list-note s" role="alert">
                    {move || is_reading(Reading::Failed).then(|| view! {
                        <p>{words.get("found_failed")}</p>
                        <button type="button" class="btn" on:click=move |_| load(None)>{words.get("retry")}</button>
                    })}
                </div>
                <div class="blank" hidden=move || !is_blank()>
                    <span class="blank-icon"><Icon drawing=Drawing::Search/></span>
                    <h2>{words.get("found_nothing")}</h2>
                    <p class="muted">{words.get("found_nothing_why")}</p>
                </div>
            </div>
        </section>
    })
}

/// What tells a row from the others, and from itself with other words marked.
fn key(row: &Found) -> String {
    let pieces = row.contact.iter().chain(&row.subject).chain(&row.text);
    let marks = pieces
        .map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() });
    marks.fold(row.ticket.to_string(), |key, mark| key + &mark)
}

#[component]
fn FoundLink(
    row: Found,
    question: Memo<String>,
    view: Signal<WorkView>,
    open_ticket: RwSignal<Option<TicketId>>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let ticket = row.ticket;
    let is_open = move || open_ticket.get() == Some(ticket);
    let href =
        move || question.with(|question| with_filters(&TICKET.path(ticket), view.get(), question));
    let class = if row.state.category == Category::Open { "tag away name" } else { "tag name" };
    let who = if row.contact.is_empty() {
        Either::Left(words.get("visitor"))
    } else {
        Either::Right(pieces(row.contact))
    };
    let last_at = row.last_at;
    view! {
        <li>
            <a href=href class="item" aria-current=move || is_open().then_some("true")>
                <span class="item-line">
                    <b class="item-who" dir="auto">{who}</b>
                    <span class="item-at xs muted">{move || clock.short(last_at)}</span>
                </span>
                {(!row.subject.is_empty()).then(|| view! {
                    <span class="item-line"><span class="item-text strong" dir="auto">{pieces(row.subject)}</span></span>
                })}
                <span class="item-found" dir="auto">{pieces(row.text)}</span>
                <span class="item-line">
                    <span class="item-where xs muted"><span class="num">{row.number.0}</span>" · "{row.queue}</span>
                    <span class=class>{words.state(&row.state.name)}</span>
                </span>
            </a>
        </li>
    }
}

fn pieces(pieces: Vec<Piece>) -> impl IntoView {
    let part = |piece: Piece| {
        if piece.found {
            Either::Left(view! { <mark>{piece.text}</mark> })
        } else {
            Either::Right(piece.text)
        }
    };
    pieces.into_iter().map(part).collect::<Vec<_>>()
}

/// Up and down move the focus from row to row, and up from the first into the box.
fn move_focus(event: KeyboardEvent) {
    let is_down = match event.key().as_str() {
        "ArrowDown" | "j" => true,
        "ArrowUp" | "k" => false,
        _ => return,
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let of_all = if focus::is_inside(".found a.item") {
        ".search input, .found a.item"
    } else {
        ".found a.item"
    };
    if focus::step(of_all, is_down) {
        event.prevent_default();
    }
}
