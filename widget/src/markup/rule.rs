//! The value of `data-show`: while which of the panel's states an element shows.

use super::named::named;

named! {
    /// A fact about the panel. Negations are facts of their own: a rule has no other operator than "any" and "all".
    enum Token {
        Form = "form",
        Answer = "answer",
        Tickets = "tickets",
        Conversation = "conversation",
        Ended = "ended",

        Open = "open",
        Closed = "closed",

        HasTickets = "has-tickets",
        HasSubject = "has-subject",
        HasText = "has-text",
        Request = "request",
        Waiting = "waiting",
        CanWrite = "can-write",
        CannotWrite = "cannot-write",
        Running = "running",
        NotRunning = "not-running",
        Rateable = "rateable",
        Rated = "rated",
        NotRated = "not-rated",
        HasEmail = "has-email",
        NoEmail = "no-email",

        NoTranscript = "no-transcript",
        NotKept = "not-kept",
        GivingContact = "giving-contact",
        Sound = "sound",

        HeaderChat = "header-chat",
        HeaderHelp = "header-help",
        HeaderTicket = "header-ticket",
        HeaderWaiting = "header-waiting",
        HeaderAgent = "header-agent",
        HeaderEnded = "header-ended",
    }
}

/// When an element shows: while all tokens of any of these lists hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule(pub &'static [&'static [Token]]);

impl Rule {
    /// As it stands in markup: `conversation answer+has-text`.
    pub fn to_attribute(self) -> String {
        let all = |tokens: &&[Token]| {
            tokens.iter().map(|token| token.as_str()).collect::<Vec<_>>().join("+")
        };
        self.0.iter().map(all).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a rule holds, as it stands in markup.
pub fn holds(attribute: &str, fact: &dyn Fn(Token) -> bool) -> bool {
    attribute.split(' ').any(|all| all.split('+').all(|name| Token::named(name).is_some_and(fact)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule(&[&[Token::Conversation], &[Token::Answer, Token::HasText]]);

    #[test]
    fn a_rule_is_written_with_the_names_of_its_tokens() {
        assert_eq!(RULE.to_attribute(), "conversation answer+has-text");
    }

    #[test]
    fn a_rule_holds_while_all_tokens_of_any_list_do() {
        let attribute = RULE.to_attribute();
        let with = |facts: &[Token]| holds(&attribute, &|token| facts.contains(&token));
        assert!(with(&[Token::Conversation]));
        assert!(with(&[Token::Answer, Token::HasText]));
        assert!(!with(&[Token::Answer]));
        assert!(!with(&[Token::HasText]));
        assert!(!with(&[]));
    }

    #[test]
    fn every_token_is_read_as_it_is_written() {
        for &token in Token::ALL {
            assert_eq!(Token::named(token.as_str()), Some(token));
            assert!(!token.as_str().contains([' ', '+']), "{token:?}");
        }
        assert_eq!(Token::named("nonsense"), None);
    }
}
