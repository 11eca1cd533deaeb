//! Where the agent writes: a message in a chat, the answer to a help request that goes out by mail, or a comment that
//! only colleagues read.

mod aids;
mod suggestions;

use super::{composer_kind::ComposerKind, upload_list::UploadList};
use crate::{
    browser::{self, focus},
    state::{
        suggest::{self, Kind},
        uploads::Uploads,
    },
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
pub use aids::Aids;
use leptos::{ev, html, prelude::*};
use protocol::{
    AgentId, Code, Field, Refusal, TicketId, Timestamp,
    file::Attachment,
    text::{characters, is_blank},
};
use suggestions::{LIST, Suggestions};
use web_sys::{DragEvent, FileList, HtmlTextAreaElement, KeyboardEvent};

/// The key code of a key that an input method has taken (UI Events, "keyCode").
const COMPOSING: u32 = 229;

/// Shortest time between two typing notices, in milliseconds.
const TYPING_EVERY: i64 = 3_000;

/// What is typed and not sent, and how; it outlives the composer.
#[derive(Clone)]
pub struct Unsent {
    /// The message.
    pub message: ArcRwSignal<String>,
    /// The comment.
    pub comment: ArcRwSignal<String>,
    /// Whether a comment is written, where a message could be.
    pub internal: RwSignal<bool>,
    /// The files that go with the message.
    pub uploads: Uploads,
    /// The message was changed here.
    pub on_message: Callback<String>,
    /// The comment was.
    pub on_comment: Callback<String>,
}

/// The composer of a ticket. What is typed is stored until it is sent.
#[component]
pub fn Composer(
    ticket: TicketId,
    /// What is written. Where it becomes something else, another composer goes on with the text.
    kind: Signal<ComposerKind>,
    /// Nothing but a comment can be written.
    only_comments: bool,
    unsent: Unsent,
    aids: Aids,
    /// Whether a chat's composer has the focus from the beginning; asked in the browser.
    takes_focus: impl Fn() -> bool + Send + Sync + 'static,
    /// The text of a message that the agent took back, and whether it is a comment; the composer empties it.
    returned: RwSignal<Option<(String, bool)>>,
    on_send: Callback<(String, Vec<Attachment>)>,
    on_comment: Callback<(String, Vec<AgentId>)>,
    on_typing: Callback<()>,
    /// The agent wants to see all canned replies.
    on_replies: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let Unsent { internal, uploads, .. } = unsent;
    let is_comment = Memo::new(move |_| only_comments || internal.get());
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let is_dragged_over = RwSignal::new(false);
    let typing_sent_at = StoredValue::new(Timestamp(0));
    let area = NodeRef::<html::Textarea>::new();
    let picker = NodeRef::<html::Input>::new();
    let is_chat = Memo::new(move |_| kind.with(|kind| *kind == ComposerKind::Chat));
    let enter_sends = Memo::new(move |_| only_comments || is_chat.get());
    let note = Memo::new(move |_| kind.with(|kind| kind.note(words)));
    let unsent = StoredValue::new(unsent);
    let written_as = move || if is_comment.get() { ComposerKind::Comment } else { kind.get() };
    let limit = move || written_as().limit();
    let count = Memo::new(move |_| text.with(|text| characters(text)));
    let is_over = Memo::new(move |_| count.get() > limit());
    let is_near = Memo::new(move |_| count.get() * 10 > limit() * 9);
    // Said while there is still time to shorten the text, not only when it is sent.
    let too_long = Memo::new(move |_| {
        is_over.get().then(|| {
            let refusal = Refusal::of(Field::Message, Code::TooLong).limit(limit() as u64);
            words.refusal(&refusal)
        })
    });
    // For whom one writes is said when it turns.
    let said = Memo::new(move |before: Option<&Option<String>>| {
        let key = if is_comment.get() { "to_colleagues" } else { "to_visitor" };
        before.map(|_| words.get(key))
    });
    let has_files = move || !is_comment.get() && uploads.has_stored();
    let waits = move || !is_comment.get() && uploads.is_busy();
    let cannot_send = move || is_over.get() || waits() || (count.get() == 0 && !has_files());

    let keep = move |value: &str| {
        let to = unsent.with_value(|unsent| {
            if is_comment.get_untracked() { unsent.on_comment } else { unsent.on_message }
        });
        to.run(value.to_owned());
    };
    let query = RwSignal::new(None::<suggest::Query>);
    // What is looked for by the word before the caret.
    let look = move || {
        let found = area
            .get_untracked()
            .and_then(|area| suggest::query(&before_caret(&area), is_comment.get_untracked()));
        if let Some(found) = &found {
            aids.need(found.kind);
        }
        query.set(found);
    };
    // The comment is sent once it is known who can be mentioned.
    let waits_for_colleagues = RwSignal::new(false);
    // A message goes with its files: sent while they are on their way, it waits until they have arrived. Whoever types
    // on sends it anew.
    let waits_for_files = RwSignal::new(false);
    let on_input = move |value: String| {
        keep(&value);
        text.set(value);
        problem.set(None);
        waits_for_colleagues.set(false);
        waits_for_files.set(false);
        let now = browser::now();
        let is_due = now.0 - typing_sent_at.get_value().0 >= TYPING_EVERY;
        if is_chat.get_untracked() && !is_comment.get_untracked() && is_due {
            typing_sent_at.set_value(now);
            on_typing.run(());
        }
    };

    // What was typed before the script ran stays; else the draft is there, and follows what is typed on other devices.
    let has_begun = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(area) = area.get() else { return };
        let (message, comment) =
            unsent.with_value(|unsent| (unsent.message.get(), unsent.comment.get()));
        let kept = if is_comment.get() { comment } else { message };
        if !has_begun.get_value() {
            has_begun.set_value(true);
            if is_chat.get_untracked() && takes_focus() {
                let _ = area.focus();
            }
            let typed = area.value();
            if !typed.is_empty() && typed != kept {
                on_input(if kept.is_empty() { typed } else { format!("{kept}\n{typed}") });
                return;
            }
        }
        if text.with_untracked(|text| *text != kept) {
            text.set(kept);
        }
    });

    // What is typed as a message can be made a comment, and the other way round.
    let toggle = move |_| {
        let typed = text.get_untracked();
        let other = unsent.with_value(|unsent| {
            let other = if is_comment.get_untracked() { &unsent.message } else { &unsent.comment };
            other.get_untracked()
        });
        let moves = other.is_empty() && !typed.is_empty();
        if moves {
            keep("");
        }
        internal.update(|internal| *internal = !*internal);
        waits_for_files.set(false);
        if moves {
            on_input(typed);
        }
        query.set(None);
        problem.set(None);
        focus_on(area);
    };
    // A message that was taken back stands in front of what is typed already.
    Effect::new(move |_| {
        if let Some((back, was_comment)) = returned.get() {
            returned.set(None);
            if !only_comments {
                internal.set(was_comment);
            }
            let typed = unsent.with_value(|unsent| {
                let typed =
                    if is_comment.get_untracked() { &unsent.comment } else { &unsent.message };
                typed.get_untracked()
            });
            on_input(if typed.is_empty() { back } else { format!("{back}\n{typed}") });
            focus_on(area);
        }
    });

    let send = move || {
        waits_for_files.set(untrack(waits));
        if waits_for_files.get_untracked() {
            return;
        }
        let written = text.get_untracked().trim().to_owned();
        let is_internal = is_comment.get_untracked();
        let checked = untrack(written_as).check(&written);
        if (!is_blank(&written) || !untrack(has_files))
            && let Err(refusal) = checked
        {
            problem.set(Some(words.refusal(&refusal)));
            return;
        }
        // By the text alone: it may have been typed before a reload, or on another page.
        let colleagues = aids.colleagues.get_untracked();
        let must_ask = is_internal && colleagues.is_none() && written.contains('@');
        waits_for_colleagues.set(must_ask);
        if must_ask {
            aids.need(Kind::Mention);
            return;
        }
        keep("");
        if is_internal {
            let mentions = suggest::mentioned(&written, &colleagues.unwrap_or_default());
            // The next words are for colleagues too, until the agent says otherwise: what was meant for them never goes to
            // the visitor.
            on_comment.run((written, mentions));
        } else {
            on_send.run((written, uploads.take()));
            typing_sent_at.set_value(Timestamp(0));
        }
        query.set(None);
        let kept = unsent.with_value(|unsent| {
            let kept = if is_comment.get_untracked() { &unsent.comment } else { &unsent.message };
            kept.get_untracked()
        });
        text.set(kept);
        scroll_to_newest();
    };
    let send = StoredValue::new(send);
    Effect::new(move |_| {
        if !waits_for_files.get() || uploads.is_busy() {
            return;
        }
        if uploads.has_refused() {
            // It was meant to go with the file: whoever sends it decides again, and reads beside the file why.
            waits_for_files.set(false);
        } else {
            send.with_value(|send| send());
        }
    });
    Effect::new(move |_| {
        if aids.colleagues.with(Option::is_some) && waits_for_colleagues.get() {
            send.with_value(|send| send());
        }
    });

    let suggestions = Suggestions::new(query, aids);
    // Puts what was chosen in the place of what was typed for it.
    let insert = move |chosen: suggestions::Choice| {
        let (Some(area), Some(shown)) = (area.get_untracked(), query.get_untracked()) else {
            return;
        };
        query.set(None);
        let before = before_caret(&area);
        // The text or the caret may be another than when the list was made: the selection was moved, or another device
        // wrote.
        let asked = suggest::query(&before, is_comment.get_untracked());
        let asked = asked.filter(|asked| asked.kind == shown.kind);
        let Some(kept) = asked.and_then(|asked| before.get(..asked.start)) else { return };
        let value = area.value();
        let rest = value.strip_prefix(before.as_str()).unwrap_or_default().to_owned();
        let head = format!("{kept}{}", chosen.insert);
        on_input(format!("{head}{rest}"));
        put_caret(area, &head);
    };
    let on_key = move |event: KeyboardEvent| {
        // A composed character (accents, Chinese) ends with Enter too: that one is not ours, and some browsers tell of
        // it after the composition.
        let composes = event.is_composing() || event.key_code() == COMPOSING;
        if composes {
            return;
        }
        if suggestions.is_open() && !event.shift_key() {
            let (handled, chosen) = suggestions.press(&event.key());
            if handled {
                event.prevent_default();
                // Esc closes this and nothing behind it.
                event.stop_propagation();
                if let Some(chosen) = chosen {
                    insert(chosen);
                }
                return;
            }
        }
        if event.key() != "Enter" || event.shift_key() {
            return;
        }
        if enter_sends.get_untracked() || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            send.with_value(|send| send());
            focus_on(area);
        }
    };
    let add_files = move |files: Option<FileList>| {
        if let Some(files) = files.filter(|files| files.length() > 0 && !only_comments) {
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
    // A reply that was chosen from all of them stands where the caret is.
    Effect::new(move |_| {
        let Some(chosen) = aids.inserted.get() else { return };
        aids.inserted.set(None);
        let Some(area) = area.get_untracked() else { return };
        let before = before_caret(&area);
        let value = area.value();
        let rest = value.strip_prefix(before.as_str()).unwrap_or_default().to_owned();
        let head = format!("{before}{chosen}");
        on_input(format!("{head}{rest}"));
        put_caret(area, &head);
    });

    // Where it was the keyboard's place and goes away, the keyboard goes to the one that comes instead.
    on_cleanup(move || {
        let had_keyboard = area.try_get_untracked().flatten().is_some_and(|area| {
            document().active_element().is_some_and(|active| active.is_same_node(Some(&area)))
        });
        if had_keyboard {
            focus::rescue_to(focus::WRITING);
        }
    });

    erase(view! {
        <form
            class="composer"
            class:internal-on=is_comment
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
            {move || note.get().map(|note| view! {
                <p class="composer-note s" hidden=is_comment><Icon drawing=Drawing::Mail/>{note}</p>
            })}
            <p class="quiet" role="status">{move || said.get()}</p>
            <p class="composer-note s" id="composer-internal" hidden=move || !is_comment.get()>
                <Icon drawing=Drawing::Lock/>{words.get("comment_note")}
            </p>
            {(!only_comments).then(|| view! { <UploadList uploads=uploads/> })}
            <suggestions::SuggestionList suggestions=suggestions on_choose=Callback::new(insert)/>
            <textarea
                id="composer"
                aria-label=words.get("message")
                aria-describedby=move || if is_comment.get() { "composer-internal composer-count composer-problem" } else { "composer-count composer-problem" }
                aria-invalid=move || is_over.get().then_some("true")
                aria-keyshortcuts="r"
                aria-autocomplete="list"
                aria-controls=move || suggestions.shows().then_some(LIST)
                aria-activedescendant=move || suggestions.active_id()
                placeholder=move || words.get(match (is_comment.get(), is_chat.get()) {
                    (true, _) => "write_comment",
                    (false, true) => "write",
                    (false, false) => "write_answer",
                })
                dir="auto"
                rows=move || if enter_sends.get() { "2" } else { "5" }
                node_ref=area
                prop:value=move || text.get()
                on:input=move |event| {
                    on_input(event_target_value(&event));
                    look();
                }
                on:click=move |_| look()
                on:blur=move |_| suggestions.close_soon()
                on:keydown=on_key
                on:paste=on_paste
            ></textarea>
            <p class="composer-problem s" id="composer-problem" role="alert">{move || problem.get().or_else(|| too_long.get())}</p>
            <div class="composer-bar">
                <input type="file" multiple class="quiet" tabindex="-1" aria-hidden="true" node_ref=picker on:change=on_pick/>
                <button type="button" class="btn quiet" hidden=is_comment on:click=open_picker>
                    <Icon drawing=Drawing::Clip/><span class="label">{words.get("attach")}</span>
                </button>
                <button type="button" class="btn quiet" aria-haspopup="dialog" on:click=move |_| on_replies.run(())>
                    <Icon drawing=Drawing::Bolt/><span class="label">{words.get("replies")}" "<kbd aria-hidden="true">"/"</kbd></span>
                </button>
                <button
                    type="button"
                    class="btn quiet"
                    hidden=only_comments
                    aria-pressed=move || is_comment.get().to_string()
                    on:click=toggle
                >
                    <Icon drawing=Drawing::Lock/><span class="label">{words.get("internal_comment")}</span>
                </button>
                <span class="grow"></span>
                <span class="xs count" class:near=is_near class:over=is_over id="composer-count">{move || format!("{} / {}", count.get(), limit())}</span>
                <button class="btn primary" disabled=cannot_send>
                    {words.get("send")}
                    // The key that sends: Enter alone makes a new line where long texts are written.
                    {move || (!enter_sends.get()).then(|| view! { <span class="xs" aria-hidden="true">"Ctrl"</span> })}
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

/// What stands before the caret.
fn before_caret(area: &HtmlTextAreaElement) -> String {
    // Positions are counted in units of UTF-16.
    let at = area.selection_start().ok().flatten().unwrap_or(0);
    let units: Vec<u16> = area.value().encode_utf16().take(at as usize).collect();
    String::from_utf16_lossy(&units)
}

/// Puts the caret behind these words, once they are there.
fn put_caret(area: HtmlTextAreaElement, after: &str) {
    let at = u32::try_from(after.encode_utf16().count()).unwrap_or(u32::MAX);
    focus::once_updated(move || {
        let _ = area.focus();
        let _ = area.set_selection_range(at, at);
    });
}

/// Brings the newest entry into view, also for somebody who had scrolled up.
fn scroll_to_newest() {
    if let Ok(Some(log)) = document().query_selector(".log") {
        log.set_scroll_top(0);
    }
}
