//! Who counts as an operator over HTTP: how much a site is used is its owner's business.

use super::{client, request_info::bearer, state::Server, undeclared_proxy::is_passed_on};
use axum::{extract::Request, http::HeaderMap};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Whether an operator asks.
pub(crate) fn is_one(server: &Server, request: &Request) -> bool {
    let peer = client::peer(request.extensions()).ip();
    may_measure(server.metrics_token.as_deref(), peer, request.headers())
}

/// Whoever shows the token; where none is set, whoever asks from this machine and for nobody else.
fn may_measure(token: Option<&str>, peer: IpAddr, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => bearer(headers).is_some_and(|shown| digest(shown) == digest(token)),
        None => peer.to_canonical().is_loopback() && !is_passed_on(headers),
    }
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
