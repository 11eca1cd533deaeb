//! What people type, at the limits and beyond.

use protocol::{
    Code, Field, Refusal, limits,
    strings::Strings,
    text::{
        ChatText, ContactValue, EmailAddress, FormText, Observations, PersonName, Phone,
        RatingComment, Requirement, Subject, characters, is_blank, is_control, is_invisible,
    },
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
        assert_eq!(refusal, Refusal::of(Field::Email, Code::EmailInvalid), "{address:?}");
    }
    assert_eq!(refused(EmailAddress::parse(" \t")).code, Code::Required);
}

#[test]
fn an_address_has_at_most_254_bytes() {
    let address =
        |last: usize| format!("{}@{}{}", "a".repeat(64), "b.".repeat(90), "c".repeat(last));
    assert!(EmailAddress::parse(&address(9)).is_ok());
    let refusal = refused(EmailAddress::parse(&address(10)));
    assert_eq!((refusal.code, refusal.limit), (Code::TooLong, Some(254)));
}

#[test]
fn a_name_that_mail_has_no_room_for_is_refused_and_an_odd_one_is_quoted() {
    let parse = |local: &str| EmailAddress::parse(&format!("{local}@docomo.ne.jp"));
    for (local, sent) in [
        ("abc.def", "abc.def"),
        ("abc..def", "\"abc..def\""),
        ("xyz.", "\"xyz.\""),
        (".xyz", "\".xyz\""),
        (".", "\".\""),
    ] {
        let address = parse(local).expect(local);
        assert_eq!(address.as_sent(), format!("{sent}@docomo.ne.jp"));
        assert_eq!(address.as_str(), format!("{local}@docomo.ne.jp"));
    }
    // The quotes count.
    for (longest, tail) in [(64, "a"), (62, ".")] {
        let local = |length: usize| ["b".repeat(length - 1), tail.to_owned()].concat();
        assert!(parse(&local(longest)).is_ok(), "{tail}");
        let refusal = refused(parse(&local(longest + 1)));
        assert_eq!(refusal, Refusal::of(Field::Email, Code::EmailInvalid), "{tail}");
    }
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
        Requirement, Requirement, limits::PROPERTY_TEXT;
        Observations, Observations, limits::PROPERTY_TEXT;
        Phone, Phone, limits::PHONE;
        ContactValue, ContactFields, limits::CONTACT_VALUE;
    }
}

/// Signs that show nothing: of the field's reports, and one of every other range.
const INVISIBLE: &str = "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180b}\u{180e}\u{200b}\u{200d}\u{200f}\u{202e}\u{2060}\u{2066}\u{206f}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{1d159}\u{1d173}\u{e0001}\u{e007f}\u{e0100}";

#[test]
fn text_that_nobody_can_see_is_missing() {
    macro_rules! missing {
        ($($text:ident $field:ident),*) => {$(
            for sign in INVISIBLE.chars().chain(['\u{3000}', '\u{1680}', '\x07', '\u{85}', '\u{2028}']) {
                let alone = refused($text::parse(&format!(" {sign}\n{sign}")));
                assert_eq!(alone, Refusal::of(Field::$field, Code::Required), "{sign:?}");
                let beside = format!("a{sign}b");
                assert!($text::parse(&beside).is_ok(), "{sign:?}");
            }
            assert_eq!(refused($text::parse(INVISIBLE)).code, Code::Required);
        )*};
    }
    missing!(ChatText Message, FormText Message, PersonName Name, Subject Subject, RatingComment Comment);
    assert_eq!(refused(EmailAddress::parse("\u{feff}\u{200b}")).code, Code::Required);
    assert!(is_blank("") && is_blank(INVISIBLE) && !is_blank("\u{200b}.") && !is_blank("◌"));
    assert_eq!(characters(INVISIBLE), 0);
    assert_eq!(characters("  ñandú 👋🏽 \n"), 8);
}

#[test]
fn emoji_with_joiners_and_letters_with_marks_stay_whole() {
    for text in ["👨‍👩‍👧", "❤️", "🏳️‍🌈", "1️⃣", "می‌خواهم", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u{301}"]
    {
        assert_eq!(ChatText::parse(text).expect("seen").as_str(), text);
        assert_eq!(PersonName::parse(text).expect("seen").as_str(), text);
    }
    assert!(!"👨👩👧❤🏳🏴".chars().any(is_invisible));
}

#[test]
fn a_line_is_one_line() {
    for (typed, kept) in [
        ("Ana\nNúmero: CO-1", "Ana Número: CO-1"),
        ("Ana\r\nDe: jefe@example.com", "Ana De: jefe@example.com"),
        ("Ana\rRuiz", "Ana Ruiz"),
        ("Ana\u{2028}Ruiz\u{2029}Paz\u{85}Sol", "Ana Ruiz Paz Sol"),
        ("Ana\tRuiz\x0b\x1b[31m", "Ana Ruiz  [31m"),
        ("\n\r Ana \x7f", "Ana"),
    ] {
        assert_eq!(PersonName::parse(typed).expect("a name").as_str(), kept);
        assert!(!Subject::parse(typed).expect("a subject").as_str().chars().any(is_control));
    }
}

#[test]
fn paragraphs_have_line_feeds_as_their_only_breaks() {
    let typed = "uno\r\ndos\rtres\n\ncuatro\u{2028}cinco\u{2029}seis\u{85}siete\x0bocho\tnueve\x1b[2Jdiez\x08\u{9b}";
    let kept = "uno\ndos\ntres\n\ncuatro\ncinco\nseis\nsiete\nocho\tnueve [2Jdiez";
    assert_eq!(ChatText::parse(typed).expect("a text").as_str(), kept);
    assert_eq!(FormText::parse(typed).expect("a text").as_str(), kept);
    assert_eq!(RatingComment::parse(typed).expect("a text").as_str(), kept);
    let longest = "\r\n".repeat(limits::CHAT_TEXT - 2);
    assert!(ChatText::parse(&format!("a{longest}b")).is_ok(), "CRLF is one character");
}

#[test]
fn text_on_a_wire_is_checked_as_well() {
    assert!(serde_json::from_str::<ChatText>("\"hola\"").is_ok());
    assert!(serde_json::from_str::<ChatText>("\"  \"").is_err());
    assert!(serde_json::from_str::<ChatText>("\"a\\u0000b\"").is_err());
    assert!(serde_json::from_str::<EmailAddress>("\"a@b@c\"").is_err());
}

fn strings(texts: &[(&str, &str)]) -> Strings {
    texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
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
