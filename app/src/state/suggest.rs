//! What a composer suggests while one types: canned replies after `/`, colleagues after `@`.

use super::reasons::matches;
use protocol::{
    agent::{CannedReply, Colleague},
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

/// What stands in the places of a canned reply.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The visitor, as the agent knows them.
    pub name: String,
    /// `CO-1042`.
    pub number: String,
    /// The agent.
    pub agent: String,
    /// The site.
    pub site: String,
}

impl Places {
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
        assert_eq!(colleagues(std::slice::from_ref(&raul), "raul"), [raul.clone()]);
        assert_eq!(colleagues(&[raul], "x"), []);
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
