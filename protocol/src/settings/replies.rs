//! Texts that a site's agents write often.

use super::ReplyName;
use crate::{Code, Field, Refusal, text::ChatText};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A text by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What it is called.
    pub name: ReplyName,
    /// What it says; `{name}`, `{number}`, `{agent}` and `{site}` are filled when it is inserted.
    pub text: ChatText,
}

/// At most 100 of them in the owner's order, each with a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Replies(Vec<Reply>);

impl Replies {
    /// The most: more than anybody knows by name.
    pub const MAX: usize = 100;

    /// Adds one at the end.
    ///
    /// # Errors
    /// `Repeated` for a name that is there, `TooMany`.
    pub fn push(&mut self, reply: Reply) -> Result<(), Refusal> {
        if self.0.iter().any(|known| known.name == reply.name) {
            return Err(Refusal::of(Field::Name, Code::Repeated));
        }
        if self.0.len() == Self::MAX {
            return Err(Refusal::of(Field::Replies, Code::TooMany).limit(Self::MAX as u64));
        }
        self.0.push(reply);
        Ok(())
    }
}

impl Deref for Replies {
    type Target = [Reply];
    fn deref(&self) -> &[Reply] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(name: &str) -> Reply {
        let name = ReplyName::parse(name).expect("a name");
        Reply { name, text: ChatText::parse("Hola, {name}").expect("a text") }
    }

    #[test]
    fn a_name_is_there_once_and_there_are_a_hundred_at_most() {
        let mut replies = Replies::default();
        assert_eq!(replies.push(reply("Saludo")), Ok(()));
        assert_eq!(replies.push(reply(" Saludo ")), Err(Refusal::of(Field::Name, Code::Repeated)));
        for n in 1..Replies::MAX {
            assert_eq!(replies.push(reply(&n.to_string())), Ok(()));
        }
        let too_many = Refusal::of(Field::Replies, Code::TooMany).limit(100);
        assert_eq!(replies.push(reply("una más")), Err(too_many));
    }
}
