//! The chunks: what the browser loads when it is first needed. Whatever nothing else needs goes with them, so what a
//! dialog asks the server is in the dialog.

use crate::{
    frame::{
        handed_over::HandedOver,
        leave::{LeaveDialog, Leaving},
        shortcut_sheet::ShortcutSheet,
    },
    inbox::{
        conversation::{
            closing_ticket::ClosingTicket,
            end_conference::EndConference,
            handover::HandoverDialog,
            replies::{KnownReplies, Replies},
        },
        search_results::SearchResults,
    },
    mail::{Mails, start::MailStart},
    ui::later::Chunk,
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use protocol::{
    TicketId,
    agent::{Guest, HandoverKind},
};

/// The page *Correo*.
pub const MAIL: Chunk<Option<MailStart>> =
    Chunk { load: || Box::pin(load_mail()), draw: |start| Box::pin(mail(start)) };

/// What was found by a question.
pub const FOUND: Chunk<Memo<String>> =
    Chunk { load: || Box::pin(load_found()), draw: |question| Box::pin(found(question)) };

/// Everything that opens over the page.
pub const DIALOGS: Chunk<Dialog> =
    Chunk { load: || Box::pin(load_dialogs()), draw: |which| Box::pin(dialog(which)) };

/// A dialog of [`DIALOGS`]. `open`: whether it is.
#[derive(Clone, Copy)]
pub enum Dialog {
    /// *Motivo de cierre* of what is open.
    Closing { ticket: TicketId, open: RwSignal<bool>, is_chat: Signal<bool> },
    /// *Transferir* and *Conferencia*.
    Handover { ticket: TicketId, open: RwSignal<bool>, kind: RwSignal<HandoverKind> },
    /// What of a conference is to end.
    EndConference {
        open: RwSignal<bool>,
        guest: Memo<Option<Guest>>,
        on_end_chat: Callback<()>,
        on_let_go: Callback<()>,
    },
    /// All canned replies.
    Replies { ticket: TicketId, open: RwSignal<bool>, known: KnownReplies },
    /// *Motivo de cierre* of what was handed over.
    HandedOver,
    /// What becomes of those who wait.
    Leave { leaving: RwSignal<Option<Leaving>>, on_leave: Callback<Option<String>> },
    /// What the keys do.
    Shortcuts { open: RwSignal<bool>, is_on: RwSignal<bool> },
}

#[wasm_split(mail, wasm_split_path = ::leptos::wasm_split, preload(load_mail), fallible)]
fn mail(start: Option<MailStart>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Mails start=start/> }.into_any())
}

#[wasm_split(found, wasm_split_path = ::leptos::wasm_split, preload(load_found), fallible)]
fn found(question: Memo<String>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <SearchResults question=question/> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = ::leptos::wasm_split, preload(load_dialogs), fallible)]
fn dialog(which: Dialog) -> Result<AnyView, SplitLoaderError> {
    Ok(match which {
        Dialog::Closing { ticket, open, is_chat } => {
            view! { <ClosingTicket ticket=ticket open=open is_chat=is_chat/> }.into_any()
        }
        Dialog::Handover { ticket, open, kind } => {
            view! { <HandoverDialog ticket=ticket open=open kind=kind/> }.into_any()
        }
        Dialog::EndConference { open, guest, on_end_chat, on_let_go } => {
            view! { <EndConference open=open guest=guest on_end_chat=on_end_chat on_let_go=on_let_go/> }.into_any()
        }
        Dialog::Replies { ticket, open, known } => {
            view! { <Replies ticket=ticket open=open known=known/> }.into_any()
        }
        Dialog::HandedOver => view! { <HandedOver/> }.into_any(),
        Dialog::Leave { leaving, on_leave } => {
            view! { <LeaveDialog leaving=leaving on_leave=on_leave/> }.into_any()
        }
        Dialog::Shortcuts { open, is_on } => {
            view! { <ShortcutSheet open=open is_on=is_on/> }.into_any()
        }
    })
}
