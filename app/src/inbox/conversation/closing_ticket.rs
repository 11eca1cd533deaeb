//! *Motivo de cierre* of what is open: ends the chat, or closes the request.

use super::closing::{Closing, ClosingForm};
use crate::{api, browser::focus, state::console::use_console, words::use_words};
use leptos::{prelude::*, task::spawn_local};
use protocol::TicketId;

/// The dialog. `is_chat`: a chat ends by it.
#[component]
pub fn ClosingTicket(
    ticket: TicketId,
    open: RwSignal<bool>,
    is_chat: Signal<bool>,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let form = ClosingForm::new(open);
    let read = move || {
        spawn_local(async move {
            match api::chats::closing_reasons(ticket).await {
                Ok(reasons) => form.on_reasons(reasons),
                Err(error) => form.on_problem(words.refusal(&error.0)),
            }
        });
    };
    Effect::new(move |_| {
        if open.get() {
            form.empty();
            read();
        }
    });
    let close = Callback::new(move |reason: String| {
        form.on_submit();
        let is_chat = is_chat.get_untracked();
        spawn_local(async move {
            let answer = if is_chat {
                api::chats::end_chat(ticket, reason).await
            } else {
                api::requests::close_request(ticket, reason).await
            };
            match answer {
                Ok(()) => {
                    form.on_done();
                    let done = if is_chat { "chat_ended" } else { "request_closed" };
                    console.toasts.note(words.get(done));
                    // The button that opened the dialog is gone.
                    focus::go_to(focus::OPEN);
                }
                Err(error) => form.on_problem(words.refusal(&error.0)),
            }
        });
    });
    let why = Signal::derive(move || {
        words.get(if is_chat.get() { "closing_chat_why" } else { "closing_request_why" })
    });
    view! { <Closing form=form scope="closing" why=why on_retry=Callback::new(move |()| read()) on_submit=close/> }
}
