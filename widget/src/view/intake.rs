//! The form: pre-chat while the desk is open, Ayuda while it is not. One form for both, so that a flip changes its words and
//! fields around the text that is being typed, and never touches the text.

use crate::{
    escape::{escape_query, escape_textarea},
    page::{Answer, PanelPage, Position, Typed},
    scene::{Scene, View},
};
use leptos::prelude::*;
use protocol::{Field, PageUrl, Refusal, file::file_size, limits};

/// The form.
pub fn intake(scene: &Scene) -> impl IntoView + use<> {
    let page = scene.page;
    let off = |rule: &str| !scene.is_on(rule);
    let nothing = (Vec::new(), Typed::default());
    let (refusals, typed) = match &page.answer {
        Some(Answer::Refused { refusals, typed, .. }) => (refusals.clone(), typed.clone()),
        _ => nothing,
    };
    let size = file_size(page.file_bytes);
    let hint = page.fill("files_hint", &[("n", &limits::FILES.to_string()), ("size", &size)]);
    let general = general(page, &refusals);
    let has_general = general.is_some();
    let message_error = error(page, &refusals, Field::Message);
    let invalid = message_error.as_ref().map(|_| "true");
    view! {
        <form
            class="intake"
            id="intake"
            method="post"
            action=action(scene)
            enctype="multipart/form-data"
            novalidate
            data-on="intake"
            hidden=scene.view != View::Intake
        >
            <div class="scroll pad">
                <p class="intro" id="intro">
                    {page.t(if scene.status.open { "intro_chat" } else { "intro_help" })}
                </p>
                <p class="problem" role="alert" id="problem" hidden=!has_general>{general}</p>
                <input type="hidden" name="id" value=page.form_id.to_string()/>
                <input type="hidden" name="lang" value=page.lang.clone()/>
                <input type="hidden" name="page" value=page.page.as_ref().map(PageUrl::to_string)/>
                <input type="hidden" name="zone"/>
                {line(scene, &refusals, Field::Name, "text", "name", typed.name, "closed")}
                {line(scene, &refusals, Field::Email, "email", "email", typed.email, "never")}
                <div data-on="open" hidden=off("open")>
                    {line(scene, &refusals, Field::Subject, "text", "off", typed.subject, "open")}
                </div>
                <div class="field">
                    <label for="f-message">{page.t("message")}</label>
                    <textarea
                        id="f-message"
                        name="message"
                        rows="4"
                        aria-required="true"
                        aria-invalid=invalid
                        aria-describedby=invalid.map(|_| "e-message")
                        inner_html=escape_textarea(&typed.message)
                    ></textarea>
                    {problem(message_error, Field::Message)}
                    <p class="hint end" id="f-count" hidden></p>
                </div>
                <div class="field" data-on="closed" hidden=off("closed")>
                    <label for="f-files">{page.t("files")} " " {optional(page)}</label>
                    <div class="drop">
                        <input
                            id="f-files"
                            name="files"
                            type="file"
                            multiple
                            disabled=scene.status.open
                            aria-describedby="h-files"
                        />
                        <p class="hint" id="h-files">{hint}</p>
                    </div>
                    {problem(error(page, &refusals, Field::Files), Field::Files)}
                    <ul class="chips" id="chosen" hidden></ul>
                </div>
            </div>
            <footer>
                <button class="btn primary wide" id="submit">
                    {page.t(if scene.status.open { "start" } else { "send_request" })}
                </button>
            </footer>
        </form>
    }
}

/// One line of the form with its label and, where it was refused, why.
fn line(
    scene: &Scene,
    refusals: &[Refusal],
    field: Field,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    optional_on: &'static str,
) -> impl IntoView + use<> {
    let name = field.as_text();
    let id = ["f-", name].concat();
    let error = error(scene.page, refusals, field);
    let invalid = error.as_ref().map(|_| "true");
    let described = invalid.map(|_| ["e-", name].concat());
    view! {
        <div class="field">
            <label for=id.clone()>
                {scene.page.t(name)} " "
                <em aria-hidden="true" data-on=optional_on hidden=!scene.is_on(optional_on)>
                    {scene.page.t("optional")}
                </em>
            </label>
            <input
                id=id
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                aria-invalid=invalid
                aria-describedby=described
            />
            {problem(error, field)}
        </div>
    }
}

/// Seen, and not part of the field's name.
pub fn optional(page: &PanelPage) -> impl IntoView + use<> {
    view! { <em aria-hidden="true">{page.t("optional")}</em> }
}

fn problem(error: Option<String>, field: Field) -> impl IntoView {
    let id = ["e-", field.as_text()].concat();
    let absent = error.is_none();
    view! { <p class="error" id=id hidden=absent>{error}</p> }
}

fn error(page: &PanelPage, refusals: &[Refusal], field: Field) -> Option<String> {
    let refusal = refusals.iter().find(|refusal| refusal.field == Some(field))?;
    Some(page.word_refusal(refusal))
}

/// What is said above the form: a refusal that blames no field here, else that some are marked.
fn general(page: &PanelPage, refusals: &[Refusal]) -> Option<String> {
    match refusals.iter().find(|refusal| !refusal.field.is_some_and(is_in_the_form)) {
        Some(refusal) => Some(page.word_refusal(refusal)),
        None => (!refusals.is_empty()).then(|| page.t("check")),
    }
}

fn is_in_the_form(field: Field) -> bool {
    matches!(field, Field::Name | Field::Email | Field::Subject | Field::Message | Field::Files)
}

/// The same query as the page's own, so that the answer to a plain post looks and speaks like it.
fn action(scene: &Scene) -> String {
    let page = scene.page;
    let path = if scene.status.open { "/chats?lang=" } else { "/requests?lang=" };
    let mut out = page.address(path);
    out.push_str(&page.lang);
    if page.embed {
        out.push_str("&embed=1");
    }
    if let Some(hue) = page.hue {
        out.push_str("&hue=");
        out.push_str(&hue.to_string());
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
