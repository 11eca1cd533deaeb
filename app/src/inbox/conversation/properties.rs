//! *Propiedades*: what agents set of a ticket, saved together.

use crate::{
    api,
    browser::{keys, storage},
    json,
    state::{
        console::use_console,
        properties::{Edits, PropertiesForm, find},
        thread::Thread,
    },
    ui::erase::erase,
    words::{Words, use_words},
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    Field, TicketId,
    entry::AgentBody,
    masking::looks_masked,
    properties::{Choice, Given, Properties},
};
use std::str::FromStr;
use uuid::Uuid;

/// Keeps the properties of the ticket on screen as they are: read at first, and again after every entry by which they
/// may be others; and what is typed in the browser's storage, where a page that is loaded anew finds it.
pub fn follow_properties(thread: &Thread) {
    let words = use_words();
    let (ticket, form) = (thread.ticket, thread.properties.clone());
    keep_edits(ticket, &form);
    let timeline = thread.timeline.clone();
    let changed = Memo::new(move |_| {
        timeline.with(|timeline| {
            let is_message = |body: &AgentBody| {
                matches!(
                    body,
                    AgentBody::Visitor { .. }
                        | AgentBody::Agent { .. }
                        | AgentBody::Comment { .. }
                        | AgentBody::MailQueued { .. }
                        | AgentBody::Revealed { .. }
                )
            };
            let entries = timeline.entries();
            entries.iter().rev().find(|entry| !is_message(&entry.body)).map(|entry| entry.seq)
        })
    });
    Effect::new(move |_| {
        // Read, and not only followed: a memo that nobody reads follows nothing.
        changed.get();
        spawn_local(read(ticket, form.clone(), words));
    });
}

fn keep_edits(ticket: TicketId, form: &PropertiesForm) {
    let key = keys::properties(&use_console().email(), ticket);
    let edits = form.edits.clone();
    Effect::new(move |before: Option<()>| {
        if before.is_none()
            && edits.with_untracked(Vec::is_empty)
            && let Some(stored) = storage::get(&key)
        {
            edits.set(json::read(&stored).unwrap_or_default());
        }
        edits.with(|edits| match serde_json::to_string(edits) {
            Ok(text) if !edits.is_empty() => storage::set(&key, &text),
            _ => storage::remove(&key),
        });
    });
}

async fn read(ticket: TicketId, form: PropertiesForm, words: Words) {
    match api::tickets::ticket_properties(ticket).await {
        Ok(properties) => form.on_read(properties.into_inner()),
        // What was read before is still there to be read.
        Err(_) if form.known.with_untracked(Option::is_some) => {}
        Err(_) => form.problem.set(Some((None, words.get("properties_failed")))),
    }
}

