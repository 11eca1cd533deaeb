//! The same checks as the server's, before a form is sent: an answer beside the field without a round trip.

use crate::page::{Form, Typed};
use protocol::{
    Code, Field, Refusal, limits, program,
    text::{ChatText, EmailAddress, FormText, PersonName, Subject, is_blank},
};

/// Everything that the server would refuse in what was typed; nothing when it may be sent.
pub fn refusals(form: Form, typed: &Typed) -> Vec<Refusal> {
    let mut out = Vec::new();
    let mut check = |result: Result<(), Refusal>| out.extend(result.err());
    let has_name = !is_blank(&typed.name);
    let has_email = !is_blank(&typed.email);
    if has_name {
        check(PersonName::parse(&typed.name).map(drop));
    }
    match form {
        Form::Chat if !has_name && !has_email => {
            check(Err(Refusal::of(Field::Name, Code::NameOrEmailRequired)));
        }
        Form::Chat if !has_email => {}
        _ => check(EmailAddress::parse(&typed.email).map(drop)),
    }
    if !is_blank(&typed.subject) {
        check(Subject::parse(&typed.subject).map(drop));
    }
    check(match form {
        Form::Chat => ChatText::parse(&typed.message).map(drop),
        Form::Request => FormText::parse(&typed.message).map(drop),
    });
    out
}

/// What may go up with a message: as many as there is room for beside `already`, no program, none empty, none beyond
/// the site's size.
pub fn file_refusal(name: &str, bytes: u64, already: usize, limit: u64) -> Option<Refusal> {
    if already >= limits::FILES {
        return Some(Refusal::of(Field::Files, Code::TooManyFiles).limit(limits::FILES as u64));
    }
    if program::is_named_like_one(name) {
        return Some(Refusal::of(Field::Files, Code::FileType));
    }
    if bytes == 0 {
        return Some(Refusal::of(Field::Files, Code::FileEmpty));
    }
    (bytes > limit).then(|| Refusal::of(Field::Files, Code::FileTooLarge).limit(limit))
}

/// What is refused of files of these names and bytes that are chosen together, file by file: one that is refused takes
/// no place.
pub fn file_refusals(files: &[(String, u64)], limit: u64) -> Vec<Option<Refusal>> {
    let mut taken = 0;
    let mut check = |(name, bytes): &(String, u64)| {
        let refusal = file_refusal(name, *bytes, taken, limit);
        taken += usize::from(refusal.is_none());
        refusal
    };
    files.iter().map(&mut check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, email: &str, message: &str) -> Typed {
        Typed {
            name: name.into(),
            email: email.into(),
            subject: String::new(),
            queue: String::new(),
            message: message.into(),
        }
    }

    #[test]
    fn a_chat_needs_a_name_or_an_address_and_a_message() {
        assert!(refusals(Form::Chat, &typed("Ana", "", "hola")).is_empty());
        assert!(refusals(Form::Chat, &typed("", "ana@a.mx", "hola")).is_empty());
        assert_eq!(
            refusals(Form::Chat, &typed(" ", " ", " ")),
            [
                Refusal::of(Field::Name, Code::NameOrEmailRequired),
                Refusal::of(Field::Message, Code::Required)
            ]
        );
        assert_eq!(
            refusals(Form::Chat, &typed("\u{2800}", "\u{feff}", "\u{2060}")),
            refusals(Form::Chat, &typed("", "", ""))
        );
        assert_eq!(
            refusals(Form::Chat, &typed("Ana", "ana", "hola")),
            [Refusal::of(Field::Email, Code::EmailInvalid)]
        );
    }

    #[test]
    fn a_request_needs_an_address_and_takes_a_long_message() {
        let long = "ñ".repeat(limits::CHAT_TEXT + 1);
        assert!(refusals(Form::Request, &typed("", "ana@a.mx", &long)).is_empty());
        assert_eq!(
            refusals(Form::Request, &typed("Ana", "", "hola")),
            [Refusal::of(Field::Email, Code::Required)]
        );
        assert_eq!(
            refusals(Form::Chat, &typed("Ana", "", &long)),
            [Refusal::of(Field::Message, Code::TooLong).limit(1000)]
        );
    }

    #[test]
    fn files_are_counted_weighed_and_told_from_programs() {
        let code = |name, bytes, already| file_refusal(name, bytes, already, 10).map(|it| it.code);
        assert_eq!(code("a.txt", 10, 0), None);
        assert_eq!(code("a.txt", 11, 4), Some(Code::FileTooLarge));
        assert_eq!(code("a.txt", 0, 4), Some(Code::FileEmpty));
        assert_eq!(code("a.exe", 1, 4), Some(Code::FileType));
        assert_eq!(code("a.txt", 1, 5), Some(Code::TooManyFiles));
    }

    #[test]
    fn a_refused_file_keeps_none_of_the_others_back() {
        let chosen: Vec<_> =
            ["a.exe", "b", "c", "d", "e", "f", "g"].map(|name| (name.into(), 1)).into();
        let codes: Vec<_> =
            file_refusals(&chosen, 10).into_iter().map(|it| it.map(|it| it.code)).collect();
        let mut wanted = vec![Some(Code::FileType), None, None, None, None, None];
        wanted.push(Some(Code::TooManyFiles));
        assert_eq!(codes, wanted);
    }
}
