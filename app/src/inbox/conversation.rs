//! The conversation that is open: it fetches, sends and decides; the parts in this folder draw and call back.

mod accept;
mod bubble;
mod closing;
mod composer;
mod composer_kind;
mod entry;
mod facts;
mod head;
mod log;
mod message_text;
mod pending;
mod reason_field;
mod sentence;
mod upload_list;

use crate::{
    api,
    browser::{self, focus, keys},
    state::{console::use_console, thread::Absence, writing::Writing},
    ui::not_there::NotThere,
    words::use_words,
};
use accept::Accept;
use closing::{Closing, ClosingForm};
use composer::Composer;
use composer_kind::ComposerKind;
use facts::Facts;
use head::Head;
use leptos::{
    either::{Either, EitherOf7},
    prelude::*,
    task::spawn_local,
};
use log::Log;
use protocol::{
    EntryId, TicketId, agent::AgentCommand, contact::Contact, entry::Removed, file::Attachment,
};

/// The conversation on a ticket.
#[component]
pub fn Conversation(ticket: TicketId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let thread = console.thread(ticket);
    Effect::new(move |_| {
        console.show(ticket);
        on_cleanup(move || console.hide(ticket));
    });

    let writing = Memo::new({
        let thread = thread.clone();
        move |_| thread.writing()
    });
    let is_chat = Signal::derive(move || writing.with(Writing::is_my_chat));
    let name = Memo::new({
        let head = thread.head.clone();
        move |_| {
            let known = head.with(|head| head.as_ref().map(|head| words.contact(&head.contact)));
            // Until the head is here, the list knows who it is.
            known.unwrap_or_else(|| match console.list.find(ticket) {
                Some(row) => row.item.with(|item| words.contact(&item.contact)),
                None => words.contact(&Contact::default()),
            })
        }
    });
    let facts_open = RwSignal::new(false);

    let closing = ClosingForm::new();
    let open_closing = Callback::new(move |()| {
        closing.open();
        spawn_local(async move {
            match api::chats::closing_reasons(ticket).await {
                Ok(reasons) => closing.on_reasons(reasons),
                Err(error) => closing.on_problem(words.refusal(&error.0)),
            }
        });
    });
    let close = Callback::new(move |reason: String| {
        closing.on_submit();
        let is_chat = is_chat.get_untracked();
        spawn_local(async move {
            let answer = if is_chat {
                api::chats::end_chat(ticket, reason).await
            } else {
                api::requests::close_request(ticket, reason).await
            };
            match answer {
                Ok(()) => {
                    closing.on_done();
                    let done = if is_chat { "chat_ended" } else { "request_closed" };
                    console.toasts.note(words.get(done));
                    // The button that opened the dialog is gone.
                    focus::go_to(focus::OPEN);
                }
                Err(error) => closing.on_problem(words.refusal(&error.0)),
            }
        });
    });

    let reopen = Callback::new(move |()| {
        spawn_local(async move {
            match api::requests::reopen(ticket).await {
                Ok(()) => {
                    console.toasts.note(words.get("reopened"));
                    focus::go_to(focus::OPEN);
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    });

    let accepting = RwSignal::new(false);
    let accept = Callback::new(move |chat| {
        if accepting.get_untracked() {
            return;
        }
        accepting.set(true);
        console.accepted.set_value(Some(ticket));
        // At once: the button goes when the chat is this agent's. Then there is a composer, which takes the keyboard.
        focus::go_to(focus::OPEN);
        spawn_local(async move {
            let answer = api::chats::accept(chat, None).await;
            // Also when it is this agent's now: it may come back to the queue while it is on screen.
            let _ = accepting.try_set(false);
            if let Err(error) = answer {
                console.toasts.alert(words.refusal(&error.0));
            }
        });
    });

    let returned = RwSignal::new(None::<String>);
    let take_back = Callback::new(move |id: EntryId| {
        returned.set(console.take_back(ticket, id).map(|unsent| unsent.text));
    });
    let retry = Callback::new(move |id: EntryId| console.retry(ticket, id));
    let send = Callback::new(move |(text, files): (String, Vec<Attachment>)| {
        console.post(ticket, text, files);
    });
    let typing = Callback::new(move |()| {
        console.socket.send(&AgentCommand::Typing { ticket });
    });

    let composer = move |kind: ComposerKind| {
        let draft_key =
            console.profile.with_untracked(|profile| keys::draft(&profile.email, ticket));
        view! {
            <Composer
                ticket=ticket
                // Opened by hand, and the agent is here to answer.
                takes_focus=move || {
                    let accepted = console.accepted.get_value() == Some(ticket);
                    console.accepted.set_value(None);
                    console.socket.is_connected() && browser::has_keyboard() && (accepted || !focus::is_on_heading())
                }
                kind=kind
                draft_key=draft_key
                returned=returned
                on_send=send
                on_typing=typing
            />
        }
    };
    let foot = move || match writing.get() {
        Writing::Unknown => EitherOf7::A(()),
        Writing::Chat | Writing::Guest => EitherOf7::B(composer(ComposerKind::Chat)),
        Writing::Request { email } | Writing::Closed { email, after_chat: false } => {
            EitherOf7::C(composer(ComposerKind::Request { email }))
        }
        Writing::Waiting { chat } => {
            EitherOf7::D(view! { <Accept busy=accepting on_accept=move || accept.run(chat)/> })
        }
        Writing::Elsewhere { agent } => EitherOf7::E(
            view! { <p class="foot-note">{words.fill("elsewhere", &[("agent", &agent)])}</p> },
        ),
        Writing::Closed { email, after_chat: true } => {
            EitherOf7::F(composer(ComposerKind::AfterChat { email }))
        }
        Writing::Removed { what, may_end } => {
            let note = match (what, may_end) {
                (Removed::Site, true) => "site_removed_end",
                (Removed::Site, false) => "site_removed_note",
                (Removed::Queue, true) => "queue_removed_end",
                (Removed::Queue, false) => "queue_removed_note",
                (Removed::Agent, true) => "agent_removed_end",
                (Removed::Agent, false) => "agent_removed_note",
            };
            EitherOf7::G(view! { <p class="foot-note" role="status">{words.get(note)}</p> })
        }
    };

    let absence = thread.absence.clone();
    move || {
        if let Some(absence) = absence.get() {
            return Either::Left(view! { <NotThere is_lost=absence == Absence::AccessLost/> });
        }
        let thread = thread.clone();
        Either::Right(view! {
            <section class="talk" aria-label=words.get("talk")>
                <Head head=thread.head.clone() name=name writing=writing facts_open=facts_open on_close=open_closing on_reopen=reopen/>
                <Closing form=closing is_chat=is_chat on_submit=close/>
                <Log thread=thread.clone() name=name profile=console.profile on_retry=retry on_take_back=take_back/>
                {foot}
            </section>
            <Facts head=thread.head open=facts_open/>
        })
    }
}
