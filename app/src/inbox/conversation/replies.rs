//! All canned replies: to insert one, and to keep one's own.

use crate::{
    api,
    state::suggest,
    ui::{
        dialog::Dialog,
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use protocol::{ReplyId, TicketId, agent::CannedReply};

/// The replies that the console knows; copied freely.
#[derive(Clone, Copy)]
pub struct KnownReplies {
    /// All of them, once read.
    pub all: RwSignal<Option<Vec<CannedReply>>>,
    /// One was chosen.
    pub on_insert: Callback<CannedReply>,
}

/// A reply that is being written: a new one, or one of the agent's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editing {
    /// None: it is new.
    pub id: Option<ReplyId>,
    /// What it is called.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// The dialog.
#[component]
pub fn Replies(ticket: TicketId, open: RwSignal<bool>, known: KnownReplies) -> impl IntoView {
    let words = use_words();
    let KnownReplies { all: replies, on_insert } = known;
    let is_busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let search = RwSignal::new(String::new());
    let editing = RwSignal::new(None::<Editing>);
    Effect::new(move |_| {
        if open.get() {
            problem.set(None);
            search.set(String::new());
            editing.set(None);
        }
    });
    let failed = move |error: api::ApiError| {
        let _ = is_busy.try_set(false);
        let _ = problem.try_set(Some(words.refusal(&error.0)));
    };
    let read = move || async move {
        match api::replies::replies(ticket).await {
            Ok(all) => _ = replies.try_set(Some(all)),
            Err(error) => failed(error),
        }
    };
    let remove = move |id: ReplyId| {
        spawn_local(async move {
            match api::replies::remove_reply(id).await {
                Ok(()) => read().await,
                Err(error) => failed(error),
            }
        });
    };
    let found = Memo::new(move |_| {
        let search = search.get();
        replies.with(|all| suggest::replies(all.as_deref().unwrap_or_default(), &search))
    });
    let edit = move |editing_now: Editing| {
        problem.set(None);
        editing.set(Some(editing_now));
    };
    let row = move |reply: CannedReply| {
        let (inserted, edited) = (reply.clone(), reply.clone());
        let name = reply.name.to_string();
        let own = reply.id.map(|id| {
            let label = |key: &str| words.fill(key, &[("name", &name)]);
            view! {
                <button type="button" class="btn quiet icon-only" aria-label=label("edit_reply") on:click=move |_| edit(Editing {
                    id: Some(id),
                    name: edited.name.to_string(),
                    text: edited.text.as_str().to_owned(),
                })><Icon drawing=Drawing::Edit/></button>
                <button type="button" class="btn quiet icon-only" aria-label=label("remove_reply") on:click=move |_| remove(id)>
                    <Icon drawing=Drawing::Close/>
                </button>
            }
        });
        view! {
            <li>
                <button type="button" class="reply" on:click=move |_| {
                    open.set(false);
                    on_insert.run(inserted.clone());
                }>
                    <b>{name.clone()}</b>
                    <span class="s muted" dir="auto">{reply.text.as_str().to_owned()}</span>
                </button>
                {own}
            </li>
        }
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(Editing { id, name, text }) =
            editing.get_untracked().filter(|_| !is_busy.get_untracked())
        else {
            return;
        };
        problem.set(None);
        is_busy.set(true);
        spawn_local(async move {
            let saved = match id {
                Some(id) => api::replies::change_reply(id, name, text).await,
                None => api::replies::add_reply(name, text).await.map(drop),
            };
            match saved {
                Ok(()) => {
                    read().await;
                    let _ = is_busy.try_set(false);
                    let _ = editing.try_set(None);
                }
                Err(error) => failed(error),
            }
        });
    };
    let change = move |change: &dyn Fn(&mut Editing)| {
        editing.update(|editing| {
            if let Some(editing) = editing {
                change(editing);
            }
        });
    };
    let is_editing = Memo::new(move |_| editing.with(Option::is_some));
    let body = move || {
        if is_editing.get() {
            let first = editing.get_untracked().unwrap_or_default();
            Either::Left(view! {
                <form on:submit=save>
                    <label class="field">
                        <span>{words.get("name")}</span>
                        <input autofocus value=first.name aria-describedby="reply-problem" on:input=move |event| {
                            let value = event_target_value(&event);
                            change(&|editing| editing.name.clone_from(&value));
                        }/>
                    </label>
                    <label class="field">
                        <span>{words.get("reply_text")}</span>
                        <textarea rows="5" aria-describedby="reply-hint reply-problem" dir="auto" on:input=move |event| {
                            let value = event_target_value(&event);
                            change(&|editing| editing.text.clone_from(&value));
                        }>{first.text}</textarea>
                    </label>
                    <p class="xs muted" id="reply-hint">{words.get("reply_hint")}</p>
                    <p class="field-problem s" id="reply-problem" role="alert">{problem}</p>
                    <div class="pair">
                        <button type="button" class="btn" on:click=move |_| editing.set(None)>{words.get("cancel")}</button>
                        <button class="btn primary" aria-disabled=move || is_busy.get().then_some("true")>{words.get("save")}</button>
                    </div>
                </form>
            })
        } else {
            Either::Right(view! {
                <div class="replies">
                    <input
                        type="search"
                        class="search"
                        autofocus
                        aria-label=words.get("search")
                        placeholder=words.get("search_reply")
                        prop:value=move || search.get()
                        on:input=move |event| search.set(event_target_value(&event))
                    />
                    <ul role="list" class="reply-list">
                        {move || found.get().into_iter().map(row).collect_view()}
                    </ul>
                    <p class="s muted" role="status">
                        {move || (replies.with(Option::is_some) && found.with(Vec::is_empty)).then(|| words.get("no_replies"))}
                    </p>
                    <p class="field-problem s" role="alert">{problem}</p>
                    <div class="pair">
                        <button type="button" class="btn" on:click=move |_| open.set(false)>{words.get("dismiss")}</button>
                        <button type="button" class="btn" on:click=move |_| edit(Editing::default())>
                            <Icon drawing=Drawing::Add/>{words.get("new_reply")}
                        </button>
                    </div>
                </div>
            })
        }
    };
    erase(view! {
        <Dialog labelled_by="replies-title" open=open>
            <h2 id="replies-title">{words.get("replies")}</h2>
            {body}
        </Dialog>
    })
}
