//! A field whose list of choices narrows while one types.

use crate::{state::reasons::matching, ui::erase::erase, words::use_words};
use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

/// The closing reason: typed, or picked from the list. `reasons`: none until they are known.
#[component]
pub fn ReasonField(
    /// What ids begin with.
    scope: &'static str,
    reasons: RwSignal<Option<Vec<String>>>,
    typed: RwSignal<String>,
    problem: RwSignal<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    let id = |name: &str| format!("{scope}-{name}");
    let (field_id, label_for) = (id("reason"), id("reason"));
    let (list_id, controls) = (id("reasons"), id("reasons"));
    let (problem_id, describes) = (id("problem"), id("problem"));
    let active = RwSignal::new(None::<usize>);
    let is_picked = RwSignal::new(false);
    // After a choice the whole list is there again, for another one.
    let listed = Memo::new(move |_| {
        let filter = if is_picked.get() { String::new() } else { typed.get() };
        reasons.with(|reasons| matching(reasons.as_deref().unwrap_or_default(), &filter))
    });
    let pick = move |reason: String| {
        typed.set(reason);
        is_picked.set(true);
        active.set(None);
        problem.set(None);
    };
    let on_input = move |event| {
        is_picked.set(false);
        active.set(None);
        problem.set(None);
        typed.set(event_target_value(&event));
    };
    // False: the key does here what it does in any field. Enter sends the form.
    let press = move |key: &str| {
        let count = listed.with_untracked(Vec::len);
        let Some(last) = count.checked_sub(1) else { return false };
        match key {
            "ArrowDown" => active.update(|active| {
                *active = Some(active.map_or(0, |at| if at >= last { 0 } else { at + 1 }));
            }),
            "ArrowUp" => active.update(|active| {
                *active = Some(active.map_or(last, |at| at.checked_sub(1).unwrap_or(last)));
            }),
            "Enter" => {
                let Some(at) = active.get_untracked() else { return false };
                if let Some(reason) = listed.with_untracked(|listed| listed.get(at).cloned()) {
                    pick(reason);
                }
            }
            _ => return false,
        }
        true
    };
    // Keys that were pressed before there was a list; they are done when there is.
    let early = StoredValue::new(Vec::<String>::new());
    let field = NodeRef::<html::Input>::new();
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        if reasons.with_untracked(Option::is_some) {
            if press(&key) {
                event.prevent_default();
            }
        } else if matches!(key.as_str(), "ArrowDown" | "ArrowUp" | "Enter") {
            event.prevent_default();
            early.update_value(|early| early.push(key));
        }
    };
    Effect::new(move |_| {
        if reasons.with(Option::is_none) {
            return;
        }
        for key in std::mem::take(&mut *early.write_value()) {
            let is_sent = !press(&key) && key == "Enter";
            if let Some(form) =
                field.get_untracked().and_then(|field| field.form()).filter(|_| is_sent)
            {
                let _ = form.request_submit();
            }
        }
    });
    erase(view! {
        <div class="field">
            <label for=label_for>{words.get("reason")}</label>
            <input
                id=field_id
                type="text"
                node_ref=field
                role="combobox"
                autocomplete="off"
                aria-autocomplete="list"
                aria-expanded="true"
                aria-controls=controls
                aria-activedescendant=move || active.get().map(|at| format!("{scope}-reason-{at}"))
                aria-describedby=describes
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                placeholder=words.get("search_reason")
                prop:value=move || typed.get()
                on:input=on_input
                on:keydown=on_key
            />
            <ul class="options" id=list_id role="listbox" aria-label=words.get("reason")>
                {move || {
                    listed.get().into_iter().enumerate().map(|(at, reason)| {
                        let (value, shown) = (reason.clone(), reason.clone());
                        let is_on = move || active.get() == Some(at) || (is_picked.get() && typed.with(|typed| *typed == reason));
                        let is_selected = is_on.clone();
                        view! {
                            <li
                                id=format!("{scope}-reason-{at}")
                                role="option"
                                class:on=is_on
                                aria-selected=move || is_selected().to_string()
                                on:click=move |_| pick(value.clone())
                            >
                                {shown}
                            </li>
                        }
                    }).collect_view()
                }}
            </ul>
            <p class="field-problem s" id=problem_id role="alert">
                {move || problem.get().or_else(|| {
                    (reasons.with(Option::is_some) && listed.with(Vec::is_empty)).then(|| words.get("no_reason"))
                })}
            </p>
        </div>
    })
}
