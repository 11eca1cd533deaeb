//! `GET /w/{site}`: the panel, and the same document as the answer to its forms when no script took them.

use crate::{
    edge::{
        access, failure::Answer, form, origin, page, request_info, security::FrameAncestors,
        state::Server,
    },
    ops::assets,
};
use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, Uri},
    response::{Html, IntoResponse, Response},
};
use desk::sites::Site;
use protocol::EntryId;
use widget::ssr::{Assets, PanelPage, Position, panel_document};

pub(crate) async fn panel(
    State(server): State<Server>,
    Path(key): Path<String>,
    request: Request,
) -> Answer {
    let site = access::site(&server, &key)?;
    let asked = Asked::of(&request, &site);
    let id = server.desk.options().clock.new_entry_id();
    Ok(asked.show(&server, &site, id, None, StatusCode::OK))
}

/// How the panel was asked for; its forms carry the same query on.
pub(crate) struct Asked {
    uri: Uri,
    pub(crate) lang: &'static str,
    nonce: String,
}

impl Asked {
    pub(crate) fn of(request: &Request, site: &Site) -> Self {
        Self {
            uri: request.uri().clone(),
            lang: request_info::language(request.uri(), request.headers(), &site.lang),
            nonce: page::nonce(request),
        }
    }

    /// The document.
    pub(crate) fn show(
        &self,
        server: &Server,
        site: &Site,
        form_id: EntryId,
        answer: Option<widget::ssr::Answer>,
        status: StatusCode,
    ) -> Response {
        let page = PanelPage {
            site: site.key.clone(),
            name: site.name.clone(),
            lang: self.lang.into(),
            hue: self
                .query("hue")
                .and_then(|hue| hue.parse().ok())
                .filter(|h| *h <= 360)
                .or(site.hue),
            file_bytes: site.limits.file_bytes,
            embed: self.query("embed").is_some_and(|embed| embed == "1"),
            position: match self.query("position").as_deref() {
                Some("right") => Position::Right,
                _ => Position::Left,
            },
            page: self.query("page").and_then(|page| form::page(&page).ok().flatten()),
            form_id,
            status: server.desk.availability(site.id),
            strings: page::words(self.lang, &["button", "panel", "state", "error", "field"]),
            answer,
        };
        let document = panel_document(&page, &panel_assets(), &self.nonce);
        let mut response = (status, Html(document)).into_response();
        response.extensions_mut().insert(FrameAncestors(origin::frame_ancestors(site)));
        response
    }

    fn query(&self, name: &str) -> Option<String> {
        request_info::query(&self.uri, name)
    }
}

pub(crate) fn panel_assets() -> Assets {
    Assets {
        css: assets::find("panel.css").and_then(|css| std::str::from_utf8(css.body).ok()),
        script_url: assets::find("panel.js").map(|script| script.url.to_owned()),
        wasm_url: assets::find("panel.wasm").map(|wasm| wasm.url.to_owned()),
    }
}
