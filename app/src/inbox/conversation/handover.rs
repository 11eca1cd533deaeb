//! *Transferir* and *Conferencia*: a queue or a colleague is asked to take a chat over, or to join it.

use super::targets::{Part, Target, TargetList};
use crate::{
    ui::{
        dialog::Dialog,
        erase::erase,
        icon::{Drawing, Icon},
        tabs::Tabs,
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::{
    agent::{HandoverKind, Targets},
    limits,
    text::characters,
};
use std::time::Duration;

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// To take it over, or to join it.
    pub kind: HandoverKind,
    /// Whom.
    pub target: Target,
    /// What the agent says of it, for colleagues alone.
    pub note: Option<String>,
}

/// The dialog's state; copied freely.
#[derive(Clone, Copy)]
pub struct HandoverForm {
    pub(super) is_open: RwSignal<bool>,
    kind: RwSignal<HandoverKind>,
    is_busy: RwSignal<bool>,
    part: RwSignal<Part>,
    targets: RwSignal<Option<Targets>>,
    search: RwSignal<String>,
    chosen: RwSignal<Option<Target>>,
    note: RwSignal<String>,
    problem: RwSignal<Option<String>>,
}

impl HandoverForm {
    /// A closed dialog.
    pub fn new() -> Self {
        Self {
            is_open: RwSignal::new(false),
            kind: RwSignal::new(HandoverKind::Transfer),
            is_busy: RwSignal::new(false),
            part: RwSignal::new(Part::Queues),
            targets: RwSignal::new(None),
            search: RwSignal::new(String::new()),
            chosen: RwSignal::new(None),
            note: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
        }
    }

    /// Shows the dialog, empty.
    pub fn open(self, kind: HandoverKind) {
        self.kind.set(kind);
        // Who is transferred goes to a queue as a rule, who is invited is somebody one knows.
        self.part.set(match kind {
            HandoverKind::Transfer => Part::Queues,
            HandoverKind::Conference => Part::Agents,
        });
        self.targets.set(None);
        self.search.set(String::new());
        self.chosen.set(None);
        self.note.set(String::new());
        self.problem.set(None);
        self.is_open.set(true);
    }

    /// Who is there now.
    pub fn on_targets(self, targets: Targets) {
        self.targets.try_set(Some(targets));
    }

    /// It is being asked.
    pub fn on_submit(self) {
        self.problem.set(None);
        self.is_busy.set(true);
    }

    /// It was asked.
    pub fn on_done(self) {
        self.is_busy.try_set(false);
        self.is_open.try_set(false);
    }

    /// Something failed: this sentence says what.
    pub fn on_problem(self, problem: String) {
        self.is_busy.try_set(false);
        self.problem.try_set(Some(problem));
    }
}

/// While the dialog is open, who is there is asked again this often.
const AGAIN: Duration = Duration::from_secs(5);

/// The dialog. `on_refresh`: who is there is to be read.
#[component]
pub fn HandoverDialog(
    form: HandoverForm,
    on_refresh: Callback<()>,
    on_submit: Callback<Asked>,
) -> impl IntoView {
    let words = use_words();
    let HandoverForm { is_open, kind, is_busy, part, targets, search, chosen, note, problem } =
        form;
    let name = move || words.get(kind_name(kind.get()));
    Effect::new(move |_| {
        if !is_open.get() {
            return;
        }
        let timer = set_interval_with_handle(
            move || {
                if !is_busy.get_untracked() {
                    on_refresh.run(());
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
        on_submit.run(Asked { kind: kind.get_untracked(), target, note });
    };
    let tabs = [(Part::Queues, "tab_queue"), (Part::Agents, "tab_agent")]
        .map(|(this, name)| (this, words.get(name)))
        .to_vec();
    erase(view! {
        <Dialog labelled_by="handover-title" open=is_open class="dialog handover">
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
                    <button type="button" class="btn" on:click=move |_| on_refresh.run(())>
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
                    <button type="button" class="btn" on:click=move |_| is_open.set(false)>{words.get("cancel")}</button>
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
