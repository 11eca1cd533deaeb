//! The console's own pages and server functions: made by `app`, called from here so that every route is in one table.

use crate::edge::{cookies, failure::Failure, page::Reader, state::Server};
use app::ssr::{Language, Nonce, ZoneName};
use axum::{
    body::Body,
    extract::{Request, State},
    http::header::{ACCEPT_LANGUAGE, COOKIE},
    response::{IntoResponse, Response},
};
use protocol::Refusal;
use tower::ServiceExt;
use tracing::instrument;

/// Any page or function of the console; who may call it is in the table. What a function refuses is worded as
/// everything else is.
#[instrument(skip_all)]
pub(crate) async fn page(State(server): State<Server>, request: Request) -> Response {
    let response = render(&server, request).await;
    match response.extensions().get::<Refusal>() {
        Some(refusal) => Failure::from(*refusal).into_response(),
        None => response,
    }
}

/// What `app` answers.
pub(crate) async fn render(server: &Server, mut request: Request) -> Response {
    let lang = Reader::of(&request, "es").lang;
    let zone = cookies::zone(request.headers()).map(|name| ZoneName(name.to_owned()));
    request.extensions_mut().insert(Language(lang));
    if let Some(zone) = zone {
        request.extensions_mut().insert(zone);
    }
    server.console.clone().oneshot(request).await.into_response()
}

/// A `GET` of a page by whoever just posted: to show its form again.
pub(crate) fn get_again(posted: &Request, path: &str) -> Request {
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

/// The form again, with what was wrong: `problem` is what `app` looks for in the request's extensions.
pub(crate) async fn refuse_form(
    server: &Server,
    mut page: Request,
    failure: Failure,
    problem: impl Clone + Send + Sync + 'static,
) -> Response {
    page.extensions_mut().insert(problem);
    failure.on_page(render(server, page).await)
}
