//! What is suggested while one types: a list over the composer. The keyboard stays where one writes.

use super::aids::Aids;
use crate::{
    browser::focus,
    state::suggest::{self, Kind, Query},
    ui::erase::erase,
    words::use_words,
};
use leptos::prelude::*;
use std::time::Duration;

/// The id of the list.
pub const LIST: &str = "suggestions";
/// More than this nobody reads while typing.
const MOST: usize = 8;

/// One of what is suggested.
#[derive(Clone, PartialEq)]
pub struct Choice {
    /// What it is called.
    pub title: String,
    /// What it says.
    pub detail: String,
    /// What is put into the text.
    pub insert: String,
}

/// What is suggested; copied freely.
#[derive(Clone, Copy)]
pub struct Suggestions {
    query: RwSignal<Option<Query>>,
    choices: Memo<Vec<Choice>>,
    active: RwSignal<usize>,
}

impl Suggestions {
    /// What fits what is looked for.
    pub fn new(query: RwSignal<Option<Query>>, aids: Aids) -> Self {
        let active = RwSignal::new(0);
        let choices = Memo::new(move |_| {
            let Some(query) = query.get() else { return Vec::new() };
            active.set(0);
            let mut choices: Vec<Choice> = match query.kind {
                Kind::Reply => {
                    let all = aids.replies.get().unwrap_or_default();
                    let places = aids.places.get_untracked();
                    suggest::replies(&all, &query.text)
                        .into_iter()
                        .map(|reply| {
                            let text = places.fill(reply.text.as_str());
                            Choice { title: reply.name.into(), detail: text.clone(), insert: text }
                        })
                        .collect()
                }
                Kind::Mention => {
                    let all = aids.colleagues.get().unwrap_or_default();
                    suggest::colleagues(&all, &query.text)
                        .into_iter()
                        .map(|colleague| Choice {
                            insert: format!("@{} ", colleague.name),
                            title: colleague.name,
                            detail: String::new(),
                        })
                        .collect()
                }
            };
            choices.truncate(MOST);
            choices
        });
        Self { query, choices, active }
    }

    /// Whether there is something to choose; reading it follows changes.
    pub fn shows(self) -> bool {
        self.choices.with(|choices| !choices.is_empty())
    }

    /// The same without following.
    pub fn is_open(self) -> bool {
        untrack(|| self.shows())
    }

    /// The id of the one that Enter takes.
    pub fn active_id(self) -> Option<String> {
        self.shows().then(|| option_id(self.active.get()))
    }

    /// A key; whether it was for the list, and what was chosen by it.
    pub fn press(self, key: &str) -> (bool, Option<Choice>) {
        let count = self.choices.with_untracked(Vec::len);
        let at = self.active.get_untracked();
        match key {
            "ArrowDown" => self.active.set((at + 1) % count.max(1)),
            "ArrowUp" => self.active.set(at.checked_sub(1).unwrap_or(count.saturating_sub(1))),
            "Enter" | "Tab" => {
                return (true, self.choices.with_untracked(|choices| choices.get(at).cloned()));
            }
            "Escape" => self.query.set(None),
            "ArrowLeft" | "ArrowRight" | "Home" | "End" => {
                self.query.set(None);
                return (false, None);
            }
            _ => return (false, None),
        }
        (true, None)
    }

    /// The keyboard went elsewhere, perhaps by a click on the list, and perhaps only for a moment.
    pub fn close_soon(self) {
        let close = move || {
            if !focus::is_inside("#composer") {
                self.query.try_set(None);
            }
        };
        set_timeout(close, Duration::from_millis(200));
    }
}

/// The list; hidden when nothing is suggested.
#[component]
pub fn SuggestionList(suggestions: Suggestions, on_choose: Callback<Choice>) -> impl IntoView {
    let words = use_words();
    let Suggestions { query, choices, active } = suggestions;
    let name = move || {
        let is_mention =
            query.with(|query| query.as_ref().is_some_and(|query| query.kind == Kind::Mention));
        words.get(if is_mention { "colleagues" } else { "replies" })
    };
    let is_empty = move || choices.with(Vec::is_empty);
    let heard = move || match choices.with(Vec::len) {
        0 => query
            .with(|query| query.as_ref().is_some_and(|query| query.text.is_empty()))
            .then(|| words.get("no_suggestion")),
        n => Some(words.count("suggestions", n)),
    };
    erase(view! {
        <p class="quiet" role="status">{move || query.with(Option::is_some).then(heard).flatten()}</p>
        <div class="suggestions" hidden=is_empty>
            <ul role="listbox" id=LIST aria-label=name>
                {move || choices.get().into_iter().enumerate().map(|(at, choice)| {
                    let shown = choice.clone();
                    let is_on = move || active.get() == at;
                    view! {
                        <li
                            role="option"
                            id=option_id(at)
                            class:on=is_on
                            aria-selected=move || is_on().to_string()
                            // The keyboard stays in the text.
                            on:pointerdown=move |event| event.prevent_default()
                            on:click=move |_| on_choose.run(choice.clone())
                        >
                            <b>{shown.title}</b>
                            <span class="cut muted" dir="auto">{shown.detail}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </div>
    })
}

fn option_id(at: usize) -> String {
    format!("suggestion-{at}")
}
