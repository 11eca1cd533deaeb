//! The conversation that is open: it fetches, sends and decides; the parts in this folder draw and call back.

mod accept;
mod bubble;
pub(crate) mod closing;
pub(crate) mod closing_ticket;
mod comment_bar;
mod composer;
mod composer_kind;
mod contact;
pub(crate) mod end_conference;
mod entry;
mod events;
mod facts;
pub(crate) mod facts_tabs;
mod fields;
mod files;
pub(crate) mod handover;
mod handover_line;
mod head;
mod log;
mod message_text;
mod pending;
mod properties;
mod reason_field;
mod renew_link;
pub(crate) mod replies;
mod reveal;
mod sentence;
mod sharing;
mod targets;
mod unsent_text;
mod upload_list;

use crate::{
    api,
    browser::{self, focus},
    chunks::{Dialog, dialog},
    state::{
        console::use_console,
        suggest::{Kind, Places},
        thread::Absence,
        uploads::Uploads,
        writing::Writing,
    },
    ui::{later::LateDialog, not_there::NotThere},
    words::use_words,
};
use accept::Accept;
use comment_bar::CommentBar;
use composer::{Aids, Composer, Unsent};
use composer_kind::ComposerKind;
use facts::Facts;
use handover_line::HandoverLine;
use head::Head;
use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
    task::spawn_local,
};
use log::Log;
use protocol::{
    AgentId, ChatId, EntryId, TicketId,
    agent::{AgentCommand, CannedReply},
    contact::Contact,
    entry::Removed,
    file::Attachment,
};
use replies::KnownReplies;
use reveal::provide_revealing;
use sharing::Sharing;
use unsent_text::UnsentText;

