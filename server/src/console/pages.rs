//! The console's own pages and server functions: made by `app`, called from here so that every route is in one table.

use crate::{edge::state::Server, ops::assets};
use app::ssr::{ConsoleAssets, Nonce};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::header::{ACCEPT_LANGUAGE, COOKIE},
    response::{IntoResponse, Response},
};
use desk::Desk;
use tower::ServiceExt;

/// `app`'s router with the built files.
pub(crate) fn router(desk: &Desk) -> Router {
    let assets = ConsoleAssets {
        css_url: assets::url("console.css").into(),
        script_url: assets::url("console.js").into(),
        wasm_url: assets::url("console.wasm").into(),
        font_url: assets::url("fonts/atkinson-hyperlegible-next-latin.woff2").into(),
    };
    app::ssr::router(desk.clone(), assets)
}

/// Any page or function of the console; who may call it is in the table.
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Response {
    render(&server, request).await
}

pub(crate) async fn render(server: &Server, request: Request) -> Response {
    server.console.clone().oneshot(request).await.into_response()
}

/// A `GET` of a page by whoever just posted: to show its form again.
pub(crate) fn again(posted: &Request, path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path.parse().unwrap_or_default();
    for name in [ACCEPT_LANGUAGE, COOKIE] {
        if let Some(value) = posted.headers().get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(nonce) = posted.extensions().get::<Nonce>() {
        request.extensions_mut().insert(nonce.clone());
    }
    request
}
