//! The few pages of the server's own: problems, landing, demonstration. They share one small style.

use app::ssr::Nonce;
use axum::{
    extract::Request,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use protocol::{Code, Refusal, strings::Strings};
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// The nonce of this answer.
pub(crate) fn nonce(request: &Request) -> String {
    request.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default()
}

/// A refusal as a page, about the address that was asked for.
pub(crate) fn problem(
    refusal: &Refusal,
    status: StatusCode,
    path: &str,
    lang: &str,
    nonce: &str,
) -> Response {
    let strings = desk::locales::strings(lang, &["page", "error", "field"]);
    let visited = ["ticket", "panel"]
        .into_iter()
        .zip(["/t/", "/w/"])
        .find(|(_, begins)| path.starts_with(begins))
        .map(|(name, _)| name);
    let (title, text) = if refusal.code == Code::NotFound {
        let key = ["page.", visited.unwrap_or("not_found")].concat();
        (strings.get(&[&key, "_title"].concat()), strings.get(&key))
    } else {
        (strings.get("page.problem_title"), strings.refusal(refusal))
    };
    // The start page is where agents sign in: it is no way on for a visitor.
    let home = match visited {
        Some(_) => String::new(),
        None => format!("<p><a href=\"/\">{}</a></p>", escape(&strings.get("page.home"))),
    };
    let body = format!(
        "<main class=\"note\"><p class=\"status\">{}</p><h1>{}</h1><p>{}</p>{home}</main>",
        status.as_u16(),
        escape(&title),
        escape(&text),
    );
    Html(document(&title, lang, nonce, &body)).into_response()
}

/// What a fresh install shows.
pub(crate) fn landing(lang: &str, nonce: &str) -> Response {
    let strings = desk::locales::strings(lang, &["page"]);
    let text = |key: &str| escape(&strings.get(key));
    let body = format!(
        "<main class=\"note wide\"><h1>{}</h1><p>{}</p>\
         <p>{}</p><pre>ayuda agent create --email ana@example.com --name \"Ana Ruiz\"</pre>\
         <p>{}</p><pre>ayuda site apply site.toml</pre>\
         <p>{}</p><pre>ayuda demo</pre></main>",
        text("page.landing_title"),
        text("page.landing"),
        text("page.landing_agent"),
        text("page.landing_site"),
        text("page.landing_demo"),
    );
    Html(document(&strings.get("page.landing_title"), lang, nonce, &body)).into_response()
}

/// The demonstration's host page, with the tag as an owner would paste it.
pub(crate) fn demo(tag: &str, lang: &str, nonce: &str) -> Response {
    let strings = desk::locales::strings(lang, &["page"]);
    let text = |key: &str| escape(&strings.get(key));
    let mut cards = String::new();
    for card in ["one", "two", "three"] {
        let _ = write!(
            cards,
            "<article><h2>{}</h2><p>{}</p></article>",
            text(&format!("page.demo_{card}_title")),
            text(&format!("page.demo_{card}")),
        );
    }
    let body = format!(
        "<header class=\"bar\"><strong>Cuentas<span>OK</span></strong>\
         <nav><a href=\"#producto\">{}</a><a href=\"#precios\">{}</a><a href=\"#guias\">{}</a></nav></header>\
         <main class=\"shop\"><section class=\"hero\"><h1>{}</h1><p>{}</p><p><a class=\"button\" href=\"#precios\">{}</a></p></section>\
         <section id=\"producto\" class=\"cards\">{cards}</section>\
         <aside><p>{}</p><pre>{}</pre><p><a href=\"/console\">{}</a></p></aside></main>\n{tag}\n",
        text("page.demo_nav_product"),
        text("page.demo_nav_prices"),
        text("page.demo_nav_guides"),
        text("page.demo_headline"),
        text("page.demo_lead"),
        text("page.demo_start"),
        text("page.demo_note"),
        escape(tag),
        text("page.demo_console"),
    );
    Html(document(&strings.get("page.demo_title"), lang, nonce, &body)).into_response()
}

fn document(title: &str, lang: &str, nonce: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style nonce=\"{nonce}\">{STYLE}</style></head><body>{body}</body></html>\n",
        escape(title),
    )
}

/// Text as HTML text or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The words of a visitor's page.
pub(crate) fn words(lang: &str, sections: &[&str]) -> Strings {
    desk::locales::strings(lang, sections)
}
