//! What the host page says, from the loader to the state.

use super::{
    js,
    json::{self, Value},
    runtime,
    state::{HostMessage, Person, Question},
};
use wasm_bindgen::{JsCast, closure::Closure};

/// Listens for as long as the page lives. What was said before arrives at once.
pub fn listen() {
    let listener = Closure::<dyn FnMut(String, String)>::new(|kind: String, json: String| {
        if let Some(message) = parse(&kind, &json) {
            runtime::change(|state, env| state.on_host_message(message, env));
        }
    });
    js::on_host_message(listener.into_js_value().unchecked_ref());
}

/// A message as the loader posts it; each kind has fields of its own.
fn parse(kind: &str, json: &str) -> Option<HostMessage> {
    let posted = json::value(json)?;
    Some(match kind {
        "open" => HostMessage::Open { page: posted.field("page")? },
        "close" => HostMessage::Close,
        "resume" => HostMessage::Resume,
        "status" => HostMessage::Status { status: posted.field("status")? },
        "page" => HostMessage::Page { page: posted.field("page")? },
        "visitor" => {
            let (visitor, extra) = (posted.member("visitor"), posted.member("extra"));
            HostMessage::Visitor {
                visitor: Person {
                    name: visitor.field("name")?,
                    email: visitor.field("email")?,
                    id: text(visitor, "id")?,
                    expires: text(visitor, "expires")?,
                    signature: text(visitor, "signature")?,
                    at: visitor.field("at")?,
                },
                extra: Question {
                    subject: extra.field("subject")?,
                    message: extra.field("message")?,
                },
            }
        }
        "logout" => HostMessage::Logout { at: posted.field("at")? },
        _ => return None,
    })
}

/// A text, empty where it is left out.
fn text(of: &Value, name: &str) -> Option<String> {
    of.field::<Option<String>>(name).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        Timestamp,
        status::{Availability, Reason},
    };

    #[test]
    fn every_message_of_the_loader_is_understood() {
        let page = Some("https://a.mx/".to_owned());
        assert_eq!(
            parse("open", r#"{"ayuda":1,"is":"open","page":"https://a.mx/"}"#),
            Some(HostMessage::Open { page })
        );
        assert_eq!(parse("close", r#"{"ayuda":1,"is":"close"}"#), Some(HostMessage::Close));
        assert_eq!(parse("resume", r#"{"ayuda":1,"is":"resume"}"#), Some(HostMessage::Resume));
        let status = Availability {
            open: false,
            reason: Reason::NoAgents,
            changes_at: Some(Timestamp(1_795_449_600_000)),
        };
        let posted = r#"{"status":{"open":false,"reason":"no_agents","changes_at":1795449600000}}"#;
        assert_eq!(parse("status", posted), Some(HostMessage::Status { status }));
        let page = Some("https://a.mx/b".to_owned());
        assert_eq!(
            parse("page", r#"{"ayuda":1,"is":"page","page":"https://a.mx/b"}"#),
            Some(HostMessage::Page { page })
        );
        assert_eq!(
            parse("logout", r#"{"ayuda":1,"is":"logout","at":1795449600000}"#),
            Some(HostMessage::Logout { at: Some(Timestamp(1_795_449_600_000)) })
        );
        assert_eq!(
            parse(
                "visitor",
                r#"{"visitor":{"id":"42","name":"Ana","phone":"1","expires":"1795450000","signature":"ab","at":1795449600000},"extra":{"message":"hola"}}"#
            ),
            Some(HostMessage::Visitor {
                visitor: Person {
                    name: Some("Ana".into()),
                    id: "42".into(),
                    expires: "1795450000".into(),
                    signature: "ab".into(),
                    at: Some(Timestamp(1_795_449_600_000)),
                    ..Person::default()
                },
                extra: Question { subject: None, message: Some("hola".into()) },
            })
        );
    }

    #[test]
    fn a_name_that_was_cut_inside_a_pair_costs_nothing_else_of_the_person() {
        let posted = r#"{"visitor":{"id":"42","name":"Ana \ud83d","signature":"ab"},"extra":{}}"#;
        let visitor = Person {
            name: Some("Ana \u{fffd}".into()),
            id: "42".into(),
            signature: "ab".into(),
            ..Person::default()
        };
        assert_eq!(
            parse("visitor", posted),
            Some(HostMessage::Visitor { visitor, extra: Question::default() })
        );
    }

    #[test]
    fn what_no_loader_says_is_passed_over() {
        assert_eq!(parse("dance", "{}"), None);
        assert_eq!(parse("open", "open"), None);
        assert_eq!(parse("open", r#"{"page":1}"#), None);
    }
}
