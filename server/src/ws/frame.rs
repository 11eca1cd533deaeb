//! Reading what a client sends: a command, a command that is not as it should be, or nothing of this protocol.

use super::surrogates;
use protocol::{Code, EntryId, Refusal, TicketId, variants::variants};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A frame that came.
#[derive(Debug, PartialEq)]
pub(super) enum Frame<T> {
    /// It is done, or refused for what it asks.
    Command(T),
    /// It names a command, but holds something else than the command's fields: it is answered, and the socket stays.
    Refused(RefusedFrame),
    /// Whoever sent it speaks another protocol.
    Foreign,
}

/// What is wrong with a command, and what it was about as far as that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RefusedFrame {
    pub(super) ticket: Option<TicketId>,
    pub(super) id: Option<EntryId>,
    pub(super) refusal: Refusal,
}

/// Reads a text frame.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Frame<T> {
    let text = &surrogates::replaced(text);
    match serde_json::from_str(text) {
        Ok(command) => Frame::Command(command),
        Err(error) => refused::<T>(text, &error).map_or(Frame::Foreign, Frame::Refused),
    }
}

fn refused<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Option<RefusedFrame> {
    let frame: Value = serde_json::from_str(text).ok()?;
    let (name, content) = frame.as_object()?.iter().next()?;
    variants::<T>().contains(&name.as_str()).then_some(())?;
    let named = |name: &str| content.get(name).and_then(Value::as_str);
    Some(RefusedFrame {
        ticket: named("ticket").and_then(|id| id.parse().ok()),
        id: named("id").and_then(|id| id.parse().ok()),
        refusal: refusal(text, error),
    })
}

/// serde says in words alone what is wrong with a field.
fn refusal(text: &str, error: &serde_json::Error) -> Refusal {
    let words = error.to_string();
    let code = [
        ("unknown field", Code::FieldUnknown),
        ("duplicate field", Code::FieldRepeated),
        ("missing field", Code::Required),
    ]
    .into_iter()
    .find_map(|(begins, code)| words.starts_with(begins).then_some(code));
    match (code, words.split('`').nth(1)) {
        (Some(code), Some(field)) => Refusal::named(field, code),
        _ => field_before(&text[..offset(text, error)])
            .map_or(Refusal::new(Code::BodyInvalid), |field| Refusal::named(field, Code::Invalid)),
    }
}

/// Where in the text the reader stood.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let at = lines.map(str::len).sum::<usize>() + error.column();
    // It may stand inside of a character.
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// The last field of the command that JSON up to here names.
fn field_before(text: &str) -> Option<&str> {
    let (mut depth, mut string, mut field) = (0, None, None);
    let mut quoted_from = None;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quoted_from, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(from), b'"') => {
                string = Some(&text[from..at]);
                quoted_from = None;
            }
            (None, b'"') => quoted_from = Some(at + 1),
            (None, b'{') => depth += 1,
            (None, b'}') => depth -= 1,
            (None, b':') if depth == 2 => field = string,
            _ => {}
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::agent::AgentCommand;

    const TICKET: &str = "01990000-0000-7000-8000-000000000001";
    const ID: &str = "01990000-0000-7000-8000-000000000002";

    fn refused(text: &str) -> RefusedFrame {
        match read::<AgentCommand>(text) {
            Frame::Refused(refused) => refused,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_with_a_command_is_named() {
        let unwatch = |more: &str| format!(r#"{{"unwatch":{{"ticket":"{TICKET}"{more}}}}}"#);
        let watch = |after: &str| {
            format!("{{\n\"watch\":{{\n\"after\":{after},\n\"ticket\":\"{TICKET}\"}}}}")
        };
        for (text, refusal) in [
            (
                r#"{"watch":{"ticket":"x","after":0}}"#.into(),
                Refusal::named("ticket", Code::Invalid),
            ),
            (watch("\"ñ\\\":{\""), Refusal::named("after", Code::Invalid)),
            (watch("99999999999999999999"), Refusal::named("after", Code::Invalid)),
            (r#"{"watch":{"after":0}}"#.into(), Refusal::named("ticket", Code::Required)),
            (unwatch(r#","a":{"ticket":[1]}"#), Refusal::named("a", Code::FieldUnknown)),
            (unwatch(r#","ticket":"x""#), Refusal::named("ticket", Code::FieldRepeated)),
            (r#"{"unwatch":[]}"#.into(), Refusal::new(Code::BodyInvalid)),
            (r#"{"unwatch":"x"}"#.into(), Refusal::new(Code::BodyInvalid)),
            (r#"{"hello":{"a":1}}"#.into(), Refusal::new(Code::BodyInvalid)),
        ] {
            assert_eq!(refused(&text).refusal, refusal, "{text}");
        }
        let files =
            format!(r#"{{"say":{{"ticket":"{TICKET}","id":"{ID}","text":"a\"b","files":["x"]}}}}"#);
        let refusal = Refusal::named("files", Code::Invalid);
        let (ticket, id) = (TICKET.parse().ok(), ID.parse().ok());
        assert_eq!(refused(&files), RefusedFrame { ticket, id, refusal });
    }

    #[test]
    fn what_names_no_command_is_foreign() {
        for text in [
            "",
            "x",
            "{",
            "[]",
            "1",
            "\"hallo\"",
            "{}",
            r#"{"no_such":{}}"#,
            r#"{"watch":{"ticket":}"#,
        ] {
            assert_eq!(read::<AgentCommand>(text), Frame::Foreign, "{text}");
        }
        assert_eq!(read("\"ping\""), Frame::Command(AgentCommand::Ping));
    }
}
