//! What every mail looks like: one letter, as HTML and as text.

use super::colour::Brand;
use crate::tickets::transcript::{Side, TranscriptLine};
use minijinja::{AutoEscape, Environment, Value, context, value::Serde};
use protocol::html;
use serde::Serialize;
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../../../style/mail.css");

const HTML: &str = "letter.html";
const TEXT: &str = "letter.txt";

/// What a letter holds; empty parts are left out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Letter {
    pub(super) lang: String,
    pub(super) subject: String,
    /// Shown by mail clients beside the subject.
    pub(super) preheader: String,
    pub(super) site: String,
    pub(super) brand: Brand,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    /// Whether the number stands large in the middle.
    pub(super) big_number: bool,
    pub(super) number_label: String,
    pub(super) number: String,
    /// A state, large.
    pub(super) badge: Option<String>,
    pub(super) rows: Vec<Row>,
    pub(super) entries: Vec<TranscriptLine>,
    /// The reader's side: their own words stand on the right, as they do in panel and console.
    pub(super) reader: Side,
    pub(super) after: Vec<String>,
    pub(super) button: Option<Button>,
    pub(super) link_note: String,
    /// Where whoever has nothing to do with it stops mail about the ticket.
    pub(super) decline: Option<Decline>,
    pub(super) footer: Vec<String>,
}

/// A label and its value.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: String,
}

/// Where the letter leads.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Button {
    pub(super) label: String,
    pub(super) url: String,
}

/// The way out for whoever gave no address.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Decline {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) url: String,
}

/// A letter ready to be put into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Letter {
    /// Both forms. Everything is escaped where it is put in.
    pub(super) fn render(&self) -> Rendered {
        let context = context! { css => STYLE, ..Value::from(Serde(self)) };
        let render = |name: &str| {
            TEMPLATES
                .get_template(name)
                .and_then(|template| template.render(&context))
                .expect("a template uses what a letter has")
        };
        Rendered { text: render(TEXT), html: render(HTML) }
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        if name == HTML { AutoEscape::Html } else { AutoEscape::None }
    });
    // minijinja also escapes slashes, which no attribute of ours needs and which makes addresses unreadable in the
    // source.
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            out.write_str(&html::escape(text)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.add_filter("lines", lines);
    environment.add_filter("quoted", quoted);
    environment
        .add_template(HTML, include_str!("letter.html"))
        .expect("the template is well-formed");
    environment
        .add_template(TEXT, include_str!("letter.txt"))
        .expect("the template is well-formed");
    environment
});

/// Escaped, with its line breaks: not every mail client knows `white-space: pre-wrap`.
fn lines(text: &str) -> Value {
    Value::from_safe_string(html::escape(text).replace('\r', "").replace('\n', "<br>"))
}

/// Set in from the margin, so that nobody's text is taken for the letter's own.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
