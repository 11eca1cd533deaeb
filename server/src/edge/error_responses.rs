//! The words of refusals, put in where the caller's language is known: a problem document (RFC 9457), or a page for a
//! browser that navigates.

use super::{
    failure::{Failure, Shown},
    in_path, page, request_info,
    state::Server,
    without_cookies,
};
use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use protocol::{Code, Refusal, html::escape, problem::Problem};

/// The language of an answer, in its extensions: of whoever is known to read it, where the head of the request alone
/// does not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InLanguage(pub(crate) &'static str);

/// The middleware.
pub(crate) async fn put_words(
    State(server): State<Server>,
    request: Request,
    next: Next,
) -> Response {
    let site = in_path::find_site(&server, request.uri());
    let otherwise = site.map_or("es", |site| site.lang.as_text());
    let mut reader = page::Reader::of(&request, otherwise);
    let wants_page = request_info::wants_page(request.headers());
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(Shown(failure)) = response.extensions().get() {
        count(&server, failure);
        return response;
    }
    let Some(failure) = failure_in(&response) else { return response };
    count(&server, &failure);
    if let Some(InLanguage(lang)) = response.extensions().get() {
        reader.lang = lang;
    }
    let status = response.status();
    let worded = if wants_page {
        problem_page(&failure.refusal, status, &path, &reader)
    } else {
        problem_document(&failure, status, reader.lang)
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(reader.lang));
    let (parts, body) = worded.into_parts();
    // The length was the empty body's.
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
    response
}

fn count(server: &Server, failure: &Failure) {
    server.counters.refusals.up();
    if failure.refusal.code == Code::RateLimited {
        server.counters.rate_limited.up();
    }
}

/// The refusal of a response that has no words yet: one of ours, or what the router says by status alone.
fn failure_in(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(*failure);
    }
    let status = response.status();
    let bare = match response.headers().get(CONTENT_TYPE) {
        None => true,
        // What axum's extractors say; the console's pages and server functions have their own types.
        Some(kind) => {
            kind.as_bytes().starts_with(b"text/plain")
                && status != StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status.is_client_error() || status.is_server_error()).then_some(())?;
    bare.then(|| Failure::of(code_of(status)))
}

/// The code of a status that came without one: from the router, an extractor, or a page of the console that is not
/// there. The status stays as it is.
fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::UNAUTHORIZED => Code::SignInRequired,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::BodyType,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => Code::TryAgain,
        StatusCode::INSUFFICIENT_STORAGE => Code::StorageFull,
        status if status.is_client_error() => Code::RequestInvalid,
        _ => Code::Internal,
    }
}

fn problem_document(failure: &Failure, status: StatusCode, lang: &str) -> Response {
    let strings = desk::locales::strings(lang, &["error", "field", "request", "settings"]);
    let problem = Problem::new(failure.refusal, status.as_u16(), &strings);
    let mut response = Json(problem).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A refusal as a page, about the address that was asked for.
fn problem_page(
    refusal: &Refusal,
    status: StatusCode,
    path: &str,
    reader: &page::Reader,
) -> Response {
    let strings =
        desk::locales::strings(reader.lang, &["page", "error", "field", "request", "settings"]);
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
    let address = without_cookies::address(path).filter(|_| refusal.code == Code::NotFound);
    let form = address.map(|address| {
        let new_link = without_cookies::new_link_form(&strings, path).unwrap_or_default();
        without_cookies::form(&strings, &address, "", None) + &new_link
    });
    let body = format!(
        "<main class=\"note\"><p class=\"status\">{}</p><h1>{}</h1><p>{}</p>{}{home}</main>",
        status.as_u16(),
        escape(&title),
        escape(&text),
        form.unwrap_or_default(),
    );
    Html(page::document(&title, reader, &body)).into_response()
}
