//! What the forms beside a conversation share: they are read anew, what is typed is kept, and it is saved together.

use crate::{
    api::ApiError,
    browser::storage,
    json,
    state::{
        console::use_console,
        edits::{EditForm, Editable, Edits},
        thread::Thread,
    },
    ui::erase::erase,
    words::{Words, use_words},
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use protocol::{Refusal, Seq, TicketId, entry::AgentBody, masking::looks_masked};

/// Something of a ticket that has a form.
pub trait Form: Editable {
    /// The key of its name.
    const NAME: &'static str;
    /// The key of what is said once it was saved.
    const SAVED: &'static str;
    /// The key of what is said where it could not be read.
    const FAILED: &'static str;

    /// The name under which what is typed is stored.
    fn stored_as(email: &str, ticket: TicketId) -> String;

    /// What is wrong with a field of which the server would not say which it is.
    fn check(_edits: &Edits<Self>) -> Option<(Self::Key, Refusal)> {
        None
    }

    /// Asks the server.
    fn read(ticket: TicketId) -> impl Future<Output = Result<Self, ApiError>>;

    /// Sends what is not saved, and nothing else.
    fn save(ticket: TicketId, edits: &Edits<Self>) -> impl Future<Output = Result<(), ApiError>>;
}

/// The last entry by which what agents set of a ticket may be other.
pub fn last_change(thread: &Thread) -> Memo<Option<Seq>> {
    let timeline = thread.timeline.clone();
    Memo::new(move |_| {
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
    })
}

/// Keeps what the form shows as it is: read whenever `is_wanted` follows another change, and says yes; and what is typed
/// in the browser's storage, where a page that is loaded anew finds it.
pub fn follow<T: Form>(
    ticket: TicketId,
    form: EditForm<T>,
    is_wanted: impl Fn() -> bool + Send + Sync + 'static,
) {
    let words = use_words();
    let stored_as = T::stored_as(&use_console().email(), ticket);
    let edits = form.edits.clone();
    Effect::new(move |before: Option<()>| {
        if before.is_none()
            && edits.with_untracked(Vec::is_empty)
            && let Some(stored) = storage::get(&stored_as)
        {
            edits.set(json::read(&stored).unwrap_or_default());
        }
        edits.with(|edits| match serde_json::to_string(edits) {
            Ok(text) if !edits.is_empty() => storage::set(&stored_as, &text),
            _ => storage::remove(&stored_as),
        });
    });
    Effect::new(move |_| {
        if is_wanted() {
            spawn_local(read(ticket, form.clone(), words));
        }
    });
}

async fn read<T: Form>(ticket: TicketId, form: EditForm<T>, words: Words) {
    match T::read(ticket).await {
        Ok(read) => form.on_read(read),
        // What was read before is still there to be read.
        Err(_) if form.known.with_untracked(Option::is_some) => {}
        Err(_) => form.problem.set(Some((None, words.get(T::FAILED)))),
    }
}

/// What the fields of a form are drawn with.
pub struct Fields<T: Form> {
    /// What ids begin with: the form may stand on a page twice.
    pub scope: &'static str,
    form: StoredValue<EditForm<T>>,
    /// The page's words.
    pub words: Words,
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "derived it would want the form's data to be copied"
)]
impl<T: Form> Clone for Fields<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Form> Copy for Fields<T> {}

impl<T: Form> Fields<T> {
    /// Those of this form.
    pub fn new(scope: &'static str, form: EditForm<T>) -> Self {
        Self { scope, form: StoredValue::new(form), words: use_words() }
    }

    /// The form.
    pub fn form(self) -> EditForm<T> {
        self.form.get_value()
    }

    /// What is known, seen by a function; none until it was read.
    pub fn known<U: PartialEq + Send + Sync + 'static>(
        self,
        of: impl Fn(&T) -> U + Send + Sync + 'static,
    ) -> Memo<Option<U>> {
        Memo::new(move |_| self.form().known.with(|known| known.as_ref().map(&of)))
    }

    /// What a field holds, or is to hold.
    pub fn value(self, key: T::Key) -> Memo<String> {
        Memo::new(move |_| self.form().value(key))
    }

    /// What is wrong with it.
    pub fn problem(self, key: T::Key) -> Memo<Option<String>> {
        Memo::new(move |_| {
            self.form().problem.with(|problem| match problem {
                Some((Some(blamed), words)) if *blamed == key => Some(words.clone()),
                _ => None,
            })
        })
    }
}

