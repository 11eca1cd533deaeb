//! Where the agent writes: talk in a chat, or the answer to a help request that goes out by mail.

use crate::{
    browser::{self, keys, storage},
    state::{
        console::{Link, use_console},
        socket,
    },
    ui::{
        erase::erase,
        files::{UploadList, Uploads},
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{ev, html, prelude::*};
use protocol::{
    Code, Field, Refusal, TicketId, Timestamp,
    agent::AgentCommand,
    limits,
    text::{ChatText, FormText},
};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, HtmlTextAreaElement, KeyboardEvent};

/// A typing notice goes out at most this often, in milliseconds.
const TYPING_EVERY: i64 = 3_000;

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of talk.
    Chat,
    /// The answer to a help request, by mail to this address.
    Request { email: Option<String> },
}

impl Kind {
    fn limit(&self) -> usize {
        match self {
            Self::Chat => limits::CHAT_TEXT,
            Self::Request { .. } => limits::FORM_TEXT,
        }
    }

    fn check(&self, text: &str) -> Result<(), protocol::Refusal> {
        match self {
            Self::Chat => ChatText::parse(text).map(drop),
            Self::Request { .. } => FormText::parse(text).map(drop),
        }
    }
}

/// The composer of a ticket. What is typed is kept until it is sent.
#[component]
pub fn Composer(ticket: TicketId, kind: Kind) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let dragged = RwSignal::new(false);
    let uploads = Uploads::new();
    let typed_at = StoredValue::new(Timestamp(0));
    let area = NodeRef::<html::Textarea>::new();
    let picker = NodeRef::<html::Input>::new();
    let is_chat = kind == Kind::Chat;
    let limit = kind.limit();
    let note = match &kind {
        Kind::Chat => None,
        Kind::Request { email: Some(email) } => {
            Some(words.fill("goes_by_mail", &[("email", email)]))
        }
        Kind::Request { email: None } => Some(words.get("goes_nowhere")),
    };
    let draft_key = move || console.me.with_untracked(|me| keys::draft(&me.email, ticket));
    let count = Memo::new(move |_| text.with(|text| text.trim().chars().count()));
    let is_over = Memo::new(move |_| count.get() > limit);
    let is_near = Memo::new(move |_| count.get() * 10 > limit * 9);
    // Said while there is still time to shorten it, not only when it is sent.
    let too_long = Memo::new(move |_| {
        is_over.get().then(|| {
            let refusal = Refusal::of(Field::Message, Code::TooLong).limit(limit as u64);
            words.refusal(&refusal)
        })
    });
    let cannot_send =
        move || is_over.get() || uploads.is_busy() || (count.get() == 0 && !uploads.any());

    // What was typed before the script ran stays; else the draft comes back.
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            if is_chat && console.link.get_untracked() == Link::Up && browser::has_keyboard() {
                // Opened by hand, and here to answer.
                let _ = area.focus();
            }
            let typed = area.value();
            if typed.is_empty() {
                if let Some(draft) = storage::get(&draft_key()) {
                    text.set(draft);
                }
            } else {
                text.set(typed);
            }
        }
    });

    let on_input = move |value: String| {
        if value.is_empty() {
            storage::remove(&draft_key());
        } else {
            storage::set(&draft_key(), &value);
        }
        text.set(value);
        problem.set(None);
        let now = browser::now();
        if is_chat && now.0 - typed_at.get_value().0 >= TYPING_EVERY {
            typed_at.set_value(now);
            socket::send(&AgentCommand::Typing { ticket });
        }
    };
    // Sent with its files: pressed while they are on their way, it goes when they have arrived.
    let waits = RwSignal::new(false);
    let send = move || {
        waits.set(untrack(|| uploads.is_busy()));
        if waits.get_untracked() {
            return;
        }
        let written = text.get_untracked().trim().to_owned();
        let has_files = untrack(|| uploads.any());
        if (!written.is_empty() || !has_files)
            && let Err(refusal) = kind.check(&written)
        {
            problem.set(Some(words.refusal(&refusal)));
            return;
        }
        console.say(ticket, written, uploads.take());
        storage::remove(&draft_key());
        text.set(String::new());
        typed_at.set_value(Timestamp(0));
        to_the_end();
    };
    let send = StoredValue::new(send);
    Effect::new(move |_| {
        if waits.get() && !uploads.is_busy() {
            send.with_value(|send| send());
        }
    });
    let on_key = move |event: KeyboardEvent| {
        // A composed character (accents, Chinese) ends with Enter too: that one is not ours.
        if event.key() != "Enter" || event.shift_key() || event.is_composing() {
            return;
        }
        if is_chat || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            send.with_value(|send| send());
            focus(area);
        }
    };
    let take_files = move |files: Option<web_sys::FileList>| {
        if let Some(files) = files.filter(|files| files.length() > 0) {
            uploads.add(ticket, &files);
            true
        } else {
            false
        }
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        if take_files(event.clipboard_data().and_then(|data| data.files())) {
            event.prevent_default();
        }
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        dragged.set(false);
        take_files(event.data_transfer().and_then(|data| data.files()));
    };
    let on_drag = move |event: DragEvent| {
        event.prevent_default();
        dragged.set(true);
    };
    let on_pick = move |_| {
        if let Some(picker) = picker.get_untracked() {
            take_files(picker.files());
            picker.set_value("");
            focus(area);
        }
    };

    erase(view! {
        <form
            class="composer"
            class:dragged=dragged
            on:submit=move |event| {
                event.prevent_default();
                send.with_value(|send| send());
                focus(area);
            }
            on:dragover=on_drag
            on:dragleave=move |_| dragged.set(false)
            on:drop=on_drop
        >
            {note.map(|note| view! { <p class="composer-note s"><Icon drawing=Drawing::Mail/>{note}</p> })}
            <UploadList uploads=uploads/>
            <textarea
                id="composer"
                aria-label=words.get("message")
                aria-describedby="composer-count composer-problem"
                aria-invalid=move || is_over.get().then_some("true")
                placeholder=words.get(if is_chat { "write" } else { "write_answer" })
                rows=if is_chat { "2" } else { "5" }
                node_ref=area
                prop:value=move || text.get()
                on:input=move |event| on_input(event_target_value(&event))
                on:keydown=on_key
                on:paste=on_paste
            ></textarea>
            <p class="composer-problem s" id="composer-problem" role="alert">{move || problem.get().or_else(|| too_long.get())}</p>
            <div class="composer-bar">
                <input type="file" multiple class="quiet" tabindex="-1" aria-hidden="true" node_ref=picker on:change=on_pick/>
                <button type="button" class="btn quiet" on:click=move |_| { if let Some(picker) = picker.get_untracked() { picker.click(); } }>
                    <Icon drawing=Drawing::Clip/>{words.get("attach")}
                </button>
                <span class="grow"></span>
                <span class="xs count" class:near=is_near class:over=is_over id="composer-count">{move || format!("{} / {limit}", count.get())}</span>
                <button class="btn primary" disabled=cannot_send>{words.get("send")}<Icon drawing=Drawing::Send/></button>
            </div>
        </form>
    })
}

fn focus(area: NodeRef<html::Textarea>) {
    if let Some(area) = area.get_untracked() {
        let _ = area.focus();
    }
}

/// The newest line is in view again, also for somebody who had scrolled up.
fn to_the_end() {
    if let Ok(Some(log)) = document().query_selector(".log") {
        log.set_scroll_top(0);
    }
}

/// Puts the text of a message that could not be sent back before the agent, in front of what is typed there.
pub fn give_back(text: &str) {
    let area = document()
        .get_element_by_id("composer")
        .and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(area) = area {
        let typed = area.value();
        area.set_value(&if typed.is_empty() {
            text.to_owned()
        } else {
            format!("{text}\n{typed}")
        });
        if let Ok(event) = web_sys::Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
        let _ = area.focus();
    }
}
