//! What the process has done, in Prometheus' text format.

use crate::edge::{
    client,
    counters::{Count, Counters},
    failure::{Answer, Failure},
    request_info::bearer,
    state::Server,
};
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::IntoResponse,
};
use protocol::Code;
use sha2::{Digest, Sha256};
use std::{fmt::Write, net::IpAddr};
use tracing::instrument;

/// `GET /metrics`. How much a site is used is its owner's business.
#[instrument(skip_all)]
pub(crate) async fn metrics(State(server): State<Server>, request: Request) -> Answer {
    let peer = client::peer(request.extensions()).ip();
    if !may_measure(server.metrics_token.as_deref(), peer, request.headers()) {
        return Err(Failure::of(Code::Forbidden));
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    Ok((headers, render(&server.counters)).into_response())
}

/// Whoever shows the token; where none is set, whoever asks from this machine and for nobody else.
fn may_measure(token: Option<&str>, peer: IpAddr, headers: &HeaderMap) -> bool {
    match token {
        Some(token) => bearer(headers).is_some_and(|shown| digest(shown) == digest(token)),
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

/// How long it takes to compare two of these says nothing about the token.
fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Prometheus' text format, version 0.0.4.
fn render(counters: &Counters) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(&str, &Count)]| {
        let _ = writeln!(text, "# HELP ayuda_{name} {help}\n# TYPE ayuda_{name} {kind}");
        for (labels, count) in samples {
            let _ = writeln!(text, "ayuda_{name}{labels} {}", count.get());
        }
    };
    let [informed, fine, moved, refused, failed] = &counters.answers;
    metric(
        "http_answers_total",
        "counter",
        "HTTP answers by class of status.",
        &[
            ("{class=\"1xx\"}", informed),
            ("{class=\"2xx\"}", fine),
            ("{class=\"3xx\"}", moved),
            ("{class=\"4xx\"}", refused),
            ("{class=\"5xx\"}", failed),
        ],
    );
    metric(
        "sockets",
        "gauge",
        "Open WebSockets.",
        &[
            ("{side=\"visitor\"}", &counters.visitor_sockets),
            ("{side=\"agent\"}", &counters.agent_sockets),
        ],
    );
    metric(
        "event_streams",
        "gauge",
        "Open event streams of host pages.",
        &[("", &counters.event_streams)],
    );
    metric(
        "messages_total",
        "counter",
        "Committed messages.",
        &[
            ("{side=\"visitor\"}", &counters.visitor_messages),
            ("{side=\"agent\"}", &counters.agent_messages),
        ],
    );
    metric(
        "tickets_total",
        "counter",
        "Tickets made by visitors.",
        &[("{kind=\"chat\"}", &counters.chats), ("{kind=\"request\"}", &counters.requests)],
    );
    metric("refusals_total", "counter", "Refused requests.", &[("", &counters.refusals)]);
    metric(
        "rate_limited_total",
        "counter",
        "Requests and messages over a rate limit.",
        &[("", &counters.rate_limited)],
    );
    metric(
        "slow_sockets_total",
        "counter",
        "Sockets closed because they did not keep up.",
        &[("", &counters.slow_sockets)],
    );
    text
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

    #[test]
    fn levels_and_counts_are_told_with_their_kind() {
        let counters = Counters::default();
        counters.chats.up();
        counters.visitor_sockets.up();
        counters.visitor_sockets.up();
        counters.visitor_sockets.down();
        let text = render(&counters);
        assert!(text.contains("# TYPE ayuda_sockets gauge\nayuda_sockets{side=\"visitor\"} 1\n"));
        assert!(text.contains("ayuda_tickets_total{kind=\"chat\"} 1\n"));
    }
}
