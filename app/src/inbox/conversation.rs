//! The conversation that is open.

mod bubble;
mod closing;
mod composer;
mod entry;
mod facts;
mod head;
mod log;

use crate::{
    api,
    state::{
        console::use_console,
        thread::{Thread, Writing},
    },
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
        not_there::NotThere,
    },
    words::use_words,
};
use composer::{Composer, Kind};
use facts::Facts;
use head::Head;
use leptos::{
    either::{Either, EitherOf6},
    prelude::*,
    task::spawn_local,
};
use log::Log;
use protocol::{ChatId, TicketId};

/// The conversation on a ticket.
#[component]
pub fn Conversation(ticket: TicketId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let thread = console.thread(ticket);
    let facts_open = RwSignal::new(false);
    Effect::new(move |_| {
        console.show(ticket);
        on_cleanup(move || console.hide(ticket));
    });
    let writing = Memo::new({
        let thread = thread.clone();
        move |_| thread.writing()
    });
    let missing = thread.missing.clone();
    move || {
        if missing.get() {
            return Either::Left(view! { <NotThere/> });
        }
        let thread = thread.clone();
        Either::Right(view! {
            <section class="talk" aria-label=words.get("talk")>
                <Head thread=thread.clone() facts_open=facts_open/>
                <Log thread=thread.clone()/>
                <Foot thread=thread.clone() writing=writing/>
            </section>
            <Facts thread=thread open=facts_open/>
        })
    }
}

/// What can be written here, or why nothing can.
#[component]
fn Foot(thread: Thread, writing: Memo<Writing>) -> impl IntoView {
    let words = use_words();
    let ticket = thread.ticket;
    move || match writing.get() {
        Writing::Unknown => EitherOf6::A(()),
        Writing::Chat => EitherOf6::B(view! { <Composer ticket=ticket kind=Kind::Chat/> }),
        Writing::Request { email } => {
            EitherOf6::C(view! { <Composer ticket=ticket kind=Kind::Request { email }/> })
        }
        Writing::Waiting { chat } => EitherOf6::D(view! { <Accept chat=chat/> }),
        Writing::Elsewhere { agent } => EitherOf6::E(
            view! { <p class="foot-note">{words.fill("elsewhere", &[("agent", &agent)])}</p> },
        ),
        Writing::Closed => {
            EitherOf6::F(view! { <p class="foot-note">{words.get("closed_note")}</p> })
        }
    }
}

/// A waiting chat, opened from the list: anybody who serves its queue may take it.
#[component]
fn Accept(chat: ChatId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let busy = RwSignal::new(false);
    let accept = move |_| {
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = api::chats::accept(chat).await {
                let _ = busy.try_set(false);
                console.toasts.alert(words.refusal(&error.0));
            }
        });
    };
    erase(view! {
        <div class="foot-note">
            <span class="grow"><Icon drawing=Drawing::Chat/>{words.get("waiting_note")}</span>
            <button type="button" class="btn primary" disabled=busy on:click=accept>{words.get("accept_chat")}</button>
        </div>
    })
}
