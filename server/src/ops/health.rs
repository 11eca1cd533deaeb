//! For operators: is it there, can it work, what has it done.

use crate::edge::{
    client,
    failure::{Answer, Failure},
    state::Server,
};
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use protocol::Code;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The process answers.
pub(crate) async fn alive() -> Response {
    ([(CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// The database answers too, and the server is not on its way out.
pub(crate) async fn ready(State(server): State<Server>) -> Answer {
    if *server.stop.borrow() {
        return Err(Failure::of(Code::TryAgain));
    }
    server.desk.ready().await?;
    Ok(([(CACHE_CONTROL, "no-store")], "ready\n").into_response())
}

/// Prometheus' text format. How much a site is used is its owner's business.
pub(crate) async fn metrics(State(server): State<Server>, request: Request) -> Answer {
    let peer = client::peer(request.extensions()).ip();
    if !may_measure(server.metrics_token.as_deref(), peer, request.headers()) {
        return Err(Failure::of(Code::Forbidden));
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    Ok((headers, server.counters.render()).into_response())
}

/// Whoever shows the token; where none is set, whoever asks from this machine and for nobody else.
fn may_measure(token: Option<&str>, peer: IpAddr, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => shown(headers).is_some_and(|shown| digest(shown) == digest(token)),
        None => {
            let is_passed_on = headers.keys().any(|name| {
                let name = name.as_str();
                name.starts_with("x-forwarded-")
                    || matches!(name, "forwarded" | "x-real-ip" | "via")
            });
            peer.to_canonical().is_loopback() && !is_passed_on
        }
    }
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// How long it takes to compare two of these says nothing about the token.
fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(token: Option<&str>, peer: &str, header: Option<(&'static str, &str)>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        may_measure(token, peer.parse().unwrap(), &headers)
    }

    #[test]
    fn without_a_token_only_this_machine_measures() {
        for here in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(may(None, here, None), "{here}");
        }
        for elsewhere in ["203.0.113.9", "10.0.0.2", "2001:db8::1"] {
            assert!(!may(None, elsewhere, None), "{elsewhere}");
        }
        for header in ["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-real-ip", "via"] {
            assert!(!may(None, "127.0.0.1", Some((header, "127.0.0.1"))), "{header}");
        }
    }

    #[test]
    fn with_a_token_only_the_token_counts() {
        let measures =
            |shown: &str| may(Some("s3cret"), "203.0.113.9", Some(("authorization", shown)));
        assert!(measures("Bearer s3cret") && measures("bearer s3cret"));
        for wrong in ["Bearer s3cre", "Bearer s3crett", "Bearer ", "Basic s3cret", "s3cret"] {
            assert!(!measures(wrong), "{wrong}");
        }
        assert!(!may(Some("s3cret"), "127.0.0.1", None));
    }
}
