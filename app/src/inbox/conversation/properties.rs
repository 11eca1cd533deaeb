//! *Propiedades*: what agents set of a ticket, saved together.

use super::fields::{EditFrame, Fields, Form, Takes, TextField, follow, last_change};
use crate::{
    api,
    browser::keys,
    state::{
        edits::{Edits, find},
        properties::PropertiesForm,
        thread::Thread,
    },
    ui::erase::erase,
};
use leptos::prelude::*;
use protocol::{
    Field, TicketId,
    properties::{Choice, Given, Properties},
};
use std::str::FromStr;
use uuid::Uuid;

impl Form for Properties {
    const NAME: &'static str = "properties";
    const SAVED: &'static str = "properties_saved";
    const FAILED: &'static str = "properties_failed";

    fn stored_as(email: &str, ticket: TicketId) -> String {
        keys::properties(email, ticket)
    }

    async fn read(ticket: TicketId) -> Result<Self, api::ApiError> {
        let properties = api::tickets::ticket_properties(ticket).await?;
        Ok(properties.into_inner())
    }

    async fn save(ticket: TicketId, edits: &Edits<Self>) -> Result<(), api::ApiError> {
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
}

/// Keeps the properties of the ticket on screen as they are.
pub fn follow_properties(thread: &Thread) {
    let changed = last_change(thread);
    // Read, and not only followed: a memo that nobody reads follows nothing.
    let is_wanted = move || {
        changed.get();
        true
    };
    follow(thread.ticket, thread.properties.clone(), is_wanted);
}

/// The form. `scope`: what ids begin with.
#[component]
pub fn PropertiesFields(
    scope: &'static str,
    ticket: TicketId,
    form: PropertiesForm,
) -> impl IntoView {
    let fields = Fields::new(scope, form);
    let words = fields.words;
    let has_tags = fields.known(|known| !known.all_tags.is_empty());
    let on_choice = move |field: Field, value: String| {
        let form = fields.form();
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
    let on_choice = Callback::new(move |(field, value)| on_choice(field, value));
    let context = Context { fields, on_choice };
    let text = move |field: Field, takes, is_internal: bool| {
        let tag = Signal::derive(move || is_internal.then(|| ("tag", words.get("internal"))));
        let (name, label) = (field.to_string(), words.get(field.as_text()));
        view! { <TextField fields=fields key=field name=name label=label takes=takes tag=tag/> }
    };
    erase(view! {
        <EditFrame fields=fields ticket=ticket>
            <OneOf context=context field=Field::State may_be_none=false/>
            <OneOf context=context field=Field::Priority may_be_none=false/>
            <OneOf context=context field=Field::Type may_be_none=true/>
            <OneOf context=context field=Field::Agent may_be_none=true/>
            <OneOf context=context field=Field::Queue may_be_none=false/>
            {text(Field::Subject, Takes::Paragraphs(1), false)}
            {text(Field::Requirement, Takes::Paragraphs(2), false)}
            {text(Field::Observations, Takes::Paragraphs(3), true)}
            <Show when=move || has_tags.get() == Some(true)><Tags context=context/></Show>
        </EditFrame>
    })
}

/// What the fields with choices are drawn with.
#[derive(Clone, Copy)]
struct Context {
    fields: Fields<Properties>,
    on_choice: Callback<(Field, String)>,
}

impl Context {
    fn choices(self, field: Field) -> Memo<Vec<Choice>> {
        let choices = self.fields.known(move |known| choices_of(known, field));
        Memo::new(move |_| choices.get().unwrap_or_default())
    }

    /// What a choice is called by who reads it.
    fn name(self, field: Field, choice: &Choice) -> String {
        match field {
            Field::State => self.fields.words.state(&choice.name),
            Field::Priority => self.fields.words.priority(&choice.name),
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
fn OneOf(context: Context, field: Field, may_be_none: bool) -> impl IntoView {
    let (value, problem) = (context.fields.value(field), context.fields.problem(field));
    let choices = context.choices(field);
    let id = format!("{}-{field}", context.fields.scope);
    let (problem_id, describes, label_for) =
        (format!("{id}-problem"), format!("{id}-problem"), id.clone());
    let needs_none = move || may_be_none || value.with(String::is_empty);
    erase(view! {
        <label for=label_for>{context.fields.words.get(field.as_text())}</label>
        <div>
            <select
                id=id
                aria-describedby=describes
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                on:change=move |event| context.on_choice.run((field, event_target_value(&event)))
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

/// The tags, each with a box.
#[component]
fn Tags(context: Context) -> impl IntoView {
    let (value, problem) = (context.fields.value(Field::Tags), context.fields.problem(Field::Tags));
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
        context.on_choice.run((Field::Tags, ids.join(" ")));
    };
    erase(view! {
        <fieldset class="wide tags">
            <legend>{context.fields.words.get("tags")}</legend>
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

/// A value as it is sent.
fn given<T: FromStr>(text: Option<String>) -> Given<T> {
    match text {
        None => Given::Same,
        Some(text) if text.is_empty() => Given::Nothing,
        Some(text) => text.parse().map_or(Given::Same, Given::Value),
    }
}