/// The conversation on a ticket.
#[component]
pub fn Conversation(ticket: TicketId) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let thread = console.thread(ticket);
    // Whether a comment is written: also where nothing else can be, once somebody wants to.
    let internal = RwSignal::new(false);
    Effect::new({
        let note = thread.note.clone();
        move |_| {
            console.show(ticket);
            console.restore_note(ticket);
            // A comment that was begun is gone on with, and not looked for.
            let is_alone = console.drafts.of(ticket).with_untracked(String::is_empty);
            if is_alone && !note.with_untracked(String::is_empty) {
                internal.set(true);
            }
            on_cleanup(move || console.hide(ticket));
        }
    });
    provide_revealing(&thread);
    on_cleanup({
        let thread = thread.clone();
        move || thread.conceal()
    });

    let writing = Memo::new({
        let thread = thread.clone();
        move |_| thread.writing()
    });
    let is_chat = Signal::derive(move || writing.with(Writing::is_my_chat));
    let name = Memo::new({
        let head = thread.head.clone();
        move |_| {
            let known = head.with(|head| head.as_ref().map(|head| words.contact(&head.contact)));
            // Until the head is here, the list knows who it is.
            known.unwrap_or_else(|| match console.list.find(ticket) {
                Some(row) => row.item.with(|item| words.contact(&item.contact)),
                None => words.contact(&Contact::default()),
            })
        }
    });
    let facts_open = RwSignal::new(false);

    let closing = RwSignal::new(false);
    let open_closing = Callback::new(move |()| closing.set(true));
    let reopen = Callback::new(move |()| {
        spawn_local(async move {
            match api::requests::reopen(ticket).await {
                Ok(()) => {
                    console.toasts.note(words.get("reopened"));
                    focus::go_to(focus::OPEN);
                }
                Err(error) => console.toasts.alert(words.refusal(&error.0)),
            }
        });
    });

    let accepting = RwSignal::new(false);
    let accept = Callback::new(move |chat| {
        if accepting.get_untracked() {
            return;
        }
        accepting.set(true);
        console.accepted.set_value(Some(ticket));
        // At once: the button goes when the chat is this agent's. Then there is a composer, which takes the keyboard.
        focus::go_to(focus::OPEN);
        spawn_local(async move {
            let answer = api::chats::accept(chat, None).await;
            // Also when it is this agent's now: it may come back to the queue while it is on screen.
            let _ = accepting.try_set(false);
            if let Err(error) = answer {
                console.toasts.alert(words.refusal(&error.0));
            }
        });
    });

    let sharing = Sharing::new(ticket, thread.head.clone());

    let uploads = Uploads::new();
    let returned = RwSignal::new(None::<(String, bool)>);
    let take_back = Callback::new({
        let thread = thread.clone();
        move |id: EntryId| {
            let was_comment = thread.mentions.with_value(|all| all.contains_key(&id));
            let Some(unsent) = console.take_back(ticket, id) else { return };
            uploads.put_back(unsent.files);
            if focus::is_there("#composer") {
                returned.set(Some((unsent.text, was_comment)));
                return;
            }
            // Where nothing can be written it stays as what was written before.
            let before = if was_comment {
                thread.note.get_untracked()
            } else {
                console.drafts.of(ticket).get_untracked()
            };
            let text =
                if before.is_empty() { unsent.text } else { format!("{}\n{before}", unsent.text) };
            if was_comment {
                console.type_note(ticket, &text);
            } else {
                console.type_draft(ticket, &text);
            }
        }
    });
    let retry = Callback::new(move |id: EntryId| console.retry(ticket, id));
    let send = Callback::new(move |(text, files): (String, Vec<Attachment>)| {
        console.post(ticket, text, files);
    });
    let comment = Callback::new(move |(text, mentions): (String, Vec<AgentId>)| {
        console.comment(ticket, text, mentions, Vec::new());
    });
    let typing = Callback::new(move |()| {
        console.socket.send(&AgentCommand::Typing { ticket });
    });

    let places = Signal::derive({
        let head = thread.head.clone();
        move || Places {
            name: head.with(|head| {
                head.as_ref().map(|head| Places::name_of(&head.contact)).unwrap_or_default()
            }),
            agent: console.profile.with(|profile| profile.name.clone()),
            number: head
                .with(|head| head.as_ref().map(|head| head.number.0.clone()))
                .unwrap_or_default(),
            site: head.with(|head| head.as_ref().map(|head| head.site.clone())).unwrap_or_default(),
        }
    });
    let (known_replies, known_colleagues) = (RwSignal::new(None), RwSignal::new(None));
    let read_replies = move || async move {
        match api::replies::replies(ticket).await {
            Ok(all) => _ = known_replies.try_set(Some(all)),
            Err(error) => console.toasts.alert(words.refusal(&error.0)),
        }
    };
    let need = Callback::new(move |kind| {
        spawn_local(async move {
            match kind {
                Kind::Reply => read_replies().await,
                Kind::Mention => match api::chats::colleagues(ticket).await {
                    Ok(all) => _ = known_colleagues.try_set(Some(all)),
                    Err(error) => console.toasts.alert(words.refusal(&error.0)),
                },
            }
        });
    });
    let aids = Aids {
        replies: known_replies,
        colleagues: known_colleagues,
        places,
        inserted: RwSignal::new(None),
        on_need: need,
    };
    let replies_open = RwSignal::new(false);
    let open_replies = Callback::new(move |()| {
        aids.need(Kind::Reply);
        replies_open.set(true);
    });
    let on_insert = Callback::new(move |reply: CannedReply| {
        aids.inserted.set(Some(places.get_untracked().fill(reply.text.as_str())));
    });
    let known = KnownReplies { all: known_replies, on_insert };

    let note = thread.note.clone();
    let kind = Signal::derive(move || writing.with(ComposerKind::of));
    let composer = move |only_comments: bool| {
        let unsent = Unsent {
            message: console.drafts.of(ticket),
            comment: note.clone(),
            internal,
            uploads,
            on_message: Callback::new(move |text: String| console.type_draft(ticket, &text)),
            on_comment: Callback::new(move |text: String| console.type_note(ticket, &text)),
        };
        view! {
            <Composer
                ticket=ticket
                // Opened by hand, and the agent is here to answer.
                takes_focus=move || {
                    let accepted = console.accepted.get_value() == Some(ticket);
                    console.accepted.set_value(None);
                    console.socket.is_connected() && browser::has_keyboard() && !focus::is_typing() && (accepted || !focus::is_on_heading())
                }
                kind=kind
                only_comments=only_comments
                unsent=unsent
                aids=aids
                returned=returned
                on_send=send
                on_comment=comment
                on_typing=typing
                on_replies=open_replies
            />
        }
    };
    // A composer for each kind of what can be written. What is under the agent's hands goes along when a chat ends
    // meanwhile: text, files, mode and keyboard.
    let stands = Memo::new(move |_| match writing.get() {
        writing @ (Writing::Chat
        | Writing::Guest
        | Writing::Request { .. }
        | Writing::Closed { .. }) => Foot::Composer(ComposerKind::of(&writing)),
        Writing::Unknown => Foot::Nothing,
        Writing::Waiting { chat } => Foot::Accept(chat),
        Writing::Elsewhere { agent } => Foot::Elsewhere(agent),
        Writing::Removed { what, may_end } => Foot::Removed(removed_note(what, may_end)),
    });
    // Whoever takes a chat writes to its visitor, unless a comment was begun.
    Effect::new({
        let note = thread.note.clone();
        move |before: Option<bool>| {
            let can_write = stands.with(|stands| matches!(stands, Foot::Composer(_)));
            if can_write && before == Some(false) && note.with_untracked(String::is_empty) {
                internal.set(false);
            }
            can_write
        }
    });
    let closed_to_messages = {
        let composer = composer.clone();
        move |why| {
            let composer = composer.clone();
            view! {
                <Show when=move || internal.get()>{composer(true)}</Show>
                <CommentBar open=internal>{why}</CommentBar>
            }
        }
    };
    let unsent = move || view! { <UnsentText message=console.drafts.of(ticket)/> };
    let foot = move || match stands.get() {
        Foot::Nothing => EitherOf4::A(()),
        Foot::Composer(_) => EitherOf4::B(composer(false)),
        Foot::Accept(chat) => EitherOf4::C((
            unsent(),
            closed_to_messages(Either::Left(
                view! { <Accept busy=accepting on_accept=move || accept.run(chat)/> },
            )),
        )),
        Foot::Elsewhere(agent) => EitherOf4::C((
            unsent(),
            closed_to_messages(Either::Right(
                view! { <span class="grow">{words.fill("elsewhere", &[("agent", &agent)])}</span> },
            )),
        )),
        Foot::Removed(note) => EitherOf4::D(view! {
            {unsent()}
            <p class="foot-note" role="status">{words.get(note)}</p>
        }),
    };

    // A memo: what is known is set anew with every reading, and what stands here is drawn anew only when it is another.
    let absence = Memo::new({
        let absence = thread.absence.clone();
        move |_| absence.get()
    });
    move || {
        if let Some(absence) = absence.get() {
            return Either::Left(view! { <NotThere is_lost=absence == Absence::AccessLost/> });
        }
        let thread = thread.clone();
        Either::Right(view! {
            <section class="talk" aria-label=words.get("talk")>
                <Head head=thread.head.clone() watchers=thread.watchers.clone() name=name writing=writing facts_open=facts_open sharing=Box::new(sharing) on_close=open_closing on_reopen=reopen/>
                <HandoverLine handover=sharing.handover on_cancel=sharing.on_cancel/>
                {over(Dialog::Closing { ticket, open: closing, is_chat }, closing)}
                {over(Dialog::Handover { ticket, open: sharing.asking, kind: sharing.kind }, sharing.asking)}
                {over(
                    Dialog::EndConference {
                        open: sharing.ending,
                        guest: sharing.guest,
                        on_end_chat: open_closing,
                        on_let_go: sharing.on_let_go,
                    },
                    sharing.ending,
                )}
                {over(Dialog::Replies { ticket, open: replies_open, known }, replies_open)}
                <Log thread=thread.clone() name=name profile=console.profile on_retry=retry on_take_back=take_back/>
                {foot.clone()}
            </section>
            <Facts thread=thread open=facts_open/>
        })
    }
}

/// A dialog over the conversation.
fn over(which: Dialog, open: RwSignal<bool>) -> impl IntoView {
    let on_dismiss = Callback::new(move |()| open.set(false));
    view! { <LateDialog late=dialog(which) open=open on_dismiss=on_dismiss/> }
}

/// What stands under the conversation.
#[derive(Clone, PartialEq)]
enum Foot {
    Nothing,
    Composer(ComposerKind),
    /// The button that takes the chat that waits, over a place for comments.
    Accept(ChatId),
    /// Who has the chat, over the same.
    Elsewhere(String),
    /// The key of what is said of something that was removed.
    Removed(&'static str),
}

fn removed_note(what: Removed, may_end: bool) -> &'static str {
    match (what, may_end) {
        (Removed::Site, true) => "site_removed_end",
        (Removed::Site, false) => "site_removed_note",
        (Removed::Queue, true) => "queue_removed_end",
        (Removed::Queue, false) => "queue_removed_note",
        (Removed::Agent, true) => "agent_removed_end",
        (Removed::Agent, false) => "agent_removed_note",
    }
}
