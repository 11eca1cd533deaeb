//! Every frame as it crosses the wire. A change in a snapshot is a change of the subprotocol: old panels are still
//! open, and CHANGELOG.md says what becomes of them.

mod samples;

use protocol::{
    Code, Field, Refusal, Seq, TicketToken,
    agent::{
        AgentChat, AgentCommand, AgentEvent, AgentState, HandoverKind, HandoverOutcome, OfferKind,
        Revealable, WorkKind, WorkView,
    },
    entry::{
        AgentBody, BecameRequest, Category, EndedBy, Priority, Removed, VisitorBody, VisitorEntry,
    },
    form::Started,
    problem::Problem,
    properties::Property,
    status::Reason,
    strings::Strings,
    text_enum::TextEnum,
    variants::variants,
    visitor::{Done, VisitorChat, VisitorCommand, VisitorEvent},
};
use samples::{
    agent_commands, agent_entries, agent_events, entry_id, number, visitor_commands,
    visitor_entries, visitor_events,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeSet;

/// One line of JSON a frame, each read back as what it was.
fn wire<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(frames: &[T]) -> String {
    let lines: Vec<String> = frames
        .iter()
        .map(|frame| {
            let line = serde_json::to_string(frame).expect("a frame is JSON");
            assert_eq!(&serde_json::from_str::<T>(&line).expect("a frame is read back"), frame);
            line
        })
        .collect();
    lines.join("\n")
}

#[test]
fn what_a_panel_sends() {
    insta::assert_snapshot!(wire(&visitor_commands()));
}

#[test]
fn what_a_panel_receives() {
    insta::assert_snapshot!(wire(&visitor_events()));
}

#[test]
fn what_a_console_sends() {
    insta::assert_snapshot!(wire(&agent_commands()));
}

#[test]
fn what_a_console_receives() {
    insta::assert_snapshot!(wire(&agent_events()));
}

/// The names of variants that occur in these, as they cross the wire.
fn names<T: Serialize>(samples: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    let name = |sample: T| match serde_json::to_value(sample).expect("JSON") {
        Value::String(name) => name,
        Value::Object(variant) => variant.keys().next().expect("one key").clone(),
        other => panic!("{other} is no variant"),
    };
    samples.into_iter().map(name).collect()
}

#[test]
fn every_frame_and_every_entry_is_among_the_samples() {
    fn all<'de, T: serde::Deserialize<'de>>() -> BTreeSet<String> {
        variants::<T>().iter().map(|name| (*name).to_owned()).collect()
    }
    assert_eq!(names(visitor_commands()), all::<VisitorCommand>());
    assert_eq!(names(visitor_events()), all::<VisitorEvent>());
    assert_eq!(names(agent_commands()), all::<AgentCommand>());
    assert_eq!(names(agent_events()), all::<AgentEvent>());
    assert_eq!(names(visitor_entries().into_iter().map(|e| e.body)), all::<VisitorBody>());
    assert_eq!(names(agent_entries().into_iter().map(|e| e.body)), all::<AgentBody>());
    let visitor_chats = visitor_events().into_iter().filter_map(|event| match event {
        VisitorEvent::Ticket { ticket } => Some(ticket.chat),
        _ => None,
    });
    assert_eq!(names(visitor_chats), all::<VisitorChat>());
    let agent_chats = agent_events().into_iter().filter_map(|event| match event {
        AgentEvent::Conversation { conversation } => Some(conversation.chat.clone()),
        _ => None,
    });
    assert_eq!(names(agent_chats), all::<AgentChat>());
}

/// A value with everything that is only data replaced by its kind: what an end must expect, whatever the samples hold.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(items) => {
            let shapes: BTreeSet<String> = items.iter().map(shape).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Object(fields) => {
            let shapes: BTreeSet<String> =
                fields.iter().map(|(name, value)| format!("{name}:{}", shape(value))).collect();
            format!("{{{}}}", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
    }
}

/// All frames by shape, and every text that an enum in them can be: different as soon as a frame is.
fn wire_shape() -> String {
    fn shapes<T: Serialize>(name: &str, samples: Vec<T>) -> Vec<String> {
        let line = |sample: &T| match serde_json::to_value(sample).expect("JSON") {
            Value::String(bare) => format!("{name} {bare}"),
            value => format!("{name} {}", shape(&value)),
        };
        samples.iter().map(line).collect()
    }
    fn texts<T: TextEnum>() -> Vec<String> {
        vec![format!("{} {}", T::NAME, T::TEXTS.join(" "))]
    }
    let lines: BTreeSet<String> = [
        shapes("VisitorCommand", visitor_commands()),
        shapes("VisitorEvent", visitor_events()),
        shapes("AgentCommand", agent_commands()),
        shapes("AgentEvent", agent_events()),
        texts::<AgentState>(),
        texts::<BecameRequest>(),
        texts::<Category>(),
        texts::<Code>(),
        texts::<Done>(),
        texts::<EndedBy>(),
        texts::<Field>(),
        texts::<HandoverKind>(),
        texts::<HandoverOutcome>(),
        texts::<OfferKind>(),
        texts::<Priority>(),
        texts::<Property>(),
        texts::<Reason>(),
        texts::<Removed>(),
        texts::<Revealable>(),
        texts::<WorkKind>(),
        texts::<WorkView>(),
    ]
    .into_iter()
    .flatten()
    .collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// FNV-1a: the same on every machine and with every compiler.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[test]
fn a_change_of_frames_has_its_line_in_the_changelog() {
    const CHANGELOG: &str = include_str!("../../../CHANGELOG.md");
    let newest = CHANGELOG.split("\n## ").nth(1).expect("a section");
    let marker = format!("- Frames {}: ", fingerprint(&wire_shape()));
    let line = newest.lines().find_map(|line| line.strip_prefix(&marker));
    assert!(
        line.is_some_and(|words| !words.trim().is_empty()),
        "The frames between browsers and the server are others than CHANGELOG.md says.\n\
         Panels and consoles that are open during an update still speak the old ones. See to it that they can be read (a new \
         field with a default), or raise SUBPROTOCOL. Then begin the line about frames in the newest section of CHANGELOG.md with\n\n    \
         {marker}\n\nand say what an operator has to know: what open panels and consoles do until they are loaded again."
    );
}

#[test]
fn answers_to_forms() {
    let started = Started {
        number: number(),
        token: TicketToken("ID.MAC".into()),
        link: "https://help.example.com/t/CO-1042?k=MAC".into(),
        id: entry_id(),
        seq: Seq(1),
    };
    insta::assert_snapshot!("started", wire(&[started]));
    let strings: Strings = [
        ("error.title", "No se pudo enviar"),
        ("error.too_long", "{field}: como máximo {limit} caracteres"),
        ("field.message", "Mensaje"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .into_iter()
    .collect();
    let refusal = Refusal::of(Field::Message, Code::TooLong).limit(1000);
    insta::assert_snapshot!("problem", wire(&[Problem::new(refusal, 422, &strings)]));
}

#[test]
fn a_comment_has_no_shape_for_a_visitor() {
    let comment = agent_entries().remove(2);
    let line = serde_json::to_string(&comment).expect("JSON");
    assert!(serde_json::from_str::<VisitorEntry>(&line).is_err());
}

#[test]
fn secrets_and_what_people_write_stay_out_of_logs() {
    assert_eq!(format!("{:?}", TicketToken("ID.MAC".into())), "TicketToken(…)");
    let text = protocol::text::ChatText::parse("hola").expect("valid");
    assert_eq!(format!("{text:?}"), "ChatText(…)");
}
