//! Who writes, from where, and the button that ends it.
#![allow(clippy::boxed_local, reason = "what is large on the server is not in the browser")]

use super::sharing::Sharing;
use crate::{
    inbox::place::{LIST, question_of, view_of, with_filters},
    navigator::use_navigator,
    state::writing::Writing,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{
    agent::{AgentChat, Colleague, Conversation, HandoverKind},
    names::initials,
};

/// The head of a conversation. `head`: none until the conversation is known; `on_close`: the agent wants to end it;
/// `on_reopen`: to open it again.
#[component]
pub fn Head(
    head: ArcRwSignal<Option<Conversation>>,
    /// Who else has it on screen.
    watchers: ArcRwSignal<Vec<Colleague>>,
    name: Memo<String>,
    writing: Memo<Writing>,
    facts_open: RwSignal<bool>,
    sharing: Box<Sharing>,
    on_close: Callback<()>,
    on_reopen: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let can_close = move || {
        writing.with(|writing| writing.is_my_chat() || matches!(writing, Writing::Request { .. }))
    };
    let owns = move || writing.with(|writing| *writing == Writing::Chat);
    let sharing = *sharing;
    let guest = sharing.guest;
    let can_ask =
        move || owns() && guest.with(Option::is_none) && sharing.handover.with(Option::is_none);
    let has_guest = move || owns() && guest.with(Option::is_some);
    let is_guest = move || writing.with(|writing| *writing == Writing::Guest);
    // Who else is in it, as whoever reads this sees it.
    let people = move || {
        let guest = guest.get()?;
        Some(if guest.me {
            words.fill("guest_of", &[("who", &sharing.owner.get().unwrap_or_default())])
        } else {
            words.fill("in_conference", &[("who", &guest.name)])
        })
    };
    let is_closed = move || writing.with(|writing| matches!(writing, Writing::Closed { .. }));
    let is_chat = move || writing.with(Writing::is_my_chat);
    let navigator = use_navigator();
    // To the list as it was: the view, and what was looked for.
    let back = move || {
        let (view, question) = navigator.with_query(|query| (view_of(query), question_of(query)));
        with_filters(LIST.pattern(), view, &question)
    };
    let (line, presence, more) = (head.clone(), head, watchers.clone());

    erase(view! {
        <header class="head">
            <a class="btn quiet icon-only back" href=back aria-label=words.get("back")><Icon drawing=Drawing::Back/></a>
            <span class="face" aria-hidden="true">{move || name.with(|name| initials(name))}</span>
            <div class="head-who">
                // On a phone the list and its heading are not there.
                <h1 dir="auto">{name}</h1>
                <p class="xs muted cut">
                    {move || people().map(|people| view! { <b class="tag live">{people}</b>" " })}
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
            <div class="watchers" role="status">
                {move || watchers.with(|watchers| watchers.iter().take(3).map(|watcher| {
                    let looks = words.fill("looks_on", &[("who", &watcher.name)]);
                    let title = looks.clone();
                    view! { <span class="face" title=title><span aria-hidden="true">{initials(&watcher.name)}</span><span class="quiet">{looks}</span></span> }
                }).collect_view())}
                {move || more.with(Vec::len).checked_sub(4).map(|more| view! { <span class="xs muted">{format!("+{}", more + 1)}</span> })}
            </div>
            <button
                type="button"
                class="btn facts-button"
                aria-haspopup="dialog"
                on:click=move |_| facts_open.set(true)
            >
                <Icon drawing=Drawing::Facts/>
                <span class="facts-name">{words.get("facts")}</span>
            </button>
            <Show when=can_ask>
                <button type="button" class="btn" aria-keyshortcuts="t" on:click=move |_| sharing.on_ask.run(HandoverKind::Transfer)>
                    <Icon drawing=Drawing::Handover/><span class="label">{words.get("transfer")}</span>
                </button>
                <button type="button" class="btn" on:click=move |_| sharing.on_ask.run(HandoverKind::Conference)>
                    <Icon drawing=Drawing::People/><span class="label">{words.get("conference")}</span>
                </button>
            </Show>
            <Show when=has_guest>
                <button type="button" class="btn" on:click=move |_| sharing.ending.set(true)>
                    <Icon drawing=Drawing::Leave/><span class="label">{words.get("end_conference")}</span>
                </button>
            </Show>
            <Show when=is_guest>
                <button type="button" class="btn" on:click=move |_| sharing.on_leave.run(())>
                    <Icon drawing=Drawing::Leave/><span class="label">{words.get("leave_conference")}</span>
                </button>
            </Show>
            <Show when=can_close>
                <button type="button" class="btn" aria-keyshortcuts="e" on:click=move |_| on_close.run(())>
                    {move || words.get(if is_chat() { "end" } else { "close_request" })}
                </button>
            </Show>
            <Show when=is_closed>
                <button type="button" class="btn" on:click=move |_| on_reopen.run(())>{words.get("reopen")}</button>
            </Show>
        </header>
    })
}

fn is_live(chat: &AgentChat) -> bool {
    matches!(chat, AgentChat::Waiting { .. } | AgentChat::Active { .. })
}
