//! What code mentions, read from its tokens: macros hold half of it, and nothing but their tokens is known of them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Something in code that may belong to another file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mention {
    /// `entries::add`, `crate::db::Tx`, `super::Row`: two names at least.
    Path(Vec<String>),
    /// `desk.commit(…)`, `self.commit(…)`: a call of a method on what is called so.
    Call(String),
    /// `desk.0.hub`: a field of a tuple's first.
    Field(String),
}

impl Mention {
    pub(super) fn into_path(self) -> Option<Vec<String>> {
        match self {
            Self::Path(path) => Some(path),
            Self::Call(_) | Self::Field(_) => None,
        }
    }
}

/// Every mention, in order.
pub(super) fn mentions(tokens: TokenStream) -> Vec<Mention> {
    let mut found = Vec::new();
    scan(&tokens.into_iter().collect::<Vec<_>>(), &mut found);
    found
}

fn scan(tokens: &[TokenTree], found: &mut Vec<Mention>) {
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            TokenTree::Group(group) => scan(&group.stream().into_iter().collect::<Vec<_>>(), found),
            TokenTree::Ident(name) => {
                let (paths, after) = paths(name.to_string(), after);
                rest = after;
                let is_alone = matches!(&paths[..], [path] if path.len() == 1);
                if !is_alone {
                    found.extend(paths.into_iter().map(Mention::Path));
                } else if (name == "desk" || name == "self")
                    && let Some(method) = called(rest)
                {
                    found.push(Mention::Call(method));
                }
            }
            TokenTree::Literal(number) if number.to_string() == "0" => {
                if let [TokenTree::Punct(dot), TokenTree::Ident(name), ..] = rest
                    && dot.as_char() == '.'
                {
                    found.push(Mention::Field(name.to_string()));
                }
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The path that begins with `first` and goes on in `rest`, and what follows it. The `use` within a function may end in
/// braces: then as many paths as there are names in them.
fn paths(first: String, mut rest: &[TokenTree]) -> (Vec<Vec<String>>, &[TokenTree]) {
    let mut path = vec![first];
    while let [TokenTree::Punct(one), TokenTree::Punct(two), next, after @ ..] = rest
        && one.as_char() == ':'
        && two.as_char() == ':'
    {
        match next {
            TokenTree::Ident(name) => path.push(name.to_string()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let begun = |end: Vec<String>| {
                    path.iter().cloned().chain(end.into_iter().filter(|n| n != "self")).collect()
                };
                return (list(group.stream()).into_iter().map(begun).collect(), after);
            }
            _ => break,
        }
        rest = after;
    }
    (vec![path], rest)
}

/// `a, b::c` in the braces of a `use`.
fn list(tokens: TokenStream) -> Vec<Vec<String>> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let parts = tokens.split(is_comma).filter_map(|part| match part {
        [TokenTree::Ident(name), after @ ..] => Some(paths(name.to_string(), after).0),
        _ => None,
    });
    parts.flatten().collect()
}

/// The name of a method called on what stands before.
fn called(rest: &[TokenTree]) -> Option<String> {
    let [TokenTree::Punct(dot), TokenTree::Ident(name), TokenTree::Group(arguments), ..] = rest
    else {
        return None;
    };
    let is_call = dot.as_char() == '.' && arguments.delimiter() == Delimiter::Parenthesis;
    is_call.then(|| name.to_string())
}
