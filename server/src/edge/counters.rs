//! What the process has done since it started, for `/metrics` in Prometheus' text format.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

/// One number that only grows, or a level.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All of them.
#[derive(Default)]
pub(crate) struct Counters {
    /// Answers by the first digit of their status, from 1xx.
    pub(crate) answers: [Count; 5],
    pub(crate) visitor_sockets: Count,
    pub(crate) agent_sockets: Count,
    pub(crate) visitor_messages: Count,
    pub(crate) agent_messages: Count,
    pub(crate) chats: Count,
    pub(crate) requests: Count,
    pub(crate) refusals: Count,
    pub(crate) rate_limited: Count,
    pub(crate) slow_sockets: Count,
    pub(crate) event_streams: Count,
}

impl Counters {
    /// Prometheus' text format, version 0.0.4.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        let mut say = |name: &str, kind: &str, help: &str, samples: &[(&str, &Count)]| {
            let _ = writeln!(text, "# HELP ayuda_{name} {help}\n# TYPE ayuda_{name} {kind}");
            for (labels, count) in samples {
                let _ = writeln!(text, "ayuda_{name}{labels} {}", count.get());
            }
        };
        let [informed, fine, moved, refused, failed] = &self.answers;
        say(
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
        say(
            "sockets",
            "gauge",
            "Open WebSockets.",
            &[
                ("{side=\"visitor\"}", &self.visitor_sockets),
                ("{side=\"agent\"}", &self.agent_sockets),
            ],
        );
        say(
            "event_streams",
            "gauge",
            "Open event streams of host pages.",
            &[("", &self.event_streams)],
        );
        say(
            "messages_total",
            "counter",
            "Committed messages.",
            &[
                ("{side=\"visitor\"}", &self.visitor_messages),
                ("{side=\"agent\"}", &self.agent_messages),
            ],
        );
        say(
            "tickets_total",
            "counter",
            "Tickets made by visitors.",
            &[("{kind=\"chat\"}", &self.chats), ("{kind=\"request\"}", &self.requests)],
        );
        say("refusals_total", "counter", "Refused requests.", &[("", &self.refusals)]);
        say(
            "rate_limited_total",
            "counter",
            "Requests and messages over a rate limit.",
            &[("", &self.rate_limited)],
        );
        say(
            "slow_sockets_total",
            "counter",
            "Sockets closed because they did not keep up.",
            &[("", &self.slow_sockets)],
        );
        text
    }
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
        let text = counters.render();
        assert!(text.contains("# TYPE ayuda_sockets gauge\nayuda_sockets{side=\"visitor\"} 1\n"));
        assert!(text.contains("ayuda_tickets_total{kind=\"chat\"} 1\n"));
    }
}
