//! What a composer suggests while one types: canned replies after `/`, colleagues after `@`.

use super::reasons::matches;
use protocol::{
    AgentId,
    agent::{CannedReply, Colleague},
    contact::Contact,
    masking::looks_masked,
    strings,
};

/// The longest word that is looked for.
const LONGEST: usize = 40;

/// What is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Canned replies.
    Reply,
    /// Colleagues.
    Mention,
}

/// What stands before the caret: since when something is looked for, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is looked for.
    pub kind: Kind,
    /// What was typed of it.
    pub text: String,
    /// Bytes of the text that stand before the sign.
    pub start: usize,
}

/// What is looked for, by the text before the caret. A sign counts at the beginning and after a space; the rest is one
/// word.
pub fn query(before: &str, is_comment: bool) -> Option<Query> {
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let word = &before[start..];
    let kind = match word.chars().next()? {
        '/' => Kind::Reply,
        '@' if is_comment => Kind::Mention,
        _ => return None,
    };
    let text = &word[1..];
    // A path or an address is no question.
    if text.chars().count() > LONGEST || text.contains('/') {
        return None;
    }
    Some(Query { kind, text: text.to_owned(), start })
}

/// The replies whose name or text hold what was typed, those by name first.
pub fn replies(all: &[CannedReply], typed: &str) -> Vec<CannedReply> {
    let by_name = all.iter().filter(|reply| matches(reply.name.as_str(), typed));
    let by_text = all.iter().filter(|reply| {
        !matches(reply.name.as_str(), typed) && matches(reply.text.as_str(), typed)
    });
    by_name.chain(by_text).cloned().collect()
}

/// The colleagues whose names hold what was typed.
pub fn colleagues(all: &[Colleague], typed: &str) -> Vec<Colleague> {
    all.iter().filter(|colleague| matches(&colleague.name, typed)).cloned().collect()
}

/// Whom a comment mentions: the longest name after each `@`; of two of the same name, both.
pub fn mentioned(text: &str, all: &[Colleague]) -> Vec<AgentId> {
    let signs = text.match_indices('@');
    // An address is no mention.
    let signs = signs.filter(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric));
    let mut found: Vec<AgentId> =
        signs.flat_map(|(at, sign)| named(&text[at + sign.len()..], all)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The colleagues with whose name, as a whole, the text begins.
fn named(text: &str, all: &[Colleague]) -> Vec<AgentId> {
    let begins = |colleague: &&Colleague| {
        let rest = text.strip_prefix(colleague.name.as_str());
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let longest = all.iter().filter(begins).map(|colleague| colleague.name.len()).max();
    let all = all.iter().filter(begins);
    all.filter(|colleague| Some(colleague.name.len()) == longest)
        .map(|colleague| colleague.agent)
        .collect()
}

/// What stands in the places of a canned reply.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The visitor's name; empty where none is known.
    pub name: String,
    /// `CO-1042`.
    pub number: String,
    /// The agent.
    pub agent: String,
    /// The site.
    pub site: String,
}

impl Places {
    /// What a visitor can be called by: not an address, nor what the agent reads masked.
    pub fn name_of(contact: &Contact) -> String {
        contact.name.clone().filter(|name| !looks_masked(name)).unwrap_or_default()
    }

    /// A reply's text with its places filled; braces around anything else stay.
    pub fn fill(&self, text: &str) -> String {
        let places = [
            ("name", &*self.name),
            ("number", &*self.number),
            ("agent", &*self.agent),
            ("site", &*self.site),
        ];
        strings::fill(text, &places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{AgentId, settings::ReplyName, text::ChatText};
    use uuid::Uuid;

    #[test]
    fn a_sign_asks_at_the_beginning_and_after_a_space() {
        let asked = |before: &str| query(before, true).map(|query| (query.text, query.start));
        assert_eq!(asked("/"), Some((String::new(), 0)));
        assert_eq!(asked("Hola /sal"), Some(("sal".into(), 5)));
        assert_eq!(asked("Año\n@rau"), Some(("rau".into(), 5)));
        for other in ["", "a/b", "y/o", "https://a", "/console/x", "hola ", "a@b"] {
            assert_eq!(asked(other), None, "{other:?}");
        }
        assert_eq!(query("@rau", false), None, "nobody is mentioned to a visitor");
    }

    #[test]
    fn replies_are_found_by_name_and_text_without_accents() {
        let reply = |name: &str, text: &str| CannedReply {
            id: None,
            name: ReplyName::parse(name).expect("a name"),
            text: ChatText::parse(text).expect("a text"),
        };
        let all = [reply("Despedida", "Gracias por la información"), reply("Información", "…")];
        let names = |typed: &str| -> Vec<String> {
            replies(&all, typed).into_iter().map(|reply| reply.name.into()).collect()
        };
        assert_eq!(names("informacion"), ["Información", "Despedida"]);
        assert_eq!(names("").len(), 2);
        assert!(names("nada").is_empty());
        let raul = Colleague { agent: AgentId(Uuid::nil()), name: "Raúl Íñiguez".into() };
        assert_eq!(colleagues(std::slice::from_ref(&raul), "raul"), std::slice::from_ref(&raul));
        assert_eq!(colleagues(&[raul], "x"), []);
    }

    #[test]
    fn the_longest_name_is_mentioned_wherever_it_was_typed() {
        let colleague =
            |n, name: &str| Colleague { agent: AgentId(Uuid::from_u128(n)), name: name.into() };
        let all = [
            colleague(1, "Ana"),
            colleague(2, "Ana María"),
            colleague(3, "Raúl"),
            colleague(4, "Raúl"),
        ];
        let ids = |text: &str| -> Vec<u128> {
            mentioned(text, &all).into_iter().map(|agent| agent.0.as_u128()).collect()
        };
        assert_eq!(ids("@Ana María, mira"), [2]);
        assert_eq!(ids("(@Ana) y @Ana María: @Ana"), [1, 2]);
        assert_eq!(ids("@Raúl"), [3, 4], "nobody knows which");
        for other in ["@Anabel", "correo@Ana", "Ana", "@ Ana", "@", "@ana"] {
            assert!(ids(other).is_empty(), "{other:?}");
        }
    }

    #[test]
    fn a_visitor_is_called_by_a_name_alone() {
        let called = |name: Option<&str>| {
            let email = Some("rosa@example.com".into());
            Places::name_of(&Contact { name: name.map(Into::into), email, verified: false })
        };
        assert_eq!(called(Some("Rosa")), "Rosa");
        assert_eq!(called(None), "");
        let masked = protocol::masking::mask("rosa@example.com");
        assert_eq!(called(Some(&masked)), "", "{masked}");
    }

    #[test]
    fn places_are_filled_once_and_other_braces_stay() {
        let places = Places {
            name: "{agent}".into(),
            number: "CO-1042".into(),
            agent: "Lucía".into(),
            site: "CuentasOK".into(),
        };
        assert_eq!(
            places.fill("Hola {name}, soy {agent} de {site}: {number} {otro} {"),
            "Hola {agent}, soy Lucía de CuentasOK: CO-1042 {otro} {"
        );
    }
}
