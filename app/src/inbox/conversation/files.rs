//! *Adjuntos*: all files of the ticket, and a place for those that colleagues alone are to see.

use super::upload_list::UploadList;
use crate::{
    api,
    state::{clock::use_clock, console::use_console, thread::Thread, uploads::Uploads},
    ui::{
        erase::erase,
        files::FileLinks,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{html, prelude::*, task::spawn_local};
use protocol::{FileId, entry::AgentBody, file::TicketFile};
use web_sys::{DragEvent, FileList};

/// How far the list has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    Coming,
    Here,
    Failed,
}

/// The list, and the button that adds to it. It is read while it is shown.
#[component]
pub fn FilesPart(
    scope: &'static str,
    thread: Thread,
    #[prop(into)] is_shown: Signal<bool>,
) -> impl IntoView {
    let words = use_words();
    let ticket = thread.ticket;
    let (files, next) = (RwSignal::new(Vec::<TicketFile>::new()), RwSignal::new(None::<FileId>));
    let read = RwSignal::new(Read::Coming);
    let look = move |after: Option<FileId>| {
        read.set(Read::Coming);
        spawn_local(async move {
            let page = api::files::list_files(ticket, after).await;
            let Ok(page) = page else {
                read.try_set(Read::Failed);
                return;
            };
            let page = page.into_inner();
            files.try_update(|files| {
                if after.is_none() {
                    files.clear();
                }
                files.extend(page.files);
            });
            next.try_set(page.next);
            read.try_set(Read::Here);
        });
    };
    let last = last_files(&thread);
    Effect::new(move |_| {
        last.get();
        if is_shown.get() {
            untrack(|| look(None));
        }
    });
    let heading = format!("{scope}-files");
    let labelled_by = heading.clone();
    let is_empty = move || read.get() == Read::Here && files.with(Vec::is_empty);
    let is_first = move || read.get() == Read::Coming && files.with(Vec::is_empty);
    let note = move || match () {
        () if is_empty() => Some(words.get("no_files")),
        () if is_first() => Some(words.get("part_loading")),
        () => None,
    };
    let has_failed = move || read.get() == Read::Failed;
    let has_more = move || read.get() == Read::Here && next.get().is_some();
    erase(view! {
        <section class="facts-part"><Share thread=thread.clone()/></section>
        <section class="facts-part">
            <h2 class="quiet" id=heading>{words.get("attachments")}</h2>
            <ul class="ticket-files" role="list" aria-labelledby=labelled_by>
                <For each=move || files.get() key=|file| file.file.id let:file><FileRow file=file/></For>
            </ul>
            <p class="s muted" role="status">{note}</p>
            <div class="s" role="alert">
                {move || has_failed().then(|| view! {
                    <p>{words.get("files_failed")}</p>
                    <button type="button" class="btn" on:click=move |_| look(None)>{words.get("retry")}</button>
                })}
            </div>
            <button type="button" class="btn" hidden=move || !has_more() on:click=move |_| look(next.get_untracked())>
                {words.get("more")}
            </button>
        </section>
    })
}

/// The last entry that has files.
fn last_files(thread: &Thread) -> Memo<Option<protocol::Seq>> {
    let timeline = thread.timeline.clone();
    Memo::new(move |_| {
        timeline.with(|timeline| {
            let has_files = |body: &AgentBody| {
                matches!(
                    body,
                    AgentBody::Visitor { files, .. }
                        | AgentBody::Agent { files, .. }
                        | AgentBody::Comment { files, .. } if !files.is_empty()
                )
            };
            let entries = timeline.entries();
            entries.iter().rev().find(|entry| has_files(&entry.body)).map(|entry| entry.seq)
        })
    })
}

/// A file with who put it there and when.
#[component]
fn FileRow(file: TicketFile) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let TicketFile { file, by, at, internal } = file;
    let by = by.unwrap_or_else(|| words.get("visitor"));
    erase(view! {
        <li>
            <FileLinks files=vec![file]/>
            <p class="xs muted">
                <bdi>{by}</bdi>" · "{move || clock.long(at)}
                {internal.then(|| view! { " "<span class="tag">{words.get("internal_file")}</span> })}
            </p>
        </li>
    })
}

/// Files for colleagues: uploaded as soon as they are chosen, and put onto a comment by the button.
#[component]
fn Share(thread: Thread) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let ticket = thread.ticket;
    let uploads = Uploads::new();
    let picker = NodeRef::<html::Input>::new();
    let is_dragged_over = RwSignal::new(false);
    let add = move |files: Option<FileList>| {
        if let Some(files) = files.filter(|files| files.length() > 0) {
            uploads.add(ticket, &files);
        }
    };
    let on_pick = move |_| {
        if let Some(picker) = picker.get_untracked() {
            add(picker.files());
            picker.set_value("");
        }
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        is_dragged_over.set(false);
        add(event.data_transfer().and_then(|data| data.files()));
    };
    let on_drag = move |event: DragEvent| {
        event.prevent_default();
        is_dragged_over.set(true);
    };
    let share = move |_| {
        if uploads.has_stored() && !uploads.is_busy() {
            console.comment(ticket, String::new(), Vec::new(), uploads.take());
        }
    };
    erase(view! {
        <div
            class="share"
            class:dragged=is_dragged_over
            on:dragover=on_drag
            on:dragleave=move |_| is_dragged_over.set(false)
            on:drop=on_drop
        >
            <p class="s muted">{words.get("share_note")}</p>
            <UploadList uploads=uploads/>
            <input type="file" multiple class="quiet" tabindex="-1" aria-hidden="true" node_ref=picker on:change=on_pick/>
            <div class="share-bar">
                <button type="button" class="btn" on:click=move |_| if let Some(picker) = picker.get_untracked() { picker.click() }>
                    <Icon drawing=Drawing::Clip/>{words.get("share_pick")}
                </button>
                <button
                    type="button"
                    class="btn primary"
                    hidden=move || uploads.is_empty()
                    aria-disabled=move || (uploads.is_busy() || !uploads.has_stored()).then_some("true")
                    on:click=share
                >
                    {words.get("share")}
                </button>
            </div>
        </div>
    })
}
