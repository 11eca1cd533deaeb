//! Pages as whole HTML documents. Pure functions: data in, text out.

pub use crate::page::{
    Answer, Form, PanelPage, Position, ProvedEmail, TicketAnswer, TicketPage, Typed,
};

use crate::{escape::escape_json, markup::Id, view};
use leptos::prelude::*;
use protocol::{html, settings::Hue};
use std::sync::LazyLock;

const TOKENS_CSS: &str = include_str!("../../style/tokens.css");
const PANEL_CSS: &str = include_str!("../../style/panel.css");
/// Without comments and indentation, which every visitor would download.
static BOOT: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("boot.js").lines().map(str::trim);
    let code: Vec<&str> =
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    code.join("\n")
});

/// Where the browser's half of the panel is. Without it every page works as plain forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// The text of the built `panel.css`, put into the document itself: one round trip less before the first letter
    /// can be typed. Absent: the stylesheet as it is in the source.
    pub css: Option<&'static str>,
    /// Address of `panel.js`.
    pub script_url: Option<String>,
    /// Address of `panel.wasm`.
    pub wasm_url: Option<String>,
}

/// The panel's document. Its CSP needs: `script-src 'nonce-{nonce}' 'self' 'wasm-unsafe-eval'`, `style-src
/// 'nonce-{nonce}'`, `img-src 'self' blob: data:`, `connect-src 'self'` (and the socket's address), `form-action
/// 'self'`.
pub fn panel_document(page: &PanelPage, assets: &Assets, nonce: &str) -> String {
    let mut document = Document::new(nonce, &page.lang, page.hue);
    let browser_half = assets.script_url.as_deref().zip(assets.wasm_url.as_deref());
    document.html_class(if page.embed { "panel embed" } else { "panel alone" });
    if browser_half.is_some() {
        // The boot script looks for a kept conversation only where something could show it.
        document.attribute("data-site", &page.site.0);
    }
    document.title(&page.strings.fill("panel.title", &[("site", &page.name)]));
    if let Some((script, wasm)) = browser_half {
        document.preload(script, wasm);
    }
    document.style(assets);
    document.state(&serde_json::to_string(page).expect("a page is strings, numbers and lists"));
    document.boot();
    if let Some((script, wasm)) = browser_half {
        document.hydrate(script, wasm);
    }
    let body = Owner::new().with(|| view::panel(page).into_view().to_html());
    document.finish(&["<main id=\"", Id::Panel.as_str(), "\">", &body, "</main>"].concat())
}

/// The ticket page's document: no script needed; the inline one turns times into the reader's zone.
pub fn ticket_document(page: &TicketPage, assets: &Assets, nonce: &str) -> String {
    let mut document = Document::new(nonce, &page.lang, page.hue);
    document.html_class("ticket-page");
    let number = page.ticket.number.0.as_str();
    document.title(
        &page.strings.fill("ticket_page.title", &[("number", number), ("site", &page.site_name)]),
    );
    document.style(assets);
    let words: serde_json::Map<String, serde_json::Value> = ["today", "yesterday"]
        .into_iter()
        .map(|key| ["ticket_page.", key].concat())
        .map(|key| (key.clone(), page.strings.get(&key).into()))
        .collect();
    document.state(&serde_json::json!({ "now": page.now, "strings": words }).to_string());
    document.boot();
    let body = Owner::new().with(|| view::ticket_page(page).into_view().to_html());
    document.finish(&body)
}

/// A document being written: the head piece by piece, then the body.
struct Document<'a> {
    nonce: &'a str,
    hue: Option<Hue>,
    html: String,
    head: String,
}

impl<'a> Document<'a> {
    fn new(nonce: &'a str, lang: &str, hue: Option<Hue>) -> Self {
        Self {
            nonce,
            hue,
            html: ["<!doctype html><html lang=\"", &html::escape(lang), "\""].concat(),
            head: String::from(
                "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1,interactive-widget=resizes-content\">\
                 <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"data:,\">",
            ),
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        for part in [" ", name, "=\"", &html::escape(value), "\""] {
            self.html.push_str(part);
        }
    }

    fn html_class(&mut self, class: &str) {
        self.attribute("class", class);
    }

    fn title(&mut self, title: &str) {
        self.push(&["<title>", &html::escape(title), "</title>"]);
    }

    /// Both are asked for while the document still arrives.
    fn preload(&mut self, script: &str, wasm: &str) {
        self.push(&[
            "<link rel=\"modulepreload\" href=\"",
            &html::escape(script),
            "\"><link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"",
            &html::escape(wasm),
            "\">",
        ]);
    }

    fn style(&mut self, assets: &Assets) {
        let nonce = self.nonce;
        self.push(&["<style nonce=\"", nonce, "\">"]);
        match assets.css {
            Some(css) => self.push(&[css]),
            None => self.push(&[TOKENS_CSS, &PANEL_CSS.replace("@import \"tokens.css\";", "")]),
        }
        if let Some(hue) = self.hue {
            let hue = hue.to_string();
            self.push(&[":root{--brand-h:", &hue, "}"]);
        }
        self.push(&["</style>"]);
    }

    /// What the browser's half starts from. A data block is no script: it needs no nonce.
    fn state(&mut self, json: &str) {
        self.push(&[
            "<script type=\"application/json\" id=\"",
            Id::State.as_str(),
            "\">",
            &escape_json(json),
            "</script>",
        ]);
    }

    fn boot(&mut self) {
        let nonce = self.nonce;
        self.push(&["<script nonce=\"", nonce, "\">", &BOOT, "</script>"]);
    }

    fn hydrate(&mut self, script: &str, wasm: &str) {
        let (nonce, script, wasm) = (self.nonce, json_string(script), json_string(wasm));
        self.push(&[
            "<script type=\"module\" async nonce=\"",
            nonce,
            "\">import init,{hydrate}from",
            &script,
            ";await init({module_or_path:",
            &wasm,
            "});document.readyState===\"loading\"?addEventListener(\"DOMContentLoaded\",hydrate):hydrate()</script>",
        ]);
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.head.push_str(part);
        }
    }

    fn finish(self, body: &str) -> String {
        [&self.html, "><head>", &self.head, "</head><body>", body, "</body></html>"].concat()
    }
}

fn json_string(text: &str) -> String {
    escape_json(&serde_json::Value::from(text).to_string())
}
