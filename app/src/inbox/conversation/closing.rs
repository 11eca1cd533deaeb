//! *Motivo de cierre*: nothing is closed without a reason from the site's list.

use super::reason_field::ReasonField;
use crate::{
    state::reasons::chosen,
    ui::{
        dialog::{Dialog, Stands},
        erase::erase,
    },
    words::use_words,
};
use leptos::{html, prelude::*};
use protocol::{Code, Field, Refusal};

/// The dialog's state; copied freely.
#[derive(Clone, Copy)]
pub struct ClosingForm {
    is_open: RwSignal<bool>,
    is_busy: RwSignal<bool>,
    /// The site's reasons, once known.
    reasons: RwSignal<Option<Vec<String>>>,
    typed: RwSignal<String>,
    problem: RwSignal<Option<String>>,
}

impl ClosingForm {
    /// A dialog that is shown while `is_open` is true.
    pub fn new(is_open: RwSignal<bool>) -> Self {
        Self {
            is_open,
            is_busy: RwSignal::new(false),
            reasons: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
        }
    }

    /// Empties the dialog, which was opened.
    pub fn empty(self) {
        self.problem.set(None);
        self.typed.set(String::new());
    }

    /// The site's reasons are here.
    pub fn on_reasons(self, reasons: Vec<String>) {
        self.reasons.try_set(Some(reasons));
    }

    /// The reason was sent.
    pub fn on_submit(self) {
        self.is_busy.set(true);
    }

    /// The server closed it.
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

/// The dialog. `on_submit` receives one of the site's reasons.
#[component]
pub fn Closing(
    form: ClosingForm,
    /// What follows from it.
    #[prop(into)]
    why: Signal<String>,
    /// What ids begin with: two of these dialogs may stand on a page.
    scope: &'static str,
    #[prop(optional)] stands: Stands,
    /// Reads the site's reasons again, after they could not be read.
    #[prop(optional)]
    on_retry: Option<Callback<()>>,
    on_submit: Callback<String>,
) -> impl IntoView {
    let words = use_words();
    let ClosingForm { is_open, is_busy, reasons, typed, problem } = form;
    let title = format!("{scope}-title");
    let heading = title.clone();
    let is_early = RwSignal::new(false);
    let element = NodeRef::<html::Form>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(list) = reasons.get_untracked() else {
            is_early.set(true);
            return;
        };
        let Some(reason) = chosen(&list, &typed.get_untracked()) else {
            problem.set(Some(words.refusal(&Refusal::of(Field::Reason, Code::Required))));
            return;
        };
        typed.set(reason.clone());
        on_submit.run(reason);
    };
    // Sent before there was a list to choose from.
    Effect::new(move |_| {
        if reasons.with(Option::is_some) && is_early.get_untracked() {
            is_early.set(false);
            if let Some(form) = element.get_untracked() {
                let _ = form.request_submit();
            }
        }
    });
    erase(view! {
        <Dialog labelled_by=title open=is_open stands=stands>
            <form node_ref=element on:submit=submit>
                <h2 id=heading>{words.get("closing")}</h2>
                <p class="s muted">{why}</p>
                <ReasonField scope=scope reasons=reasons typed=typed problem=problem/>
                {on_retry.map(|on_retry| view! {
                    <button
                        type="button"
                        class="btn"
                        hidden=move || reasons.with(Option::is_some) || problem.with(Option::is_none)
                        on:click=move |_| {
                            problem.set(None);
                            on_retry.run(());
                        }
                    >
                        {words.get("retry")}
                    </button>
                })}
                <div class="pair">
                    <button type="button" class="btn" on:click=move |_| is_open.set(false)>{words.get("cancel")}</button>
                    <button class="btn primary" disabled=is_busy>{words.get("send_closing")}</button>
                </div>
            </form>
        </Dialog>
    })
}