/// The form around its fields: that there is something newer, the button, and what is wrong with no single field.
#[component]
pub fn EditFrame<T: Form, Content>(
    fields: Fields<T>,
    ticket: TicketId,
    children: TypedChildren<Content>,
) -> impl IntoView
where
    Content: IntoView + 'static,
{
    let words = fields.words;
    let console = use_console();
    let is_busy = RwSignal::new(false);
    let is_known = fields.known(|_| ());
    let may_change = fields.known(T::may_change);
    let is_touched = Memo::new(move |_| fields.form().edits.with(|edits| !edits.is_empty()));
    let is_behind = Memo::new(move |_| fields.form().newer.with(Option::is_some));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let form = fields.form();
        let edits = form.edits.get_untracked();
        if is_busy.get_untracked() || edits.is_empty() {
            return;
        }
        if let Some((blamed, refusal)) = T::check(&edits) {
            form.problem.set(Some((Some(blamed), words.refusal(&refusal))));
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let saved = T::save(ticket, &edits).await;
            let _ = is_busy.try_set(false);
            match saved {
                Ok(()) => {
                    form.on_saved(&edits);
                    console.toasts.note(words.get(T::SAVED));
                    read(ticket, form, words).await;
                }
                Err(error) => {
                    let blamed = error.0.known_field().and_then(T::key_of);
                    form.problem.set(Some((blamed, words.refusal(&error.0))));
                }
            }
        });
    };
    let general = move || {
        fields.form().problem.with(|problem| match problem {
            Some((None, words)) => Some(words.clone()),
            _ => None,
        })
    };
    erase(view! {
        <Show when=move || is_behind.get()>
            <p class="properties-newer s" role="status">
                <span class="grow">{words.get("properties_changed")}</span>
                <button type="button" class="btn" on:click=move |_| fields.form().refresh()>{words.get("properties_refresh")}</button>
            </p>
        </Show>
        <form class="properties" on:submit=submit hidden=move || is_known.get().is_none()>
            <fieldset disabled=move || may_change.get() != Some(true)>
                <legend class="quiet">{words.get(T::NAME)}</legend>
                {children.into_inner()()}
            </fieldset>
            <div class="properties-foot" hidden=move || !is_touched.get()>
                <button class="btn primary" aria-disabled=move || is_busy.get().then_some("true")>{words.get("save_properties")}</button>
            </div>
        </form>
        <p class="field-problem s" role="alert">{general}</p>
    })
}

/// What a field takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Paragraphs, in so many rows at least.
    Paragraphs(u32),
    /// A line of a type of `input`.
    Line(&'static str),
}

/// A field that one writes into. What is masked is read, and not written over.
#[component]
pub fn TextField<T: Form>(
    fields: Fields<T>,
    key: T::Key,
    /// What tells its id from the others.
    name: String,
    label: String,
    takes: Takes,
    /// What stands beside its name: a class and words.
    #[prop(optional, into)]
    tag: Signal<Option<(&'static str, String)>>,
    /// What there is to know before one writes.
    #[prop(optional, into)]
    help: Signal<Option<String>>,
) -> impl IntoView {
    let (value, problem) = (fields.value(key), fields.problem(key));
    let id = format!("{}-{name}", fields.scope);
    let part = |part: &str| format!("{id}-{part}");
    let (help_id, problem_id) = (part("help"), part("problem"));
    let describes = format!("{help_id} {problem_id}");
    let is_masked = fields.known(move |known| looks_masked(&known.value(key)));
    let is_edited = Memo::new(move |_| {
        fields.form().edits.with(|edits| edits.iter().any(|(other, _)| *other == key))
    });
    let is_locked = move || is_masked.get() == Some(true) && !is_edited.get();
    let is_wrong = move || problem.with(Option::is_some).then_some("true");
    let input = match takes {
        Takes::Paragraphs(rows) => Either::Left(view! {
            <textarea
                id=id.clone()
                rows=rows
                dir="auto"
                readonly=is_locked
                aria-describedby=describes
                aria-invalid=is_wrong
                prop:value=move || value.get()
                on:input=move |event| fields.form().edit(key, event_target_value(&event))
            ></textarea>
        }),
        Takes::Line(kind) => Either::Right(view! {
            <input
                id=id.clone()
                type=kind
                dir="auto"
                autocomplete="off"
                readonly=is_locked
                aria-describedby=describes
                aria-invalid=is_wrong
                prop:value=move || value.get()
                on:input=move |event| fields.form().edit(key, event_target_value(&event))
            />
        }),
    };
    erase(view! {
        <div class="wide properties-label">
            <label for=id>{label}</label>
            {move || tag.get().map(|(class, words)| view! { <span class=class>{words}</span> })}
        </div>
        <div class="wide">
            {input}
            <p class="xs muted field-help" id=help_id>{move || help.get()}</p>
            <p class="field-problem s" id=problem_id role="alert">{move || problem.get()}</p>
        </div>
    })
}
