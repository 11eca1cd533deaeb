//! JSON in a few kilobytes: what the protocol's types need and nothing else. No floats, no reasons why a text did not
//! parse; `serde_json` is half of a small wasm. Tests compare the two.

mod from;
mod read;
mod value;
mod write;

pub use from::FromJson;
pub(super) use from::objects;
pub use value::Value;
pub use write::write;

use serde::ser;
use std::fmt;

/// Reads one value of a type.
pub fn read<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(&value(text)?)
}

/// Reads any value.
pub fn value(text: &str) -> Option<Value> {
    read::read(text)
}

/// It was not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl ser::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Answer, Form, Typed};
    use crate::panel::state::Kept;
    use protocol::{
        Code, EntryId, Field, FileId, Refusal, Score, Seq, TicketNumber, TicketToken, Timestamp,
        delivery::Unsent,
        entry::{
            BecameRequest, Category, EndedBy, Removed, TicketState, VisitorBody, VisitorEntry,
        },
        file::Attachment,
        form::Started,
        identity::OwnTickets,
        problem::Problem,
        status::{Availability, Reason},
        strings::Strings,
        variants::variants,
        visitor::{Done, VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
    };
    use serde::Serialize;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn both_ways<T: Serialize + FromJson + PartialEq + fmt::Debug>(value: &T) {
        let theirs = serde_json::to_string(value).expect("it can be written");
        assert_eq!(write(value).as_deref(), Some(theirs.as_str()));
        assert_eq!(read::<T>(&theirs).as_ref(), Some(value), "{theirs}");
        let pretty = serde_json::to_string_pretty(value).expect("it can be written");
        assert_eq!(read::<T>(&pretty).as_ref(), Some(value));
        for end in 0..theirs.len() {
            // Cut short it is refused, and nothing panics.
            if let Some(part) = theirs.get(..end) {
                assert_eq!(read::<T>(part), None, "{part}");
            }
        }
    }

    /// The name of a variant as it is written.
    fn name<T: Serialize>(variant: &T) -> String {
        match serde_json::to_value(variant).expect("it can be written") {
            serde_json::Value::Object(of) => of.keys().next().expect("a name").clone(),
            bare => bare.as_str().expect("a name").to_owned(),
        }
    }

    const TEXT: &str = "¡Hola! \"comillas\" \\ \n\t\r \u{1} \u{8}\u{c} 👋🏽 / </script>";

    fn entry(body: VisitorBody) -> VisitorEntry {
        VisitorEntry { seq: Seq(3), id: EntryId(Uuid::from_u128(5)), at: Timestamp(-17), body }
    }

    fn file() -> Attachment {
        Attachment {
            id: FileId(Uuid::from_u128(9)),
            name: TEXT.into(),
            media_type: "a/b".into(),
            bytes: u64::MAX,
        }
    }

    #[test]
    fn every_command_is_written_as_serde_json_writes_it() {
        let id = EntryId(Uuid::from_u128(7));
        for command in [
            VisitorCommand::Hello { token: None, after: Seq(0) },
            VisitorCommand::Hello { token: Some(TicketToken("a.b".into())), after: Seq(i64::MAX) },
            VisitorCommand::Say { id, text: TEXT.into(), files: vec![] },
            VisitorCommand::Say { id, text: String::new(), files: vec![file().id, file().id] },
            VisitorCommand::Typing,
            VisitorCommand::Seen { upto: Seq(4) },
            VisitorCommand::Resume { after: Seq(4) },
            VisitorCommand::End,
            VisitorCommand::LeaveRequest,
            VisitorCommand::Transcript { email: Some("a@b".into()) },
            VisitorCommand::Contact { email: "a@b".into() },
            VisitorCommand::Rate { score: 5, comment: None },
            VisitorCommand::Page { page: TEXT.into() },
            VisitorCommand::Ping,
        ] {
            assert_eq!(write(&command), serde_json::to_string(&command).ok());
        }
    }

    #[test]
    fn every_event_is_read_as_serde_json_reads_it() {
        let status =
            Availability { open: true, reason: Reason::NoAgents, changes_at: Some(Timestamp(5)) };
        let state = TicketState { name: TEXT.into(), category: Category::Waiting };
        let refusal = Refusal::of(Field::Email, Code::TooLong).limit(254);
        let entries: Vec<_> = [
            VisitorBody::Visitor { text: TEXT.into(), files: vec![file()] },
            VisitorBody::Agent { name: TEXT.into(), text: TEXT.into(), files: vec![] },
            VisitorBody::ChatStarted,
            VisitorBody::Joined { name: TEXT.into() },
            VisitorBody::Left { name: TEXT.into() },
            VisitorBody::Requeued,
            VisitorBody::Transferred { name: TEXT.into() },
            VisitorBody::IdleWarning,
            VisitorBody::SiteRemoved,
            VisitorBody::QueueRemoved,
            VisitorBody::AgentRemoved,
            VisitorBody::BecameRequest { why: BecameRequest::WaitLimit },
            VisitorBody::ChatEnded { by: EndedBy::Desk },
            VisitorBody::StateChanged { state: state.clone() },
            VisitorBody::Rated { score: Score::ALL[4] },
            VisitorBody::TranscriptSent,
            VisitorBody::Hidden,
        ]
        .map(entry)
        .into();
        let bodies: BTreeSet<_> = entries.iter().map(|entry| name(&entry.body)).collect();
        assert_eq!(bodies, variants::<VisitorBody>().iter().map(ToString::to_string).collect());
        let mut events = BTreeSet::new();
        for chat in [
            VisitorChat::Waiting { position: 2 },
            VisitorChat::Active { agent: "Lucía".into(), guest: Some("Raúl".into()) },
            VisitorChat::Ended { rated: false, attended: true },
            VisitorChat::Request,
        ] {
            let ticket = VisitorTicket {
                number: TicketNumber("CO-1042".into()),
                subject: None,
                state: state.clone(),
                chat,
                email: Some("a@b".into()),
                seen_upto: Seq(2),
                removed: Some(Removed::Queue),
            };
            both_ways(&VisitorEvent::Welcome { ticket: ticket.clone(), status });
            both_ways(&VisitorEvent::Ticket { ticket });
        }
        for event in [
            VisitorEvent::Unknown { status },
            VisitorEvent::Status { status },
            VisitorEvent::Entry { entry: entries[0].clone() },
            VisitorEvent::Entries { entries, last: Seq(12) },
            VisitorEvent::Ack { id: EntryId(Uuid::nil()), seq: Seq(1), at: Timestamp(1) },
            VisitorEvent::Refused { id: None, refusal },
            VisitorEvent::Typing { name: TEXT.into() },
            VisitorEvent::Seen { upto: Seq(1) },
            VisitorEvent::Done { what: Done::Rating },
            VisitorEvent::Pong,
            VisitorEvent::GoingAway { retry_ms: 500 },
        ] {
            both_ways(&event);
            events.insert(name(&event));
        }
        events.extend(["welcome".to_owned(), "ticket".to_owned()]);
        assert_eq!(events, variants::<VisitorEvent>().iter().map(ToString::to_string).collect());
    }

    #[test]
    fn what_is_kept_and_what_pages_carry_goes_both_ways() {
        both_ways(&Unsent {
            id: EntryId(Uuid::from_u128(1)),
            text: TEXT.into(),
            files: vec![file()],
            since: Timestamp(1),
        });
        both_ways(&Strings::from_iter([("a.b".to_owned(), TEXT.to_owned())]));
        both_ways(&Answer::Refused {
            form: Form::Chat,
            refusals: vec![Refusal::new(Code::ChatClosed)],
            typed: Typed { message: TEXT.into(), ..Typed::default() },
        });
        both_ways(&Answer::Opened {
            token: TicketToken("t".into()),
            number: TicketNumber("CO-1".into()),
            link: "l".into(),
        });
        both_ways(&Answer::Started {
            form: Form::Request,
            started: Started {
                number: TicketNumber("CO-1".into()),
                token: TicketToken("t".into()),
                link: "l".into(),
                id: EntryId(Uuid::nil()),
                seq: Seq(1),
            },
            email: None,
        });
    }

    #[test]
    fn a_problem_document_is_read_as_no_answer() {
        for (code, field) in [(Code::RateLimited, None), (Code::TooLong, Some(Field::Message))] {
            let refusal = field.map_or(Refusal::new(code), |field| Refusal::of(field, code));
            let problem = Problem::new(refusal.limit(7), 429, &Strings::default());
            let problem = serde_json::to_string(&problem).expect("it can be written");
            for document in [&*problem, "{}", "[]", "null"] {
                assert_eq!(read::<OwnTickets>(document), None, "{document}");
                assert_eq!(read::<Kept>(document), None, "{document}");
                assert_eq!(read::<Started>(document), None, "{document}");
                assert_eq!(read::<Attachment>(document), None, "{document}");
                assert_eq!(read::<VisitorEvent>(document), None, "{document}");
            }
            assert_eq!(read::<Problem>(&problem).map(|problem| problem.code), Some(code));
        }
        let none = OwnTickets::default();
        let written = serde_json::to_string(&none).expect("it can be written");
        assert_eq!(read::<OwnTickets>(&written), Some(none));
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_what_is_not_json_is_refused() {
        let more = r#"{"new":{"a":[1,-2.5e+3,"\"}",null,true,{}]},"upto":4,"then":false}"#;
        assert_eq!(
            read::<VisitorEvent>(&["{\"seen\":", more, "}"].concat()),
            Some(VisitorEvent::Seen { upto: Seq(4) })
        );
        assert_eq!(read::<String>(r#""\u00e1\ud83d\udc4b\/\b""#).as_deref(), Some("á👋/\u{8}"));
        for (half, read_as) in [
            (r#""Ana \ud83d""#, "Ana \u{fffd}"),
            (r#""\udc4b\ud83dA""#, "\u{fffd}\u{fffd}A"),
            (r#""\ud83d\u00e1""#, "\u{fffd}á"),
            (r#""\ud83d\ud83d\udc4b\n""#, "\u{fffd}👋\n"),
        ] {
            assert_eq!(read::<String>(half).as_deref(), Some(read_as), "half a pair: {half}");
        }
        for bad in [
            "",
            "{",
            "[",
            "\"",
            "\"\\",
            "\"\\u12",
            "\"\\ud83d\\u12\"",
            "\"\\x\"",
            "nul",
            "{\"seen\"}",
            "{\"seen\":{\"upto\":1.5}}",
            "{\"seen\":{\"upto\":99999999999999999999}}",
            "\"pong\" x",
            "\"nothing\"",
            "{\"pong\":null,}",
        ] {
            assert_eq!(read::<VisitorEvent>(bad), None, "{bad}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(read::<VisitorEvent>(&deep), None);
        let deep = ["{\"seen\":{\"x\":", &"[".repeat(100_000)].concat();
        assert_eq!(read::<VisitorEvent>(&deep), None, "depth has an end");
    }
}
