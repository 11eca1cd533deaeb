//! *Transferir* and *Conferencia*: a queue or a colleague is asked to take a chat over, or to join it.

use super::targets::{Part, Target, TargetList};
use crate::{
    api,
    browser::focus,
    ui::{
        dialog::Dialog,
        erase::erase,
        icon::{Drawing, Icon},
        tabs::Tabs,
    },
    words::use_words,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    TicketId,
    agent::{HandoverKind, Targets},
    limits,
    text::characters,
};
use std::time::Duration;

/// While the dialog is open, who is there is asked again this often.
const AGAIN: Duration = Duration::from_secs(5);

/// The dialog, for the chat on a ticket. `kind`: what is asked for.
#[component]
pub fn HandoverDialog(
    ticket: TicketId,
    open: RwSignal<bool>,
    kind: RwSignal<HandoverKind>,
) -> impl IntoView {
    let words = use_words();
    let is_busy = RwSignal::new(false);
    let part = RwSignal::new(Part::Queues);
    let targets = RwSignal::new(None::<Targets>);
    let search = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Target>);
    let note = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let name = move || words.get(kind_name(kind.get()));
    let refresh = move || {
        spawn_local(async move {
            match api::handover::targets(ticket).await {
                Ok(read) => _ = targets.try_set(Some(read)),
                Err(error) => _ = problem.try_set(Some(words.refusal(&error.0))),
            }
        });
    };
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        // Who is transferred goes to a queue as a rule, who is invited is somebody one knows.
        part.set(match kind.get_untracked() {
            HandoverKind::Transfer => Part::Queues,
            HandoverKind::Conference => Part::Agents,
        });
        targets.set(None);
        search.set(String::new());
        chosen.set(None);
        note.set(String::new());
        problem.set(None);
        refresh();
        let timer = set_interval_with_handle(
            move || {
                if !is_busy.get_untracked() {
                    refresh();
                }
            },
            AGAIN,
        );
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    // Whoever is not there any more cannot be asked.
    let is_possible = Memo::new(move |_| {
        let chosen = chosen.get();
        targets.with(|targets| {
            targets.as_ref().is_some_and(|targets| match chosen {
                Some(Target::Queue(queue)) => {
                    targets.queues.iter().any(|one| one.queue == queue && one.free > 0)
                }
                Some(Target::Agent(agent)) => {
                    targets.agents.iter().any(|one| one.agent == agent && one.free)
                }
                None => false,
            })
        })
    });
    let is_long = Memo::new(move |_| note.with(|note| characters(note) > limits::CHAT_TEXT));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(target) = chosen.get_untracked().filter(|_| is_possible.get_untracked()) else {
            problem.set(Some(words.get("choose_target")));
            return;
        };
        if is_long.get_untracked() || is_busy.get_untracked() {
            return;
        }
        let note = Some(note.get_untracked().trim().to_owned()).filter(|note| !note.is_empty());
        let (queue, agent) = match target {
            Target::Queue(queue) => (Some(queue), None),
            Target::Agent(agent) => (None, Some(agent)),
        };
        let kind = kind.get_untracked();
        problem.set(None);
        is_busy.set(true);
        spawn_local(async move {
            let asked = match kind {
                HandoverKind::Transfer => api::handover::transfer(ticket, queue, agent, note).await,
                HandoverKind::Conference => {
                    api::handover::conference(ticket, queue, agent, note).await
                }
            };
            let _ = is_busy.try_set(false);
            match asked {
                Ok(()) => {
                    let _ = open.try_set(false);
                    // The button that opened the dialog is gone.
                    focus::go_to(focus::WRITING);
                }
                Err(error) => {
                    let _ = problem.try_set(Some(words.refusal(&error.0)));
                    refresh();
                }
            }
        });
    };
    let tabs = [(Part::Queues, "tab_queue"), (Part::Agents, "tab_agent")]
        .map(|(this, name)| (this, words.get(name)))
        .to_vec();
    erase(view! {
        <Dialog labelled_by="handover-title" open=open class="dialog handover">
            <form on:submit=submit>
                <h2 id="handover-title">{name}</h2>
                <p class="s muted">{move || words.get(match kind.get() {
                    HandoverKind::Transfer => "transfer_why",
                    HandoverKind::Conference => "conference_why",
                })}</p>
                <Tabs tabs=tabs chosen=part panel="handover-targets" labelled_by="handover-title" class="views"/>
                <div class="search-bar">
                    <input
                        type="search"
                        class="search"
                        aria-label=words.get("search")
                        placeholder=words.get("search_target")
                        prop:value=move || search.get()
                        on:input=move |event| search.set(event_target_value(&event))
                    />
                    <button type="button" class="btn" on:click=move |_| refresh()>
                        <Icon drawing=Drawing::Retry/><span class="label">{words.get("reload")}</span>
                    </button>
                </div>
                <TargetList targets=targets part=part search=search chosen=chosen/>
                <label class="field">
                    <span>{words.get("handover_note")}</span>
                    <textarea
                        rows="2"
                        dir="auto"
                        aria-describedby="handover-problem"
                        aria-invalid=move || is_long.get().then_some("true")
                        prop:value=move || note.get()
                        on:input=move |event| note.set(event_target_value(&event))
                    ></textarea>
                </label>
                <p class="field-problem s" id="handover-problem" role="alert">
                    {move || problem.get().or_else(|| is_long.get().then(|| words.fill("note_long", &[("limit", &limits::CHAT_TEXT.to_string())])))}
                </p>
                <div class="pair">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{words.get("cancel")}</button>
                    <button class="btn primary" aria-disabled=move || (is_busy.get() || !is_possible.get()).then_some("true")>{name}</button>
                </div>
            </form>
        </Dialog>
    })
}

/// The key of what it is called.
pub fn kind_name(kind: HandoverKind) -> &'static str {
    match kind {
        HandoverKind::Transfer => "transfer",
        HandoverKind::Conference => "conference",
    }
}
