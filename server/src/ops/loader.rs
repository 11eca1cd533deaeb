//! `GET /widget.js`: the loader; with `?site=KEY` it brings the button's answer along, so that a page makes one
//! request.

use super::assets;
use crate::edge::{origin, request_info, site_status::written_status, state::Server};
use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use protocol::SiteKey;
use tracing::instrument;

/// What the loader holds where the status goes, as it is packed.
const PLACE: &str = "`STATUS`";

#[instrument(skip_all)]
pub(crate) async fn loader(State(server): State<Server>, uri: Uri, headers: HeaderMap) -> Response {
    match with_status(&server, &uri, &headers) {
        Some(script) => script,
        None => assets::serve_loader(&headers),
    }
}

/// None where no site is named, or one that is not shown to the page that asks: then the loader asks for the status
/// itself.
fn with_status(server: &Server, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let key = request_info::query(uri, "site")?;
    let site = server.desk.find_site(&SiteKey(key))?;
    if !origin::may_be_read_by_referrer(&site, headers) {
        return None;
    }
    let script = std::str::from_utf8(assets::find("widget.js")?.body).ok()?;
    let script = script.replace(PLACE, &written_status(server, &site, uri, headers));
    let mut response = script.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=5"));
    headers.insert(VARY, HeaderValue::from_static("accept-language, referer"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    Some(response)
}