/// The form. `scope`: what ids begin with, for it may stand on a page twice.
#[component]
pub fn PropertiesFields(
    scope: &'static str,
    ticket: TicketId,
    form: PropertiesForm,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let is_busy = RwSignal::new(false);
    let form = StoredValue::new(form);
    let get = move || form.get_value();
    let is_known = Memo::new(move |_| get().known.with(Option::is_some));
    let is_locked = Memo::new(move |_| {
        get().known.with(|known| known.as_ref().is_none_or(|all| !all.may_change))
    });
    let is_touched = Memo::new(move |_| get().edits.with(|edits| !edits.is_empty()));
    let is_behind = Memo::new(move |_| get().newer.with(Option::is_some));
    let has_tags = Memo::new(move |_| {
        get().known.with(|known| known.as_ref().is_some_and(|all| !all.all_tags.is_empty()))
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let form = get();
        let edits = form.edits.get_untracked();
        if is_busy.get_untracked() || edits.is_empty() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let saved = save(ticket, &edits).await;
            let _ = is_busy.try_set(false);
            match saved {
                Ok(()) => {
                    form.on_saved(&edits);
                    console.toasts.note(words.get("properties_saved"));
                    read(ticket, form, words).await;
                }
                Err(error) => {
                    form.problem.set(Some((error.0.known_field(), words.refusal(&error.0))));
                }
            }
        });
    };
    let on_field = move |field: Field, value: String| {
        let form = get();
        // A type's tickets belong into its queue; whoever chose another one has.
        if field == Field::Type && find(&form.edits.get_untracked(), Field::Queue).is_none() {
            let queue = form.known.with_untracked(|known| {
                let types = known.as_ref().map(|known| &known.types);
                let kind = types?.iter().find(|kind| kind.id.to_string() == value)?;
                kind.queue
            });
            if let Some(queue) = queue {
                form.edit(Field::Queue, queue.to_string());
            }
        }
        form.edit(field, value);
    };
    let context = Context {
        scope,
        form,
        words,
        on_field: Callback::new(move |(field, value)| on_field(field, value)),
    };
    let general = move || {
        get().problem.with(|problem| match problem {
            Some((field, words)) if field.is_none_or(|field| !FIELDS.contains(&field)) => {
                Some(words.clone())
            }
            _ => None,
        })
    };
    erase(view! {
        <Show when=move || is_behind.get()>
            <p class="properties-newer s" role="status">
                <span class="grow">{words.get("properties_changed")}</span>
                <button type="button" class="btn" on:click=move |_| get().refresh()>{words.get("properties_refresh")}</button>
            </p>
        </Show>
        <form class="properties" on:submit=submit hidden=move || !is_known.get()>
            <fieldset disabled=move || is_locked.get()>
                <legend class="quiet">{words.get("properties")}</legend>
                <OneOf context=context field=Field::State name="state" may_be_none=false/>
                <OneOf context=context field=Field::Priority name="priority" may_be_none=false/>
                <OneOf context=context field=Field::Type name="ticket_type" may_be_none=true/>
                <OneOf context=context field=Field::Agent name="agent" may_be_none=true/>
                <OneOf context=context field=Field::Queue name="queue" may_be_none=false/>
                <Text context=context field=Field::Subject name="subject" rows=1/>
                <Text context=context field=Field::Requirement name="requirement" rows=2/>
                <Text context=context field=Field::Observations name="observations" rows=3/>
                <Show when=move || has_tags.get()><Tags context=context/></Show>
            </fieldset>
            <div class="properties-foot" hidden=move || !is_touched.get()>
                <button class="btn primary" aria-disabled=move || is_busy.get().then_some("true")>{words.get("save_properties")}</button>
            </div>
        </form>
        <p class="field-problem s" role="alert">{general}</p>
    })
}

/// The fields that have a place for what is wrong with them.
const FIELDS: [Field; 9] = [
    Field::State,
    Field::Priority,
    Field::Type,
    Field::Agent,
    Field::Queue,
    Field::Subject,
    Field::Requirement,
    Field::Observations,
    Field::Tags,
];

/// What all fields are drawn with.
#[derive(Clone, Copy)]
struct Context {
    scope: &'static str,
    form: StoredValue<PropertiesForm>,
    words: Words,
    on_field: Callback<(Field, String)>,
}

impl Context {
    fn form(self) -> PropertiesForm {
        self.form.get_value()
    }

    fn value(self, field: Field) -> Memo<String> {
        Memo::new(move |_| self.form().value(field))
    }

    fn problem(self, field: Field) -> Memo<Option<String>> {
        Memo::new(move |_| {
            self.form().problem.with(|problem| match problem {
                Some((Some(blamed), words)) if *blamed == field => Some(words.clone()),
                _ => None,
            })
        })
    }

    fn choices(self, field: Field) -> Memo<Vec<Choice>> {
        Memo::new(move |_| {
            self.form().known.with(|known| {
                known.as_ref().map(|known| choices_of(known, field)).unwrap_or_default()
            })
        })
    }

    /// What a choice is called by who reads it.
    fn name(self, field: Field, choice: &Choice) -> String {
        match field {
            Field::State => self.words.state(&choice.name),
            Field::Priority => self.words.priority(&choice.name),
            _ => choice.name.clone(),
        }
    }
}

fn choices_of(properties: &Properties, field: Field) -> Vec<Choice> {
    match field {
        Field::State => &properties.states,
        Field::Priority => &properties.priorities,
        Field::Type => &properties.types,
        Field::Agent => &properties.agents,
        Field::Queue => &properties.queues,
        _ => &properties.all_tags,
    }
    .clone()
}

