//! A site printed as the file that makes it again.

use crate::sites::{Site, lists::in_use};
use protocol::settings::{AwayReason, ClosingReason, Limits, Origin, Span};
use serde_json::Value;
use std::{fmt::Write, time::Duration};

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The file. Applying it changes nothing.
pub(crate) fn show(site: &Site) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        writeln!(out, "{key} = {value}").expect("writing to a string");
    };
    line("key", quoted(site.key.as_str()));
    line("name", quoted(site.name.as_str()));
    line("prefix", quoted(site.prefix.as_str()));
    line("lang", quoted(site.lang.as_text()));
    line("allowed_origins", origins(&site.allowed_origins));
    if let Some(hue) = site.hue {
        line("hue", hue.to_string());
    }
    line("closed_now", site.closed_now.to_string());
    line("masking", site.masking.to_string());
    line("ask_queue", site.ask_queue.to_string());
    line("closing_reasons", list(site.closing_reasons.iter().map(ClosingReason::as_str)));
    line("away_reasons", list(site.away_reasons.iter().map(AwayReason::as_str)));
    let tags = in_use(&site.lists.tags);
    line("tags", list(tags.map(|tag| tag.name.as_str())));
    let contact_fields = in_use(&site.lists.contact_fields);
    line("contact_fields", list(contact_fields.map(|field| field.name.as_str())));
    schedule(&mut out, &site.schedule);
    limits(&mut out, &site.limits);
    for queue in &site.queues {
        write!(out, "\n[[queues]]\nname = {}\n", quoted(queue.name.as_str()))
            .expect("writing to a string");
    }
    lists(&mut out, site);
    for reply in site.replies.iter() {
        let (name, text) = (quoted(reply.name.as_str()), quoted(reply.text.as_str()));
        write!(out, "\n[[replies]]\nname = {name}\ntext = {text}\n").expect("writing to a string");
    }
    out
}

/// Those in use: what was retired stays retired.
fn lists(out: &mut String, site: &Site) {
    let mut table = |key: &str, name: &str, value: Option<(&str, &str)>| {
        write!(out, "\n[[{key}]]\nname = {}\n", quoted(name)).expect("writing to a string");
        if let Some((key, value)) = value {
            writeln!(out, "{key} = {}", quoted(value)).expect("writing to a string");
        }
    };
    for state in in_use(&site.lists.states) {
        table("states", &state.name, Some(("category", state.of.as_text())));
    }
    for priority in in_use(&site.lists.priorities) {
        table("priorities", &priority.name, Some(("level", priority.of.as_text())));
    }
    for kind in in_use(&site.lists.types) {
        // A queue that was removed is no type's any more.
        let queue = site.queues.iter().find(|queue| Some(queue.id) == kind.of);
        table("types", &kind.name, queue.map(|queue| ("queue", queue.name.as_str())));
    }
}

/// As they are compared; those in other letters than ASCII also as people read them, behind the list.
fn origins(origins: &[Origin]) -> String {
    let mut shown = list(origins.iter().map(Origin::as_str));
    let readable: Vec<String> = origins.iter().filter_map(Origin::readable).collect();
    if !readable.is_empty() {
        write!(shown, "  # {}", readable.join(", ")).expect("writing to a string");
    }
    shown
}

fn schedule(out: &mut String, form: &Value) {
    out.push_str("\n[schedule]\n");
    let mut line = |key: &str, value: String| {
        writeln!(out, "{key} = {value}").expect("writing to a string");
    };
    for key in ["zone", "note"] {
        if let Some(text) = form.get(key).and_then(Value::as_str) {
            line(key, quoted(text));
        }
    }
    // Days in the order of the week; JSON keeps them by letter.
    let days: Vec<String> = WEEK
        .into_iter()
        .filter_map(|day| Some(format!("{day} = {}", inline(form.get("weekly")?.get(day)?))))
        .collect();
    line(
        "weekly",
        if days.is_empty() { "{}".into() } else { format!("{{ {} }}", days.join(", ")) },
    );
    if let Some(Value::Array(exceptions)) = form.get("exceptions") {
        let rows: Vec<String> =
            exceptions.iter().map(|row| format!("  {},\n", inline(row))).collect();
        line(
            "exceptions",
            if rows.is_empty() { "[]".into() } else { format!("[\n{}]", rows.concat()) },
        );
    }
    if let Some(country) = form.get("holidays").and_then(Value::as_str) {
        line("holidays", quoted(country));
    }
}

fn limits(out: &mut String, limits: &Limits) {
    out.push_str("\n[limits]\n");
    let mut line = |key: &str, value: String| {
        writeln!(out, "{key} = {value}").expect("writing to a string");
    };
    let time = |length: Duration| quoted(&Span::from(length).text());
    line("wait_limit", time(limits.wait_limit));
    line("idle_limit", time(limits.idle_limit));
    line("ring_time", time(limits.ring_time));
    line("drop_grace", time(limits.drop_grace));
    line("mail_after", time(limits.mail_after));
    line("close_after", time(limits.close_after));
    line("capacity", limits.capacity.to_string());
    line("queue_limit", limits.queue_limit.to_string());
    line("file_bytes", limits.file_bytes.to_string());
    line("tickets_per_hour", limits.tickets_per_hour.to_string());
    line("messages_per_minute", limits.messages_per_minute.to_string());
    line("frame_burst", limits.frame_burst.to_string());
    line("frames_per_second", limits.frames_per_second.to_string());
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let pairs: Vec<_> =
                map.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
