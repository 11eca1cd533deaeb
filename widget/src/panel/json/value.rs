//! A value of JSON.

/// A value. A number is its text: what it may be is known by whoever wants it.
#[derive(Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    /// A member of an object; null where it is left out.
    pub fn member(&self, name: &str) -> &Self {
        let found = match self {
            Self::Object(members) => members.iter().find(|(its, _)| its == name),
            _ => None,
        };
        found.map_or(&Self::Null, |(_, value)| value)
    }

    /// A variant of an enum: a bare name, or an object of one member.
    pub fn variant(&self) -> Option<(&str, &Self)> {
        match self {
            Self::Text(name) => Some((name, &Self::Null)),
            Self::Object(members) => match &members[..] {
                [(name, content)] => Some((name, content)),
                _ => None,
            },
            _ => None,
        }
    }
}
