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
use desk::live::NodeReport;
use std::{fmt::Write, net::IpAddr, time::Duration};
use tokio::time::timeout;
use tracing::instrument;

/// The metric that `ayuda doctor` looks for.
pub(crate) const UNDECLARED_PROXY: &str = "ayuda_undeclared_proxy";
/// Another.
pub(crate) const RELAY_LAG: &str = "ayuda_relay_lag_seconds";

/// The database has so long to tell of the nodes.
const NODES_WITHIN: Duration = Duration::from_secs(2);

/// `GET /metrics`. How much a site is used is its owner's business.
#[instrument(skip_all)]
pub(crate) async fn metrics(State(server): State<Server>) -> impl IntoResponse {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    let mut text = render(&server.counters, server.undeclared_proxy.find());
    // What is counted here is told all the same.
    match timeout(NODES_WITHIN, server.desk.nodes()).await {
        Ok(Ok(nodes)) => render_nodes(&mut text, &nodes),
        Ok(Err(error)) => tracing::warn!(%error, "the nodes could not be read"),
        Err(_) => tracing::warn!("the nodes could not be read in time"),
    }
    if let Some(lag) = server.desk.relay_lag() {
        let help = "Seconds from a commit at one node until another hears of it.";
        let _ = writeln!(
            text,
            "# HELP {RELAY_LAG} {help}\n# TYPE {RELAY_LAG} gauge\n{RELAY_LAG} {:.6}",
            lag.as_secs_f64()
        );
    }
    (headers, text)
}

/// Of the processes that serve one PostgreSQL: since when each was silent, and who keeps the desk for how long.
fn render_nodes(text: &mut String, nodes: &[NodeReport]) {
    let there: Vec<&NodeReport> = nodes.iter().filter(|node| !node.has_stopped).collect();
    let seconds: Vec<_> = there.iter().map(|node| (*node, Some(node.silent_for))).collect();
    let leases: Vec<_> = there.iter().map(|node| (*node, node.keeps_for)).collect();
    let silent = "Seconds since the last sign of a node.";
    let lease = "Seconds that the keeper's lease lasts, at the node that has it.";
    for (name, help, values) in
        [("node_silent_seconds", silent, seconds), ("keeper_lease_seconds", lease, leases)]
    {
        let values: Vec<_> =
            values.into_iter().filter_map(|(node, span)| Some((node, span?))).collect();
        if values.is_empty() {
            continue;
        }
        let _ = writeln!(text, "# HELP ayuda_{name} {help}\n# TYPE ayuda_{name} gauge");
        for (NodeReport { id, name: host, version, .. }, span) in values {
            // A host's name has none of what would end it here.
            let host = host.replace(['\\', '"', '\n'], "");
            let _ = writeln!(
                text,
                "ayuda_{name}{{node=\"{id}\",name=\"{host}\",version=\"{version}\"}} {:.3}",
                span.as_secs_f64()
            );
        }
    }
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
    fn nodes_are_told_with_their_last_sign_and_the_keeper_with_its_lease() {
        let node = |name: &str, keeps_for| NodeReport {
            id: desk::live::NodeId(uuid::Uuid::nil()),
            name: name.into(),
            version: "0.1.0".into(),
            silent_for: Duration::from_millis(2_500),
            has_stopped: false,
            keeps_for,
        };
        let mut text = String::new();
        let labels =
            |name| format!("{{node=\"{}\",name=\"{name}\",version=\"0.1.0\"}}", uuid::Uuid::nil());
        render_nodes(&mut text, &[node("a", Some(Duration::from_secs(9))), node("b", None)]);
        assert!(text.contains(&format!("\nayuda_node_silent_seconds{} 2.500\n", labels("b"))));
        assert!(text.contains(&format!("\nayuda_keeper_lease_seconds{} 9.000\n", labels("a"))));
        assert!(!text.contains(&format!("ayuda_keeper_lease_seconds{}", labels("b"))));
        let mut empty = String::new();
        render_nodes(&mut empty, &[]);
        assert!(empty.is_empty(), "SQLite has no nodes");
    }

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
