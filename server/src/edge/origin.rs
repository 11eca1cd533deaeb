//! Whether a page of another origin may read about a site, and the headers that let its browser do so.

use crate::{
    edge::failure::{Answer, Failure},
    settings::PublicUrl,
};
use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, REFERER, VARY},
};
use desk::sites::Site;
use protocol::Code;

/// Refuses a request that a page of an origin outside the site's list makes. Without `Origin`, or from ourselves by the
/// browser's word, it is no such request.
pub(crate) fn check(site: &Site, public: &PublicUrl, headers: &HeaderMap) -> Answer<()> {
    if headers.get("sec-fetch-site").is_some_and(|from| from == "same-origin") {
        return Ok(());
    }
    match headers.get(ORIGIN).map(HeaderValue::to_str) {
        None => Ok(()),
        Some(Ok(origin)) if origin == public.as_str() || allows(site, origin) => Ok(()),
        Some(_) => Err(Failure::of(Code::OriginNotAllowed)),
    }
}

/// Whether the `Origin` is ours, exactly. Sockets ask this before the upgrade.
pub(crate) fn is_ours(public: &PublicUrl, headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes() == public.as_str().as_bytes())
}

/// Lets the asking page read the answer. Call after [`check`].
pub(crate) fn allow_reading(site: &Site, request: &HeaderMap, response: &mut HeaderMap) {
    if site.allowed_origins.is_empty() {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return;
    }
    response.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = request.get(ORIGIN)
        && origin.to_str().is_ok_and(|origin| allows(site, origin))
    {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

/// The panel's `frame-ancestors`: the site's origins and ours (the demonstration, the panel as a page), or anybody's.
pub(crate) fn frame_ancestors(site: &Site) -> String {
    if site.allowed_origins.is_empty() {
        return "*".into();
    }
    let mut list = String::from("'self'");
    for origin in site.allowed_origins.iter() {
        list.push(' ');
        list.push_str(origin.as_str());
    }
    list
}

/// Whether a script, which browsers load without `Origin`, is for a page that may read about the site: any page where
/// there is no list, else one that says where it is.
pub(crate) fn may_be_read_by_referrer(site: &Site, headers: &HeaderMap) -> bool {
    let referrer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    // An origin ends where the path begins: browsers write at least the slash.
    let origin =
        referrer.and_then(|page| page.match_indices('/').nth(2).map(|(end, _)| &page[..end]));
    site.allowed_origins.is_empty() || origin.is_some_and(|origin| allows(site, origin))
}

fn allows(site: &Site, origin: &str) -> bool {
    site.allowed_origins.is_empty()
        || site.allowed_origins.iter().any(|allowed| allowed.as_str() == origin)
}
