//! *Mi bandeja*: the agent's work, and beside it whatever is open.

pub(crate) mod conversation;
mod group;
mod list;
#[cfg(feature = "ssr")]
pub mod load;
mod nothing_open;
pub mod place;
mod row;
pub mod search_box;
pub(crate) mod search_results;
pub mod start;
mod views;

use crate::{
    chunks,
    navigator::use_navigator,
    state::{console::use_console, thread::Thread},
    ui::{erase::erase, later::LateColumn, not_there::NotThere},
};
use conversation::Conversation;
use leptos::{either::EitherOf3, prelude::*};
use list::WorkList;
use nothing_open::NothingOpen;
use place::Place;
use protocol::agent::ForAgent;
use start::InboxStart;

/// The list and the open conversation; on a phone one or the other.
#[component]
pub fn Inbox(start: Option<InboxStart>) -> impl IntoView {
    let console = use_console();
    let navigator = use_navigator();
    match start {
        Some(InboxStart::Open(opened)) => {
            let opened = *opened;
            let entries = opened.entries.into_iter().map(ForAgent::into_inner).collect();
            let head = opened.conversation.into_inner();
            let thread = Thread::loaded(head, entries, opened.last);
            console.add_thread(thread);
        }
        Some(InboxStart::Missing(ticket)) => console.add_thread(Thread::missing(ticket)),
        Some(InboxStart::List) | None => {}
    }
    let place = Memo::new(move |_| navigator.with(place::of));
    let question = Memo::new(move |_| navigator.with_query(place::question_of));
    let is_searching = Memo::new(move |_| question.with(|question| !question.is_empty()));
    let is_open = move || place.get() != Place::List;
    let view = Memo::new(move |_| navigator.with_query(place::view_of));
    // The address leads: links, going back and choosing change it.
    Effect::new(move |_| {
        let view = view.get();
        if untrack(|| console.list.view()) != view {
            console.choose_view(view);
        }
    });
    let choose = move |wanted| {
        if wanted == view.get_untracked() {
            // It could not be read.
            console.choose_view(wanted);
        } else {
            let path = navigator.with_untracked_path(place::stay);
            navigator.go(place::with_filters(&path, wanted, ""));
        }
    };
    erase(view! {
        <div class="inbox" class:open=is_open>
            // Before the list, so that its heading is the first.
            <Show when=move || is_searching.get()>
                <LateColumn late=chunks::found(question) name="found"/>
            </Show>
            // It stays while one searches: a thousand rows would have to be drawn anew.
            <WorkList
                list=console.list
                drafts=console.drafts
                open_ticket=console.open_ticket
                is_hidden=is_searching
                on_view=Callback::new(choose)
                on_more=Callback::new(move |()| console.more())
            />
            {move || match place.get() {
                Place::Open(ticket) => EitherOf3::A(view! { <Conversation ticket=ticket/> }),
                Place::List => EitherOf3::B(view! { <NothingOpen list=console.list profile=console.profile/> }),
                Place::Nowhere => EitherOf3::C(view! { <NotThere/> }),
            }}
        </div>
    })
}
