//! The form: pre-chat while the desk is open, Ayuda while it is not. One form for both, so that a flip changes its
//! words and fields around the text that is being typed, and never touches the text.

use super::{
    field::{FileField, file_field, file_limits, refused},
    shown::{self, shown},
};
use crate::{
    escape::{escape_query, escape_textarea},
    markup::{Action, Id, Rule},
    page::{Answer, Choice, Form, PanelPage, Position, Typed},
    view_model::ViewModel,
};
use leptos::prelude::*;
use protocol::{Field, PageUrl, Refusal};

/// The form.
pub fn intake(model: &ViewModel) -> impl IntoView + use<> {
    let page = model.page;
    let (refusals, typed) = match &page.answer {
        Some(Answer::Refused { refusals, typed, .. }) => (refusals.clone(), typed.clone()),
        _ => (Vec::new(), Typed::default()),
    };
    let problem = page.form_problem(&refusals);
    let has_no_problem = problem.is_empty();
    let name = Line {
        field: Field::Name,
        id: Id::Name,
        error_id: Id::NameError,
        kind: "text",
        autocomplete: "name",
        value: typed.name,
        optional_while: Some(shown::CLOSED),
    };
    let email = Line {
        field: Field::Email,
        id: Id::Email,
        error_id: Id::EmailError,
        kind: "email",
        autocomplete: "email",
        value: typed.email,
        optional_while: None,
    };
    let subject = Line {
        field: Field::Subject,
        id: Id::Subject,
        error_id: Id::SubjectError,
        kind: "text",
        autocomplete: "off",
        value: typed.subject,
        optional_while: Some(shown::SUBJECT),
    };
    view! {
        <form
            class="intake"
            id=Id::Intake.as_str()
            method="post"
            action=action(page)
            enctype="multipart/form-data"
            novalidate
            {..shown(model, shown::FORM)}
        >
            <div class="scroll pad">
                <p {..shown(model, shown::HAS_TICKETS)}>
                    <button type="button" class="link" data-action=Action::ShowOwn.as_str()>{page.t("own")}</button>
                </p>
                <p class="intro" id=Id::Intro.as_str()>{model.intro()}</p>
                <p class="problem" role="alert" id=Id::Problem.as_str() hidden=has_no_problem>{problem}</p>
                <input type="hidden" name="id" value=page.form_id.to_string()/>
                <input type="hidden" name="lang" value=page.lang.clone()/>
                <input type="hidden" name="page" value=page.page.as_ref().map(PageUrl::to_string)/>
                <input type="hidden" name="zone"/>
                {queue(page, &refusals, &typed.queue)}
                {line(model, &refusals, name)}
                {line(model, &refusals, email)}
                <div {..shown(model, shown::SUBJECT)}>{line(model, &refusals, subject)}</div>
                {message(page, &refusals, &typed.message)}
                {files(model, &refusals)}
                <p class="hint">
                    <a href=page.address(&["/tickets?lang=", &page.lang].concat()) target="_blank" rel="noopener">
                        {page.t("own_page")}
                    </a>
                </p>
            </div>
            <footer>
                <button class="btn primary wide" id=Id::Submit.as_str()>{model.submit()}</button>
            </footer>
        </form>
    }
}

/// A field of one line.
struct Line {
    field: Field,
    id: Id,
    error_id: Id,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    /// While the form does not ask for it.
    optional_while: Option<Rule>,
}

fn line(model: &ViewModel, refusals: &[Refusal], line: Line) -> impl IntoView + use<> {
    let page = model.page;
    let name = line.field.as_text();
    let error = page.field_error(refusals, line.field);
    let optional = line.optional_while.map(|rule| {
        view! { <em aria-hidden="true" {..shown(model, rule)}>{page.t("optional")}</em> }
    });
    view! {
        <div class="field">
            <label for=line.id.as_str()>{page.t(name)} " " {optional}</label>
            <input
                id=line.id.as_str()
                name=name
                type=line.kind
                value=line.value
                dir="auto"
                autocomplete=line.autocomplete
                {..refused(&error, line.error_id)}
            />
            {error_line(error, line.error_id)}
        </div>
    }
}

/// The queue, where the owner asks for it. Whoever does not know leaves it open.
fn queue(page: &PanelPage, refusals: &[Refusal], chosen: &str) -> Option<AnyView> {
    if page.queues.is_empty() {
        return None;
    }
    let error = page.field_error(refusals, Field::Queue);
    let choices: Vec<_> = page
        .queues
        .iter()
        .map(|Choice { id, name }| {
            let id = id.to_string();
            let is_chosen = id == chosen;
            view! { <option value=id selected=is_chosen>{name.clone()}</option> }
        })
        .collect();
    Some(
        view! {
            <div class="field">
                <label for=Id::Queue.as_str()>{page.t("area")}</label>
                <select id=Id::Queue.as_str() name="queue" {..refused(&error, Id::QueueError)}>
                    <option value="">{page.t("area_any")}</option>
                    {choices}
                </select>
                {error_line(error, Id::QueueError)}
            </div>
        }
        .into_any(),
    )
}

fn message(page: &PanelPage, refusals: &[Refusal], typed: &str) -> impl IntoView + use<> {
    let error = page.field_error(refusals, Field::Message);
    view! {
        <div class="field">
            <label for=Id::Message.as_str()>{page.t("message")}</label>
            <textarea
                id=Id::Message.as_str()
                name="message"
                rows="4"
                dir="auto"
                aria-required="true"
                inner_html=escape_textarea(typed)
                {..refused(&error, Id::MessageError)}
            ></textarea>
            {error_line(error, Id::MessageError)}
            <p class="hint end" id=Id::MessageLength.as_str() hidden></p>
        </div>
    }
}

/// Files go with the Ayuda form alone; a chat takes them later.
fn files(model: &ViewModel, refusals: &[Refusal]) -> impl IntoView + use<> {
    let page = model.page;
    let error = page.field_error(refusals, Field::Files);
    let (n, size) = file_limits(page.file_bytes);
    let hint = page.fill("files_hint", &[("n", &n), ("size", &size)]);
    view! {
        <div class="field" {..shown(model, shown::CLOSED)}>
            {file_field(
                FileField {
                    label: page.t("files"),
                    optional: page.t("optional"),
                    choose: page.t("choose_files"),
                    hint,
                    drag: Some(page.t("files_drag")),
                },
                model.status.open,
                !error.is_empty(),
            )}
            {error_line(error, Id::FilesError)}
        </div>
        // Also while the desk is open: what was chosen before goes along.
        <ul class="chips" id=Id::ChosenFiles.as_str() hidden></ul>
    }
}

fn error_line(error: String, id: Id) -> impl IntoView {
    let is_absent = error.is_empty();
    view! { <p class="error" id=id.as_str() hidden=is_absent>{error}</p> }
}

/// Where the form is posted, with the query of the page itself, so that the answer to a plain post looks and speaks
/// like it.
fn action(page: &PanelPage) -> String {
    let mut out = page.address(Form::when(page.status.open).path());
    out.push_str("?lang=");
    out.push_str(&page.lang);
    if page.embed {
        out.push_str("&embed=1");
    }
    if let Some(hue) = page.hue {
        out.push_str("&hue=");
        out.push_str(&hue.to_string());
    }
    if let Some(theme) = page.theme.as_text() {
        out.push_str("&theme=");
        out.push_str(theme);
    }
    if page.position == Position::Right {
        out.push_str("&position=right");
    }
    if let Some(host) = &page.page {
        out.push_str("&page=");
        out.push_str(&escape_query(host.as_str()));
    }
    out
}
