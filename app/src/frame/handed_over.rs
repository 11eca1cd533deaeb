//! *Motivo de cierre* after a transfer that was accepted. It blocks nothing and takes no keyboard from who writes
//! elsewhere; whoever leaves it gives no reason.

use crate::{
    api::{self, ApiError},
    inbox::conversation::closing::{Closing, ClosingForm},
    state::console::use_console,
    ui::dialog::Stands,
    words::use_words,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{Code, TicketId};

/// The dialog, for one chat after the other.
#[component]
pub fn HandedOver() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let is_open = RwSignal::new(false);
    let form = ClosingForm::new(is_open);
    let current = RwSignal::new(None::<(TicketId, String)>);
    let give = move |ticket: TicketId, reason: Option<String>| {
        spawn_local(async move {
            match api::handover::transfer_reason(ticket, reason).await {
                // The dialog may be another chat's by now.
                _ if current
                    .with_untracked(|now| now.as_ref().is_none_or(|now| now.0 != ticket)) => {}
                Ok(()) => form.on_done(),
                Err(error) => form.on_problem(words.refusal(&error.0)),
            }
        });
    };
    let read = move |ticket: TicketId| {
        spawn_local(async move {
            match api::chats::closing_reasons(ticket).await {
                Ok(reasons) => form.on_reasons(reasons),
                // It is not this agent's to see any more: there is nothing to choose from.
                Err(ApiError(refusal))
                    if matches!(refusal.code, Code::NotFound | Code::Forbidden) =>
                {
                    is_open.set(false);
                }
                Err(error) => form.on_problem(words.refusal(&error.0)),
            }
        });
    };
    Effect::new(move |_| {
        if current.with(Option::is_some) {
            return;
        }
        let next = console.handed_over.with(|all| all.first().cloned());
        let Some((ticket, number)) = next else { return };
        console.handed_over.update(|all| _ = all.remove(0));
        current.set(Some((ticket, number)));
        form.empty();
        is_open.set(true);
        read(ticket);
    });
    let again = Callback::new(move |()| {
        if let Some((ticket, _)) = current.get_untracked() {
            read(ticket);
        }
    });
    let was_given = StoredValue::new(false);
    Effect::new(move |before: Option<bool>| {
        let is_open = is_open.get();
        if before == Some(true)
            && !is_open
            && let Some((ticket, _)) = current.get_untracked()
        {
            if !was_given.get_value() {
                give(ticket, None);
            }
            was_given.set_value(false);
            current.set(None);
        }
        is_open
    });
    let submit = Callback::new(move |reason: String| {
        if let Some((ticket, _)) = current.get_untracked() {
            form.on_submit();
            was_given.set_value(true);
            give(ticket, Some(reason));
        }
    });
    let why = Signal::derive(move || {
        let number = current.get().map(|(_, number)| number).unwrap_or_default();
        words.fill("closing_transfer_why", &[("number", &number)])
    });
    view! { <Closing form=form scope="handed-over" stands=Stands::Aside why=why on_retry=again on_submit=submit/> }
}
