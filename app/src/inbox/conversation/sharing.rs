//! What an agent asks of colleagues for a chat, and how a conference ends.

use crate::{api, browser::focus, state::console::use_console, words::use_words};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    TicketId,
    agent::{AgentChat, Conversation, Guest, Handover, HandoverKind},
};

/// The chat as it is shared, and what changes that; copied freely.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// Whether the dialog that asks is open.
    pub asking: RwSignal<bool>,
    /// What is asked for in it.
    pub kind: RwSignal<HandoverKind>,
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
        let active = Memo::new(move |_| {
            head.with(|head| match head.as_ref().map(|head| &head.chat) {
                Some(AgentChat::Active { agent, guest, handover, .. }) => {
                    Some((agent.clone(), guest.clone(), handover.clone()))
                }
                _ => None,
            })
        });
        let (asking, kind) = (RwSignal::new(false), RwSignal::new(HandoverKind::Transfer));
        let on_ask = Callback::new(move |what| {
            kind.set(what);
            asking.set(true);
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
            asking,
            kind,
            ending: RwSignal::new(false),
            guest: Memo::new(move |_| active.get().and_then(|(_, guest, _)| guest)),
            handover: Memo::new(move |_| active.get().and_then(|(_, _, handover)| handover)),
            owner: Memo::new(move |_| active.get().map(|(agent, _, _)| agent)),
            on_ask,
            on_cancel,
            on_leave,
            on_let_go,
        }
    }
}
