//! A form that could not be taken while its own page cannot be made either: what was typed, ready to be sent again.

use super::Posted;
use crate::edge::{
    failure::Failure,
    page::{Reader, document},
};
use axum::response::{Html, IntoResponse, Response};
use protocol::{html::escape, strings::Strings};
use std::fmt::Write;

/// The page, with what failed, for the form at this address of ours.
pub(crate) fn page(failure: Failure, reader: &Reader, action: &str, posted: &Posted) -> Response {
    let strings = desk::locales::strings(reader.lang, &["page", "error", "field"]);
    let title = strings.get("page.problem_title");
    let mut fields = String::new();
    for (name, text) in posted.texts() {
        field(&mut fields, &strings, name, text);
    }
    let body = format!(
        "<main class=\"note\"><p class=\"status\">{}</p><h1>{}</h1><p role=\"alert\">{}</p>\
         <form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{fields}\
         <p><button class=\"button\">{}</button></p></form></main>",
        failure.status().as_u16(),
        escape(&title),
        escape(&strings.refusal(&failure.refusal)),
        escape(action),
        escape(&strings.get("page.send_again")),
    );
    failure.on_page(Html(document(&title, reader, &body)).into_response())
}

/// What people type is shown; what a form carries along goes along.
fn field(html: &mut String, strings: &Strings, name: &str, text: &str) {
    let text = escape(text);
    let _ = match name {
        "name" | "email" | "subject" | "message" | "comment" => write!(
            html,
            // A line break right after the tag is the markup's own.
            "<p><label>{}<br><textarea name=\"{name}\" rows=\"{}\">\n{text}</textarea></label></p>",
            escape(&strings.get(&["field.", name].concat())),
            if matches!(name, "message" | "comment") { 6 } else { 1 },
        ),
        _ => write!(html, "<input type=\"hidden\" name=\"{name}\" value=\"{text}\">"),
    };
}
