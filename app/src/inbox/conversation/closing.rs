//! *Motivo de cierre*: nothing is closed without a reason from the site's list.

use crate::{
    api,
    state::{
        console::use_console,
        reasons::{chosen, matching},
    },
    ui::erase::erase,
    words::use_words,
};
use leptos::{html, prelude::*, task::spawn_local};
use protocol::{Code, Field, Refusal, TicketId};
use web_sys::KeyboardEvent;

/// The dialog; opens and closes with `open`.
#[component]
pub fn Closing(ticket: TicketId, is_chat: Signal<bool>, open: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let dialog = NodeRef::<html::Dialog>::new();
    let reasons = RwSignal::new(None::<Vec<String>>);
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);

    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if !open.get() {
            if dialog.open() {
                dialog.close();
            }
            return;
        }
        problem.set(None);
        typed.set(String::new());
        let _ = dialog.show_modal();
        spawn_local(async move {
            match api::chats::closing_reasons(ticket).await {
                Ok(list) => {
                    reasons.try_set(Some(list));
                }
                Err(error) => {
                    problem.try_set(Some(words.refusal(&error.0)));
                }
            }
        });
    });

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let list = reasons.get_untracked().unwrap_or_default();
        let Some(reason) = chosen(&list, &typed.get_untracked()) else {
            problem.set(Some(words.refusal(&Refusal::of(Field::Reason, Code::Required))));
            return;
        };
        typed.set(reason.clone());
        busy.set(true);
        let is_chat = is_chat.get_untracked();
        spawn_local(async move {
            let answer = if is_chat {
                api::chats::end_chat(ticket, reason).await
            } else {
                api::requests::close_request(ticket, reason).await
            };
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    open.try_set(false);
                    console.toasts.say(words.get(if is_chat {
                        "chat_ended"
                    } else {
                        "request_closed"
                    }));
                }
                Err(error) => {
                    problem.try_set(Some(words.refusal(&error.0)));
                }
            }
        });
    };

    erase(view! {
        <dialog class="dialog" aria-labelledby="closing-title" node_ref=dialog on:close=move |_| open.set(false)>
            <form on:submit=submit>
                <h2 id="closing-title">{words.get("closing")}</h2>
                <p class="s muted">{move || words.get(if is_chat.get() { "closing_chat_why" } else { "closing_request_why" })}</p>
                <Reason reasons=reasons typed=typed problem=problem/>
                <div class="pair">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{words.get("cancel")}</button>
                    <button class="btn primary" disabled=busy>{words.get("send_closing")}</button>
                </div>
            </form>
        </dialog>
    })
}

/// A field that narrows its list while one types.
#[component]
fn Reason(
    reasons: RwSignal<Option<Vec<String>>>,
    typed: RwSignal<String>,
    problem: RwSignal<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    let at = RwSignal::new(None::<usize>);
    let picked = RwSignal::new(false);
    // One that was picked stands alone in the field; the whole list is there again for another choice.
    let listed = Memo::new(move |_| {
        let filter = if picked.get() { String::new() } else { typed.get() };
        reasons.with(|reasons| matching(reasons.as_deref().unwrap_or_default(), &filter))
    });
    let pick = move |reason: String| {
        typed.set(reason);
        picked.set(true);
        at.set(None);
        problem.set(None);
    };
    let on_key = move |event: KeyboardEvent| {
        let count = listed.with_untracked(Vec::len);
        let Some(last) = count.checked_sub(1) else { return };
        match event.key().as_str() {
            "ArrowDown" => {
                at.update(|at| *at = Some(at.map_or(0, |at| if at >= last { 0 } else { at + 1 })));
            }
            "ArrowUp" => {
                at.update(|at| *at = Some(at.map_or(last, |at| at.checked_sub(1).unwrap_or(last))));
            }
            "Enter" => match at.get_untracked() {
                Some(chosen) => {
                    if let Some(reason) =
                        listed.with_untracked(|listed| listed.get(chosen).cloned())
                    {
                        pick(reason);
                    }
                }
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    };
    erase(view! {
        <div class="field">
            <label for="reason">{words.get("reason")}</label>
            <input
                id="reason"
                type="text"
                role="combobox"
                autocomplete="off"
                aria-autocomplete="list"
                aria-expanded="true"
                aria-controls="reasons"
                aria-activedescendant=move || at.get().map(|at| format!("reason-{at}"))
                aria-describedby="reason-problem"
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                placeholder=words.get("search_reason")
                prop:value=move || typed.get()
                on:input=move |event| {
                    picked.set(false);
                    at.set(None);
                    problem.set(None);
                    typed.set(event_target_value(&event));
                }
                on:keydown=on_key
            />
            <ul class="options" id="reasons" role="listbox" aria-label=words.get("reason")>
                {move || {
                    listed.get().into_iter().enumerate().map(|(n, reason)| {
                        let (value, shown) = (reason.clone(), reason.clone());
                        let is_on = move || at.get() == Some(n) || (picked.get() && typed.with(|typed| *typed == reason));
                        let is_selected = is_on.clone();
                        view! {
                            <li
                                id=format!("reason-{n}")
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
            <p class="field-problem s" id="reason-problem" role="alert">
                {move || problem.get().or_else(|| {
                    (reasons.with(Option::is_some) && listed.with(Vec::is_empty)).then(|| words.get("no_reason"))
                })}
            </p>
        </div>
    })
}
