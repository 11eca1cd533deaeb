//! What an agent asks of colleagues for a chat, and how a conference ends.

use super::{
    handover::{Asked, HandoverForm},
    targets::Target,
};
use crate::{api, browser::focus, state::console::use_console, words::use_words};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    TicketId,
    agent::{AgentChat, Conversation, Guest, Handover, HandoverKind},
};

/// The chat as it is shared, and what changes that; copied freely.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// The dialog that asks.
    pub form: HandoverForm,
    /// Whether the agent is asked what is to end.
    pub ending: RwSignal<bool>,
    /// Who is in the chat beside its owner.
    pub guest: Memo<Option<Guest>>,
    /// What is being asked for.
    pub handover: Memo<Option<Handover>>,
    /// Whose chat it is, while one is under way.
    pub owner: Memo<Option<String>>,
    /// Shows the dialog.
    pub on_ask: Callback<HandoverKind>,
    /// Reads who is there.
    pub on_refresh: Callback<()>,
    /// Asks.
    pub on_submit: Callback<Asked>,
    /// Takes back what was asked.
    pub on_cancel: Callback<()>,
    /// Leaves, as a guest.
    pub on_leave: Callback<()>,
    /// Lets the guest go.
    pub on_let_go: Callback<()>,
}

impl Sharing {
    /// Of the chat on a ticket.
    pub fn new(ticket: TicketId, head: ArcRwSignal<Option<Conversation>>) -> Self {
        let words = use_words();
        let console = use_console();
        let form = HandoverForm::new();
        let active = Memo::new(move |_| {
            head.with(|head| match head.as_ref().map(|head| &head.chat) {
                Some(AgentChat::Active { agent, guest, handover, .. }) => {
                    Some((agent.clone(), guest.clone(), handover.clone()))
                }
                _ => None,
            })
        });
        let on_refresh = Callback::new(move |()| {
            spawn_local(async move {
                match api::handover::targets(ticket).await {
                    Ok(targets) => form.on_targets(targets),
                    Err(error) => form.on_problem(words.refusal(&error.0)),
                }
            });
        });
        let on_ask = Callback::new(move |kind| {
            form.open(kind);
            on_refresh.run(());
        });
        let on_submit = Callback::new(move |Asked { kind, target, note }: Asked| {
            form.on_submit();
            let (queue, agent) = match target {
                Target::Queue(queue) => (Some(queue), None),
                Target::Agent(agent) => (None, Some(agent)),
            };
            spawn_local(async move {
                let asked = match kind {
                    HandoverKind::Transfer => {
                        api::handover::transfer(ticket, queue, agent, note).await
                    }
                    HandoverKind::Conference => {
                        api::handover::conference(ticket, queue, agent, note).await
                    }
                };
                match asked {
                    Ok(()) => {
                        form.on_done();
                        // The button that opened the dialog is gone.
                        focus::go_to(focus::WRITING);
                    }
                    Err(error) => {
                        form.on_problem(words.refusal(&error.0));
                        on_refresh.run(());
                    }
                }
            });
        });
        let refused = move |error: api::ApiError| console.toasts.alert(words.refusal(&error.0));
        let on_cancel = Callback::new(move |()| {
            spawn_local(async move {
                match api::handover::cancel(ticket).await {
                    Ok(()) => focus::go_to(focus::WRITING),
                    Err(error) => refused(error),
                }
            });
        });
        let on_leave = Callback::new(move |()| {
            spawn_local(async move {
                match api::handover::leave(ticket).await {
                    Ok(()) => {
                        console.toasts.note(words.get("left_conference"));
                        focus::go_to(focus::OPEN);
                    }
                    Err(error) => refused(error),
                }
            });
        });
        let on_let_go = Callback::new(move |()| {
            spawn_local(async move {
                match api::handover::end_conference(ticket).await {
                    Ok(()) => focus::go_to(focus::WRITING),
                    Err(error) => refused(error),
                }
            });
        });
        Self {
            form,
            ending: RwSignal::new(false),
            guest: Memo::new(move |_| active.get().and_then(|(_, guest, _)| guest)),
            handover: Memo::new(move |_| active.get().and_then(|(_, _, handover)| handover)),
            owner: Memo::new(move |_| active.get().map(|(agent, _, _)| agent)),
            on_ask,
            on_refresh,
            on_submit,
            on_cancel,
            on_leave,
            on_let_go,
        }
    }
}
