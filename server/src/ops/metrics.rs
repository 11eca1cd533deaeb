//! What the process has done, in Prometheus' text format.

use crate::edge::{
    counters::{Count, Counters},
    state::Server,
};
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
};
use std::{fmt::Write, net::IpAddr};
use tracing::instrument;

/// The metric that `ayuda doctor` looks for.
pub(crate) const UNDECLARED_PROXY: &str = "ayuda_undeclared_proxy";

/// `GET /metrics`. How much a site is used is its owner's business.
#[instrument(skip_all)]
pub(crate) async fn metrics(State(server): State<Server>) -> impl IntoResponse {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    (headers, render(&server.counters, server.undeclared_proxy.find()))
}

/// Prometheus' text format, version 0.0.4.
fn render(counters: &Counters, undeclared_proxy: Option<IpAddr>) -> String {
    let mut text = String::new();
    if let Some(address) = undeclared_proxy {
        let help = "A proxy passes requests on and is not declared by --trusted-proxy.";
        let _ = writeln!(
            text,
            "# HELP {UNDECLARED_PROXY} {help}\n# TYPE {UNDECLARED_PROXY} gauge\n{UNDECLARED_PROXY}{{address=\"{address}\"}} 1"
        );
    }
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

    #[test]
    fn levels_and_counts_are_told_with_their_kind() {
        let counters = Counters::default();
        counters.chats.up();
        counters.visitor_sockets.up();
        counters.visitor_sockets.up();
        counters.visitor_sockets.down();
        let text = render(&counters, Some(IpAddr::from([127, 0, 0, 1])));
        assert!(text.contains("\nayuda_undeclared_proxy{address=\"127.0.0.1\"} 1\n"));
        assert!(text.contains("# TYPE ayuda_sockets gauge\nayuda_sockets{side=\"visitor\"} 1\n"));
        assert!(text.contains("ayuda_tickets_total{kind=\"chat\"} 1\n"));
    }
}
