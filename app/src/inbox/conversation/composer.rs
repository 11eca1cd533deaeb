//! Where the agent writes: a message in a chat, or the answer to a help request that goes out by mail.

use super::{composer_kind::ComposerKind, upload_list::UploadList};
use crate::{
    browser::{self, storage},
    state::uploads::Uploads,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{ev, html, prelude::*};
use protocol::{
    Code, Field, Refusal, TicketId, Timestamp,
    file::Attachment,
    text::{characters, is_blank},
};
use web_sys::{DragEvent, FileList, KeyboardEvent};

/// The key code of a key that an input method has taken (UI Events, "keyCode").
const COMPOSING: u32 = 229;

/// Shortest time between two typing notices, in milliseconds.
const TYPING_EVERY: i64 = 3_000;

/// The composer of a ticket. What is typed is stored until it is sent.
#[component]
pub fn Composer(
    ticket: TicketId,
    kind: ComposerKind,
    /// Where the browser stores what is typed.
    draft_key: String,
    /// Whether a chat's composer has the focus from the beginning; asked in the browser.
    takes_focus: impl Fn() -> bool + Send + Sync + 'static,
    /// The text of a message that the agent took back; the composer empties it.
    returned: RwSignal<Option<String>>,
    on_send: Callback<(String, Vec<Attachment>)>,
    on_typing: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let is_dragged_over = RwSignal::new(false);
    let uploads = Uploads::new();
    let typing_sent_at = StoredValue::new(Timestamp(0));
    let area = NodeRef::<html::Textarea>::new();
    let picker = NodeRef::<html::Input>::new();
    let is_chat = kind == ComposerKind::Chat;
    let limit = kind.limit();
    let note = kind.note(words);
    let draft_key = StoredValue::new(draft_key);
    let count = Memo::new(move |_| text.with(|text| characters(text)));
    let is_over = Memo::new(move |_| count.get() > limit);
    let is_near = Memo::new(move |_| count.get() * 10 > limit * 9);
    // Said while there is still time to shorten the text, not only when it is sent.
    let too_long = Memo::new(move |_| {
        is_over.get().then(|| {
            let refusal = Refusal::of(Field::Message, Code::TooLong).limit(limit as u64);
            words.refusal(&refusal)
        })
    });
    let cannot_send =
        move || is_over.get() || uploads.is_busy() || (count.get() == 0 && !uploads.has_stored());

    // What was typed before the script ran stays; else the draft comes back.
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            if is_chat && takes_focus() {
                let _ = area.focus();
            }
            let typed = area.value();
            if typed.is_empty() {
                if let Some(draft) = draft_key.with_value(|key| storage::get(key)) {
                    text.set(draft);
                }
            } else {
                text.set(typed);
            }
        }
    });

    let on_input = move |value: String| {
        draft_key.with_value(|key| {
            if value.is_empty() {
                storage::remove(key);
            } else {
                storage::set(key, &value);
            }
        });
        text.set(value);
        problem.set(None);
        let now = browser::now();
        if is_chat && now.0 - typing_sent_at.get_value().0 >= TYPING_EVERY {
            typing_sent_at.set_value(now);
            on_typing.run(());
        }
    };
    // A message that was taken back stands in front of what is typed already.
    Effect::new(move |_| {
        if let Some(back) = returned.get() {
            returned.set(None);
            let typed = text.get_untracked();
            on_input(if typed.is_empty() { back } else { format!("{back}\n{typed}") });
            focus_on(area);
        }
    });

    // A message goes with its files: sent while they are on their way, it waits until they have arrived.
    let waits_for_files = RwSignal::new(false);
    let send = move || {
        waits_for_files.set(untrack(|| uploads.is_busy()));
        if waits_for_files.get_untracked() {
            return;
        }
        let written = text.get_untracked().trim().to_owned();
        let has_files = untrack(|| uploads.has_stored());
        if (!is_blank(&written) || !has_files)
            && let Err(refusal) = kind.check(&written)
        {
            problem.set(Some(words.refusal(&refusal)));
            return;
        }
        on_send.run((written, uploads.take()));
        draft_key.with_value(|key| storage::remove(key));
        text.set(String::new());
        typing_sent_at.set_value(Timestamp(0));
        scroll_to_newest();
    };
    let send = StoredValue::new(send);
    Effect::new(move |_| {
        if waits_for_files.get() && !uploads.is_busy() {
            send.with_value(|send| send());
        }
    });

    let on_key = move |event: KeyboardEvent| {
        // A composed character (accents, Chinese) ends with Enter too: that one is not ours, and some browsers tell of
        // it after the composition.
        let composes = event.is_composing() || event.key_code() == COMPOSING;
        if event.key() != "Enter" || event.shift_key() || composes {
            return;
        }
        if is_chat || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            send.with_value(|send| send());
            focus_on(area);
        }
    };
    let add_files = move |files: Option<FileList>| {
        if let Some(files) = files.filter(|files| files.length() > 0) {
            uploads.add(ticket, &files);
            true
        } else {
            false
        }
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        let Some(data) = event.clipboard_data() else { return };
        // A spreadsheet gives a picture of its cells along with their text: the text is meant.
        let has_text = data.get_data("text/plain").is_ok_and(|text| !text.is_empty());
        if !has_text && add_files(data.files()) {
            event.prevent_default();
        }
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        is_dragged_over.set(false);
        add_files(event.data_transfer().and_then(|data| data.files()));
    };
    let on_drag = move |event: DragEvent| {
        event.prevent_default();
        is_dragged_over.set(true);
    };
    let on_pick = move |_| {
        if let Some(picker) = picker.get_untracked() {
            add_files(picker.files());
            picker.set_value("");
            focus_on(area);
        }
    };
    let open_picker = move |_| {
        if let Some(picker) = picker.get_untracked() {
            picker.click();
        }
    };

    erase(view! {
        <form
            class="composer"
            class:dragged=is_dragged_over
            on:submit=move |event| {
                event.prevent_default();
                send.with_value(|send| send());
                focus_on(area);
            }
            on:dragover=on_drag
            on:dragleave=move |_| is_dragged_over.set(false)
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
                dir="auto"
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
                <button type="button" class="btn quiet" on:click=open_picker>
                    <Icon drawing=Drawing::Clip/>{words.get("attach")}
                </button>
                <span class="grow"></span>
                <span class="xs count" class:near=is_near class:over=is_over id="composer-count">{move || format!("{} / {limit}", count.get())}</span>
                <button class="btn primary" disabled=cannot_send>
                    {words.get("send")}
                    // The key that sends: Enter alone makes a new line where long texts are written.
                    {(!is_chat).then(|| view! { <span class="xs" aria-hidden="true">"Ctrl"</span> })}
                    <Icon drawing=Drawing::Send/>
                </button>
            </div>
        </form>
    })
}

fn focus_on(area: NodeRef<html::Textarea>) {
    if let Some(area) = area.get_untracked() {
        let _ = area.focus();
    }
}

/// Brings the newest entry into view, also for somebody who had scrolled up.
fn scroll_to_newest() {
    if let Ok(Some(log)) = document().query_selector(".log") {
        log.set_scroll_top(0);
    }
}