/// A field with one of a list.
#[component]
fn OneOf(context: Context, field: Field, name: &'static str, may_be_none: bool) -> impl IntoView {
    let (value, problem) = (context.value(field), context.problem(field));
    let choices = context.choices(field);
    let id = format!("{}-{name}", context.scope);
    let (problem_id, describes, label_for) =
        (format!("{id}-problem"), format!("{id}-problem"), id.clone());
    let needs_none = move || may_be_none || value.with(String::is_empty);
    erase(view! {
        <label for=label_for>{context.words.get(name)}</label>
        <div>
            <select
                id=id
                aria-describedby=describes
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:change=move |event| context.on_field.run((field, event_target_value(&event)))
            >
                {move || needs_none().then(|| view! {
                    <option value="" prop:selected=move || value.with(String::is_empty)>"—"</option>
                })}
                {move || choices.get().into_iter().map(|choice| {
                    let id = choice.id.to_string();
                    let own = id.clone();
                    view! {
                        <option value=id prop:selected=move || value.with(|value| *value == own)>
                            {context.name(field, &choice)}
                        </option>
                    }
                }).collect_view()}
            </select>
            <p class="field-problem s" id=problem_id role="alert">{move || problem.get()}</p>
        </div>
    })
}

/// A field that one writes into. What is masked is read, and not written over.
#[component]
fn Text(context: Context, field: Field, name: &'static str, rows: u32) -> impl IntoView {
    let (value, problem) = (context.value(field), context.problem(field));
    let id = format!("{}-{name}", context.scope);
    let (problem_id, describes, label_for) =
        (format!("{id}-problem"), format!("{id}-problem"), id.clone());
    let is_masked = Memo::new(move |_| {
        let text = context.form().known.with(|known| {
            known.as_ref().map(|known| match field {
                Field::Subject => known.subject.clone(),
                Field::Requirement => known.requirement.clone(),
                _ => known.observations.clone(),
            })
        });
        text.flatten().is_some_and(|text| looks_masked(&text))
    });
    erase(view! {
        <div class="wide properties-label">
            <label for=label_for>{context.words.get(name)}</label>
            {(field == Field::Observations).then(|| view! { <span class="tag">{context.words.get("internal")}</span> })}
        </div>
        <div class="wide">
            <textarea
                id=id
                rows=rows
                dir="auto"
                readonly=move || is_masked.get()
                aria-describedby=describes
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| context.on_field.run((field, event_target_value(&event)))
            ></textarea>
            <p class="field-problem s" id=problem_id role="alert">{move || problem.get()}</p>
        </div>
    })
}

/// The tags, each with a box.
#[component]
fn Tags(context: Context) -> impl IntoView {
    let (value, problem) = (context.value(Field::Tags), context.problem(Field::Tags));
    let choices = context.choices(Field::Tags);
    let toggle = move |id: Uuid, is_on: bool| {
        let id = id.to_string();
        let now = value.get_untracked();
        // In the order of the list, so that what is put back is no change.
        let is_in =
            |other: &str| if other == id { is_on } else { now.split(' ').any(|one| one == other) };
        let ids: Vec<String> = choices.with_untracked(|all| {
            all.iter().map(|choice| choice.id.to_string()).filter(|other| is_in(other)).collect()
        });
        context.on_field.run((Field::Tags, ids.join(" ")));
    };
    erase(view! {
        <fieldset class="wide tags">
            <legend>{context.words.get("tags")}</legend>
            {move || choices.get().into_iter().map(|choice| {
                let id = choice.id;
                let own = id.to_string();
                let is_on = move || value.with(|value| value.split(' ').any(|one| one == own));
                view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=is_on on:change=move |event| toggle(id, event_target_checked(&event))/>
                        <span dir="auto">{choice.name}</span>
                    </label>
                }
            }).collect_view()}
            <p class="field-problem s" role="alert">{move || problem.get()}</p>
        </fieldset>
    })
}

/// Sends what is not saved, and nothing else.
async fn save(ticket: TicketId, edits: &Edits) -> Result<(), api::ApiError> {
    let get = |field| find(edits, field);
    api::tickets::change_ticket(
        ticket,
        get(Field::State).and_then(|id| id.parse().ok()),
        get(Field::Priority).and_then(|id| id.parse().ok()),
        given(get(Field::Type)),
        given(get(Field::Agent)),
        get(Field::Queue).and_then(|id| id.parse().ok()),
        given(get(Field::Subject)),
        given(get(Field::Requirement)),
        given(get(Field::Observations)),
        given(get(Field::Tags)),
    )
    .await
}

/// A value as it is sent.
fn given<T: FromStr>(text: Option<String>) -> Given<T> {
    match text {
        None => Given::Same,
        Some(text) if text.is_empty() => Given::Nothing,
        Some(text) => text.parse().map_or(Given::Same, Given::Value),
    }
}
