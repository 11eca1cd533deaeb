//! What people type, at the limits and beyond.

use protocol::{
    Code, Field, Refusal, limits,
    strings::Strings,
    text::{ChatText, EmailAddress, FormText, PersonName, RatingComment, Subject},
};

fn refused<T>(result: Result<T, Refusal>) -> Refusal {
    result.err().expect("refused")
}

#[test]
fn addresses_that_the_html_standard_takes() {
    let long_label = format!("a@{}.es", "b".repeat(63));
    for address in [
        "melissa@gmail.com",
        "a@b",
        "a@localhost",
        "first.last+tag@sub.example.co.uk",
        ".dot.@example.com",
        "a..b@example.com",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "1@1.1",
        "a@1-2.es",
        "a@xn--bcher-kva.example",
        long_label.as_str(),
    ] {
        assert_eq!(EmailAddress::parse(address).expect(address).as_str(), address);
    }
    assert_eq!(
        EmailAddress::parse("  Melissa@Gmail.com\n").expect("trimmed").as_str(),
        "Melissa@Gmail.com"
    );
}

#[test]
fn addresses_that_the_html_standard_refuses() {
    let long_label = format!("a@{}.es", "b".repeat(64));
    for address in [
        "melissa",
        "@example.com",
        "melissa@",
        "a@b@c",
        "a b@example.com",
        "a@exa mple.com",
        "a@-example.com",
        "a@example-.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com.",
        "\"a\"@example.com",
        "a@[127.0.0.1]",
        "josé@example.com",
        "a@españa.es",
        "a,b@example.com",
        "a@b_c.com",
        "a\0@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com,b@example.com",
        "<a@example.com>",
        "a@exam\u{200b}ple.com",
        long_label.as_str(),
    ] {
        let refusal = refused(EmailAddress::parse(address));
        assert_eq!(
            (refusal.code, refusal.field),
            (Code::EmailInvalid, Some(Field::Email)),
            "{address:?}"
        );
    }
    assert_eq!(refused(EmailAddress::parse(" \t")).code, Code::Required);
}

#[test]
fn an_address_has_at_most_254_bytes() {
    let address = |local: usize| format!("{}@example.com", "a".repeat(local));
    assert!(EmailAddress::parse(&address(242)).is_ok());
    let refusal = refused(EmailAddress::parse(&address(243)));
    assert_eq!((refusal.code, refusal.limit), (Code::TooLong, Some(254)));
}

#[test]
fn length_counts_characters_after_trimming() {
    macro_rules! at_the_limit {
        ($($text:ident, $field:ident, $limit:expr;)*) => {$(
            for character in ["a", "ñ", "汉", "🦀"] {
                let longest = character.repeat($limit);
                assert_eq!($text::parse(&format!(" {longest}\n")).expect("fits").as_str(), longest);
                let refusal = refused($text::parse(&format!("{longest}{character}")));
                assert_eq!(refusal, Refusal::of(Field::$field, Code::TooLong).limit($limit as u64));
            }
            assert_eq!(refused($text::parse(" \u{a0}\n")), Refusal::of(Field::$field, Code::Required));
            assert_eq!(refused($text::parse("")), Refusal::of(Field::$field, Code::Required));
            assert_eq!(refused($text::parse("a\0b")), Refusal::of(Field::$field, Code::CharacterInvalid));
        )*};
    }
    at_the_limit! {
        ChatText, Message, limits::CHAT_TEXT;
        FormText, Message, limits::FORM_TEXT;
        PersonName, Name, limits::NAME;
        Subject, Subject, limits::SUBJECT;
        RatingComment, Comment, limits::RATING_COMMENT;
    }
}

#[test]
fn text_on_a_wire_is_checked_as_well() {
    assert!(serde_json::from_str::<ChatText>("\"hola\"").is_ok());
    assert!(serde_json::from_str::<ChatText>("\"  \"").is_err());
    assert!(serde_json::from_str::<ChatText>("\"a\\u0000b\"").is_err());
    assert!(serde_json::from_str::<EmailAddress>("\"a@b@c\"").is_err());
}

fn strings(texts: &[(&str, &str)]) -> Strings {
    Strings(texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect())
}

#[test]
fn what_is_filled_in_is_not_looked_at_again() {
    let strings = strings(&[("hello", "Hola {name}, {name}: {other} {")]);
    assert_eq!(
        strings.fill("hello", &[("name", "{other}"), ("x", "y")]),
        "Hola {other}, {other}: {other} {"
    );
    assert_eq!(strings.fill("absent", &[]), "absent");
}

#[test]
fn one_and_many_have_their_own_words() {
    let strings = strings(&[("files.one", "{n} archivo"), ("files.other", "{n} archivos")]);
    assert_eq!(strings.count("files", 1), "1 archivo");
    assert_eq!(strings.count("files", 0), "0 archivos");
    assert_eq!(strings.count("files", 2), "2 archivos");
}

#[test]
fn a_refusal_names_field_and_limit() {
    let strings = strings(&[
        ("error.too_long", "{field}: como máximo {limit} caracteres"),
        ("error.file_too_large", "Cada archivo: como máximo {limit}"),
        ("error.required", "Falta: {field}"),
        ("field.message", "Mensaje"),
        ("field.files", "Archivos adjuntos"),
    ]);
    let too_long = Refusal::of(Field::Message, Code::TooLong).limit(1000);
    assert_eq!(strings.refusal(&too_long), "Mensaje: como máximo 1000 caracteres");
    let too_large = Refusal::of(Field::Files, Code::FileTooLarge).limit(limits::FILE_BYTES);
    assert_eq!(strings.refusal(&too_large), "Cada archivo: como máximo 10 MB");
    assert_eq!(strings.refusal(&Refusal::of(Field::Message, Code::Required)), "Falta: Mensaje");
    assert_eq!(strings.refusal(&Refusal::new(Code::Internal)), "error.internal");
}
