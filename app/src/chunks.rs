//! The chunks: what the browser loads when it is first needed. Whatever nothing else needs goes with them, so what a
//! dialog asks the server is in the dialog.
#![allow(
    clippy::unnecessary_wraps,
    reason = "a function of a chunk that may fail to load answers with a Result"
)]

#[cfg(feature = "hydrate")]
use crate::ui::later::Coming;
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
            facts_tabs::{FactsTabs, Part, Stand},
            handover::HandoverDialog,
            replies::{KnownReplies, Replies},
        },
        search_results::SearchResults,
    },
    mail::{Mails, start::MailStart},
    state::thread::Thread,
    ui::{
        later::{Drawn, Later, draw_in},
        viewer::Viewer,
        viewing::Shown,
    },
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use protocol::{
    TicketId,
    agent::{Guest, HandoverKind},
};
use web_sys::HtmlElement;

/// Loads each: what is needed in a hurry first.
#[cfg(feature = "hydrate")]
pub const LOADS: [fn() -> Coming<()>; 4] = [
    || Box::pin(load_facts()),
    || Box::pin(load_dialogs()),
    || Box::pin(load_found()),
    || Box::pin(load_mail()),
];

/// The page *Correo*.
pub fn mail(start: Option<MailStart>) -> Later {
    let drawn = start.clone();
    let later = Later::new(
        || Box::pin(load_mail()),
        move |place| Box::pin(draw_mail(place, drawn.clone())),
    );
    #[cfg(feature = "ssr")]
    let later = later.on_server(move || view! { <Mails start=start.clone()/> }.into_any());
    later
}

/// What was found by a question.
pub fn found(question: Memo<String>) -> Later {
    let later =
        Later::new(|| Box::pin(load_found()), move |place| Box::pin(draw_found(place, question)));
    #[cfg(feature = "ssr")]
    let later = later.on_server(move || view! { <SearchResults question=question/> }.into_any());
    later
}

/// What there is to know and to set of a ticket, beside its conversation or over it.
pub fn facts(thread: Thread, part: RwSignal<Part>, stand: Stand) -> Later {
    let drawn = thread.clone();
    let later = Later::new(
        || Box::pin(load_facts()),
        move |place| Box::pin(draw_facts(place, drawn.clone(), part, stand)),
    );
    #[cfg(feature = "ssr")]
    let later = later.on_server(move || {
        view! { <FactsTabs thread=thread.clone() part=part stand=stand/> }.into_any()
    });
    later
}

/// A dialog.
pub fn dialog(which: Dialog) -> Later {
    Later::new(|| Box::pin(load_dialogs()), move |place| Box::pin(draw_dialog(place, which)))
}

/// What opens over the page. `open`: whether it is.
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
    /// Pictures and PDFs.
    Viewer { viewing: RwSignal<Option<Shown>> },
}

#[wasm_split(mail, wasm_split_path = ::leptos::wasm_split, preload(load_mail), fallible)]
fn draw_mail(place: HtmlElement, start: Option<MailStart>) -> Result<Drawn, SplitLoaderError> {
    Ok(draw_in(place, move || view! { <Mails start=start/> }))
}

#[wasm_split(found, wasm_split_path = ::leptos::wasm_split, preload(load_found), fallible)]
fn draw_found(place: HtmlElement, question: Memo<String>) -> Result<Drawn, SplitLoaderError> {
    Ok(draw_in(place, move || view! { <SearchResults question=question/> }))
}

#[wasm_split(facts, wasm_split_path = ::leptos::wasm_split, preload(load_facts), fallible)]
fn draw_facts(
    place: HtmlElement,
    thread: Thread,
    part: RwSignal<Part>,
    stand: Stand,
) -> Result<Drawn, SplitLoaderError> {
    Ok(draw_in(place, move || view! { <FactsTabs thread=thread part=part stand=stand/> }))
}

#[wasm_split(dialogs, wasm_split_path = ::leptos::wasm_split, preload(load_dialogs), fallible)]
fn draw_dialog(place: HtmlElement, which: Dialog) -> Result<Drawn, SplitLoaderError> {
    Ok(match which {
        Dialog::Closing { ticket, open, is_chat } => draw_in(
            place,
            move || view! { <ClosingTicket ticket=ticket open=open is_chat=is_chat/> },
        ),
        Dialog::Handover { ticket, open, kind } => {
            draw_in(place, move || view! { <HandoverDialog ticket=ticket open=open kind=kind/> })
        }
        Dialog::EndConference { open, guest, on_end_chat, on_let_go } => {
            draw_in(place, move || {
                view! { <EndConference open=open guest=guest on_end_chat=on_end_chat on_let_go=on_let_go/> }
            })
        }
        Dialog::Replies { ticket, open, known } => {
            draw_in(place, move || view! { <Replies ticket=ticket open=open known=known/> })
        }
        Dialog::HandedOver => draw_in(place, || view! { <HandedOver/> }),
        Dialog::Leave { leaving, on_leave } => {
            draw_in(place, move || view! { <LeaveDialog leaving=leaving on_leave=on_leave/> })
        }
        Dialog::Shortcuts { open, is_on } => {
            draw_in(place, move || view! { <ShortcutSheet open=open is_on=is_on/> })
        }
        Dialog::Viewer { viewing } => draw_in(place, move || view! { <Viewer viewing=viewing/> }),
    })
}
