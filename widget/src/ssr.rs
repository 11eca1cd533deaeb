//! Pages as whole HTML documents. Pure functions: data in, text out.

pub use crate::page::{
    Answer, Choice, Form, PanelPage, Position, ProvedEmail, Theme, TicketAnswer, TicketPage, Typed,
};

pub use crate::words::OF_MARKUP;
use crate::{escape::escape_json, markup::Id, view, words};
use leptos::prelude::*;
use protocol::{Code, Field, Refusal, html, limits, program, settings::Hue};
use std::{borrow::Cow, sync::LazyLock};

/// The sources of what stands in the documents themselves, for a server that was built without assets.
static SOURCES: LazyLock<[Inline; 2]> = LazyLock::new(|| {
    const PANEL_CSS: &str = include_str!("../../style/panel.css");
    const TICKET_CSS: &str = include_str!("../../style/ticket.css");
    let css = |sheets: &[&str]| {
        let import = |line: &&str| !line.starts_with("@import");
        let lines = sheets.iter().flat_map(|sheet| sheet.lines()).filter(import);
        [TOKENS_CSS, &lines.collect::<Vec<_>>().join("\n")].concat()
    };
    let script = |source: &str| source.replace("/* @import times.js */", TIMES);
    let inline = |css: String, script: String| Inline { css: css.leak(), script: script.leak() };
    [
        inline(css(&[PANEL_CSS]), script(include_str!("boot.js"))),
        inline(css(&[PANEL_CSS, TICKET_CSS]), script(include_str!("ticket_page.js"))),
    ]
});
const TOKENS_CSS: &str = include_str!("../../style/tokens.css");
const TIMES: &str = include_str!("times.js");

/// Where the browser's half of the panel is. Without it every page works as plain forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// What stands in the panel's document; absent: the sources.
    pub panel: Option<Inline>,
    /// The same of the ticket page.
    pub ticket: Option<Inline>,
    /// Address of `panel.js`.
    pub script_url: Option<String>,
    /// Address of `panel.wasm`.
    pub wasm_url: Option<String>,
}

/// What is put into a document itself: one round trip less before the first letter can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inline {
    /// The text of its style sheet.
    pub css: &'static str,
    /// The text of the script that runs before the first paint.
    pub script: &'static str,
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
    let Inline { css, script: boot } = assets.panel.unwrap_or(SOURCES[0]);
    document.style(&themed(css, page.theme));
    let state = PanelPage { strings: words::of_browser(&page.strings), ..page.clone() };
    document.state(&serde_json::to_string(&state).expect("a page is strings, numbers and lists"));
    document.script(boot);
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
    let Inline { css, script } = assets.ticket.unwrap_or(SOURCES[1]);
    document.style(css);
    let words: serde_json::Map<String, serde_json::Value> = ["today", "yesterday"]
        .into_iter()
        .map(|key| ["ticket_page.", key].concat())
        .map(|key| (key.clone(), page.strings.get(&key).into()))
        .collect();
    let replied = matches!(page.answer, Some(TicketAnswer::Replied));
    let state = serde_json::json!({
        "now": page.now, "strings": words, "files": files(page), "replied": replied, "live": live(page),
    });
    document.state(&state.to_string());
    document.script(script);
    let body = Owner::new().with(|| view::ticket_page(page).into_view().to_html());
    document.finish(&body)
}

/// Where the ticket page's script listens, and the last entry that it has; nothing where the page does not go on by
/// itself.
fn live(page: &TicketPage) -> Option<serde_json::Value> {
    page.is_live().then(|| serde_json::json!({ "page": page.address(""), "after": page.last() }))
}

/// What the ticket page's script looks at when files are chosen, and what it says of them.
fn files(page: &TicketPage) -> serde_json::Value {
    let refused = |code, limit: Option<u64>| {
        let refusal = Refusal::of(Field::Files, code);
        page.strings.refusal(&limit.map_or(refusal, |limit| refusal.limit(limit)))
    };
    serde_json::json!({
        "most": limits::FILES,
        "bytes": page.file_bytes,
        "programs": program::endings().collect::<Vec<_>>(),
        "too_many_files": refused(Code::TooManyFiles, Some(limits::FILES as u64)),
        "file_type": refused(Code::FileType, None),
        "file_empty": refused(Code::FileEmpty, None),
        "file_too_large": refused(Code::FileTooLarge, Some(page.file_bytes)),
    })
}

/// A style sheet for one theme alone: what is for dark systems is for all, or for none.
fn themed(css: &str, theme: Theme) -> Cow<'_, str> {
    let (Some(name), to) = (theme.as_text(), if theme == Theme::Dark { "all" } else { "not all" })
    else {
        return css.into();
    };
    // As it is written, and as it is packed.
    let css = css.replace("(prefers-color-scheme: dark)", to);
    let css = css.replace("(prefers-color-scheme:dark)", to);
    [&css, ":root{color-scheme:", name, "}"].concat().into()
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
                 <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex, nofollow\"><link rel=\"icon\" href=\"data:,\">",
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

    fn style(&mut self, css: &str) {
        let nonce = self.nonce;
        self.push(&["<style nonce=\"", nonce, "\">", css]);
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

    fn script(&mut self, code: &str) {
        let nonce = self.nonce;
        self.push(&["<script nonce=\"", nonce, "\">", code, "</script>"]);
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
