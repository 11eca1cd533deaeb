//! Queues and colleagues, each with whether somebody is there.

use crate::{
    state::{clock::use_clock, reasons::matches},
    ui::erase::erase,
    words::{Words, use_words},
};
use leptos::prelude::*;
use protocol::{
    AgentId, QueueId,
    agent::{AgentTarget, Presence, QueueTarget, Targets},
};

/// Whom is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A queue: its agents, one after the other.
    Queue(QueueId),
    /// One agent.
    Agent(AgentId),
}

/// A part of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The queues.
    Queues,
    /// The agents.
    Agents,
}

/// A line of the list.
#[derive(Clone, PartialEq)]
struct Line {
    target: Target,
    name: String,
    about: String,
    dot: &'static str,
    is_free: bool,
}

/// Those that fit the search; one is chosen. `targets`: none until they are known.
#[component]
pub fn TargetList(
    targets: RwSignal<Option<Targets>>,
    part: RwSignal<Part>,
    search: RwSignal<String>,
    chosen: RwSignal<Option<Target>>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let lines = Memo::new(move |_| {
        let search = search.get();
        let all: Vec<Line> = targets.with(|targets| {
            let Some(targets) = targets else { return Vec::new() };
            match part.get() {
                Part::Queues => targets.queues.iter().map(|queue| of_queue(queue, words)).collect(),
                Part::Agents => targets
                    .agents
                    .iter()
                    .map(|agent| of_agent(agent, &clock.elapsed(agent.since), words))
                    .collect(),
            }
        });
        all.into_iter().filter(|line| matches(&line.name, &search)).collect::<Vec<_>>()
    });
    let line = move |line: Line| {
        let target = line.target;
        view! {
            <li>
                <label class="target" class:off=!line.is_free>
                    <input
                        type="radio"
                        name="target"
                        disabled=!line.is_free
                        prop:checked=move || chosen.get() == Some(target)
                        on:change=move |_| chosen.set(Some(target))
                    />
                    <i class=line.dot aria-hidden="true"></i>
                    <span class="grow cut"><b>{line.name}</b></span>
                    <span class="xs muted">{line.about}</span>
                </label>
            </li>
        }
    };
    erase(view! {
        <div class="targets" role="tabpanel" id="handover-targets" aria-labelledby="handover-title">
            <ul role="list">
                {move || lines.get().into_iter().map(line).collect_view()}
            </ul>
            <p class="s muted" role="status">
                {move || match (targets.with(Option::is_some), lines.with(Vec::is_empty)) {
                    (false, _) => Some(words.get("list_loading")),
                    (true, true) => Some(words.get("no_target")),
                    (true, false) => None,
                }}
            </p>
        </div>
    })
}

fn of_queue(queue: &QueueTarget, words: Words) -> Line {
    let (free, agents) = (queue.free.to_string(), queue.agents.to_string());
    let about = words.fill("queue_free", &[("free", &free), ("agents", &agents)]);
    Line {
        target: Target::Queue(queue.queue),
        name: queue.name.clone(),
        about: if queue.current {
            format!("{} · {about}", words.get("queue_current"))
        } else {
            about
        },
        dot: if queue.free > 0 { "dot" } else { "dot off" },
        is_free: queue.free > 0,
    }
}

fn of_agent(agent: &AgentTarget, elapsed: &str, words: Words) -> Line {
    let state = words.get(match agent.state {
        Presence::Available => "available",
        Presence::Away => "away",
        Presence::Rona => "rona",
        Presence::Offline => "gone_offline",
    });
    let state = agent.reason.as_ref().map_or(state.clone(), |reason| format!("{state} · {reason}"));
    let about = if agent.state == Presence::Available {
        let (load, capacity) = (agent.load.to_string(), agent.capacity.to_string());
        words.fill("agent_load", &[("state", &state), ("load", &load), ("capacity", &capacity)])
    } else {
        format!("{state} · {elapsed}")
    };
    let dot = match (agent.state, agent.free) {
        (Presence::Available, true) => "dot",
        (Presence::Available, false) | (Presence::Away, _) => "dot away",
        (Presence::Rona, _) => "dot alert",
        (Presence::Offline, _) => "dot off",
    };
    Line {
        target: Target::Agent(agent.agent),
        name: agent.name.clone(),
        about,
        dot,
        is_free: agent.free,
    }
}
