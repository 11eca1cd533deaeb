//! The headers that every answer leaves with, and the nonce that a page's scripts carry.

use crate::{edge::state::Server, settings::PublicUrl};
use app::ssr::Nonce;
use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who may frame the page: put into the response by the panel's handler. Without it nobody may.
#[derive(Clone, Debug)]
pub(crate) struct FrameAncestors(pub(crate) String);

/// The middleware; outermost but for counting.
pub(crate) async fn add_headers(
    State(server): State<Server>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = new_nonce();
    let path = request.uri().path();
    let is_ticket = path.starts_with("/t/") || path.starts_with("/w/") && path.contains("/tickets");
    request.extensions_mut().insert(Nonce(nonce.clone()));
    drop_hidden_origin(&server.public, &mut request);
    let mut response = next.run(request).await;
    let ancestors = response.extensions().get::<FrameAncestors>().map(|framed| framed.0.clone());
    let is_page = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    if is_ticket {
        set(ROBOTS, "noindex, nofollow");
    }
    set(PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if server.public.is_https() {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if is_page {
        let policy = policy(&server.public, &nonce, ancestors.as_deref().unwrap_or("'none'"));
        set(CONTENT_SECURITY_POLICY, &policy);
        set(CACHE_CONTROL, "no-store");
        if ancestors.is_none() {
            set(X_FRAME_OPTIONS, "DENY");
            set(OPENER_POLICY, "same-origin");
        } else {
            // Pages that isolate themselves frame only what says that it may be, and does the same.
            set(EMBEDDER_POLICY, "require-corp");
            set(RESOURCE_POLICY, "cross-origin");
        }
    } else {
        set(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    }
    response
}

/// `'self'` does not mean sockets in every browser, so their origin is named.
fn policy(public: &PublicUrl, nonce: &str, ancestors: &str) -> String {
    let socket = public.socket_origin();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' blob: data:; font-src 'self'; media-src 'self' blob: data:; connect-src 'self' {socket}; \
         frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
}

/// Under `Referrer-Policy: no-referrer` a browser posts a form with `Origin: null` and says where it comes from in
/// `Sec-Fetch-Site` alone, which it leaves out where there is no TLS. Such a post counts as one that says nothing; a
/// cross-site one carries no cookie of ours (`SameSite=Lax`).
fn drop_hidden_origin(public: &PublicUrl, request: &mut Request) {
    // What only reads is answered by the list of origins, and `null` is on none.
    let reads = request.method().is_safe();
    let headers = request.headers_mut();
    let hidden = !reads && headers.get(ORIGIN).is_some_and(|origin| origin == "null");
    if hidden && !public.is_https() && !headers.contains_key(SEC_FETCH_SITE) {
        headers.remove(ORIGIN);
    }
}

/// New for every answer, and never stored.
fn new_nonce() -> String {
    format!("{:032x}", rand::random::<u128>())
}
