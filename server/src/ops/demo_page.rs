//! `/demo`: a host page with the tag, as an owner's site would be.

use super::demo;
use crate::{
    edge::{
        failure::{Answer, Failure},
        page::{self, Reader},
        state::Server,
    },
    settings::is_loopback_host,
};
use axum::{
    extract::{Request, State},
    http::header::HOST,
    response::{Html, IntoResponse, Redirect, Response},
};
use protocol::{Code, html::escape};
use std::fmt::Write;
use tracing::instrument;

/// `GET /demo`
#[instrument(skip_all)]
pub(crate) async fn show(State(server): State<Server>, request: Request) -> Answer {
    let is_there = server.has_demo && server.desk.find_site(&demo::site_key()).is_some();
    if !is_there {
        return Err(Failure::of(Code::NotFound));
    }
    if let Some(elsewhere) = public_name(&server, &request) {
        return Ok(elsewhere);
    }
    let tag = server.public.tag(&demo::site_key());
    Ok(Html(host_page(&tag, &Reader::of(&request, "es"))).into_response())
}

/// `127.0.0.1` and `localhost` are one machine but two origins, and sockets are held to the public one: whoever typed
/// the other name is sent there.
fn public_name(server: &Server, request: &Request) -> Option<Response> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let other = host != server.public.host() && is_loopback_host(host);
    (other && server.public.is_loopback()).then(|| {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        Redirect::temporary(&format!("{}{path}", server.public.as_str())).into_response()
    })
}

fn host_page(tag: &str, reader: &Reader) -> String {
    let strings = desk::locales::strings(reader.lang, &["page"]);
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
    page::document(&strings.get("page.demo_title"), reader, &body)
}
