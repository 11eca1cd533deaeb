//! What owners set, at the limits and beyond.

use proptest::prelude::*;
use protocol::{
    Code, Field, Refusal, SiteKey, limits,
    schedule::ZoneSource,
    settings::{
        Capacity, ClosingReason, ContactFieldName, Hue, Language, Limits, List, Prefix,
        PriorityName, QueueName, SiteName, Span, StateName, TagName, TypeName, ZoneName,
    },
};
use std::time::Duration;

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Code {
    result.expect_err("refused").code
}

#[test]
fn a_key_is_what_an_address_takes() {
    for key in ["a", "cuentasok", "tienda-1", "-", &"x".repeat(40)] {
        assert_eq!(SiteKey::parse(key).expect(key).as_str(), key);
    }
    for key in ["", "Tienda", "ü", "a b", "a/b", "a.b", &"x".repeat(41)] {
        let refusal = SiteKey::parse(key).expect_err(key);
        assert_eq!(refusal, Refusal::of(Field::Key, Code::KeyInvalid).limit(40));
    }
    assert!(serde_json::from_str::<SiteKey>("\"A\"").is_err());
}

#[test]
fn a_prefix_begins_with_a_letter() {
    for prefix in ["C", "CO", "CO2", "ABCDEFGH"] {
        assert_eq!(Prefix::parse(prefix).expect(prefix).as_str(), prefix);
    }
    for prefix in ["", "co", "2CO", "C-O", "Ñ", "ABCDEFGHI"] {
        let refusal = Prefix::parse(prefix).expect_err(prefix);
        assert_eq!(refusal, Refusal::of(Field::Prefix, Code::PrefixInvalid).limit(8));
    }
    assert_eq!(Prefix::parse("CO").expect("valid").number(1042).0, "CO-1042");
}

#[test]
fn a_key_gives_a_prefix_and_a_name_that_are_valid() {
    for (key, prefix) in [("cuentasok", "CUE"), ("1-tienda", "TIE"), ("a-1", "A1"), ("42", "T")] {
        let key = SiteKey::parse(key).expect("valid");
        assert_eq!(Prefix::of_key(&key), Prefix::parse(prefix).expect("valid"));
        assert_eq!(SiteName::from(&key).as_str(), key.as_str());
    }
}

#[test]
fn a_name_is_one_line_of_at_most_120_characters() {
    macro_rules! names {
        ($($name:ident: $field:ident,)*) => {$(
            let longest = "ñ".repeat(limits::NAME);
            let name = $name::parse(&format!(" {longest}\n")).expect("it fits");
            assert_eq!(name.as_str(), longest);
            let refusals = [
                ("", Refusal::of(Field::$field, Code::Required)),
                (" \u{a0}\n", Refusal::of(Field::$field, Code::Required)),
                ("a\nb", Refusal::of(Field::$field, Code::CharacterInvalid)),
                ("a\0b", Refusal::of(Field::$field, Code::CharacterInvalid)),
                (&format!("{longest}ñ"), Refusal::of(Field::$field, Code::TooLong).limit(120)),
            ];
            for (text, refusal) in refusals {
                assert_eq!($name::parse(text).expect_err(text), refusal);
            }
        )*};
    }
    names! { SiteName: Name, QueueName: Queue, StateName: State, PriorityName: Priority, TypeName: Type, TagName: Tags, ContactFieldName: ContactFields, ClosingReason: Reason, }
}

#[test]
fn a_list_has_nothing_twice_and_at_most_100_items() {
    let list = List::<QueueName>::parse(["Ventas", " Soporte "]).expect("valid");
    let names: Vec<&str> = list.iter().map(QueueName::as_str).collect();
    assert_eq!(names, ["Ventas", "Soporte"]);
    let refusal = List::<QueueName>::parse(["Ventas", "Soporte", "Ventas "]).expect_err("twice");
    assert_eq!(refusal, Refusal::of(Field::Queue, Code::Repeated));
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let parse = |count| List::<ClosingReason>::parse(many[..count].iter().map(String::as_str));
    assert_eq!(parse(100).expect("it fits").len(), 100);
    let refusal = parse(101).expect_err("one too many");
    assert_eq!(refusal, Refusal::of(Field::Reason, Code::TooMany).limit(100));
    assert_eq!(code(parse(0).and_then(List::not_empty)), Code::Required);
    assert!(parse(1).and_then(List::not_empty).is_ok());
}

#[test]
fn a_hue_is_at_most_a_whole_turn() {
    for degrees in [0, 200, 360] {
        assert_eq!(u64::from(Hue::new(degrees).expect("valid").degrees()), degrees);
    }
    for degrees in [361, 65_536 + 1, u64::MAX] {
        let refusal = Hue::new(degrees).expect_err("too large");
        assert_eq!(refusal, Refusal::of(Field::Hue, Code::TooLarge).limit(360));
    }
    assert!(serde_json::from_str::<Hue>("361").is_err());
}

#[test]
fn a_language_is_one_there_are_words_for() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.as_text()), Ok(language));
    }
    assert_eq!(Language::default(), Language::ALL[0]);
    for other in ["", "de", "ES", "es-MX"] {
        assert_eq!(code(Language::parse(other)), Code::LanguageUnknown, "{other}");
    }
}

/// A world with one zone.
struct Bogota;

impl ZoneSource for Bogota {
    fn knows_zone(&self, name: &str) -> bool {
        name == "America/Bogota"
    }
}

#[test]
fn a_zone_is_one_that_the_database_knows() {
    let zone = ZoneName::parse("America/Bogota", &Bogota).expect("it is known");
    assert_eq!(zone.as_str(), "America/Bogota");
    assert_eq!(code(ZoneName::parse("", &Bogota)), Code::Required);
    for other in ["GMT-5", "america/bogota", " America/Bogota"] {
        let refusal = ZoneName::parse(other, &Bogota).expect_err(other);
        assert_eq!(refusal, Refusal::of(Field::Zone, Code::ZoneUnknown));
    }
}

fn span(text: &str) -> Result<Duration, Refusal> {
    Span::parse(text, Field::WaitLimit).map(Duration::from)
}

#[test]
fn a_span_is_written_as_people_write_it() {
    for (text, length) in [
        ("3m", Duration::from_mins(3)),
        (" 20s ", Duration::from_secs(20)),
        ("1h30m", Duration::from_mins(90)),
        ("500ms", Duration::from_millis(500)),
        ("0s", Duration::ZERO),
    ] {
        assert_eq!(span(text), Ok(length), "{text}");
    }
    for text in ["3", "m", "3 m", "1m1h", "-1s", "1.5h", "3m3m", "99999999999999999999d", "3µs"] {
        assert_eq!(code(span(text)), Code::SpanInvalid, "{text}");
    }
    assert_eq!(code(span(" ")), Code::Required);
}

#[test]
fn a_capacity_is_within_its_bounds() {
    for chats in [1, 3, 1_000] {
        assert_eq!(Capacity::new(chats.into()).map(Capacity::chats), Ok(chats));
    }
    let field = Field::Capacity;
    assert_eq!(Capacity::new(0), Err(Refusal::of(field, Code::TooSmall).limit(1)));
    assert_eq!(Capacity::new(1_001), Err(Refusal::of(field, Code::TooLarge).limit(1_000)));
}

#[test]
fn limits_have_their_bounds() {
    let wait = |text| Limits::WAIT_LIMIT.parse(text);
    assert_eq!(wait("1ms"), Ok(Duration::from_millis(1)));
    assert_eq!(wait("7d"), Ok(Duration::from_hours(7 * 24)));
    let field = Field::WaitLimit;
    assert_eq!(wait("0s"), Err(Refusal::of(field, Code::SpanTooShort).limit(1)));
    assert_eq!(wait("7d1ms"), Err(Refusal::of(field, Code::SpanTooLong).limit(604_800_000)));
    assert_eq!(Limits::MAIL_AFTER.parse("0s"), Ok(Duration::ZERO));
    let field = Field::Capacity;
    assert_eq!(Limits::CAPACITY.check(1), Ok(1));
    assert_eq!(Limits::CAPACITY.check(1_000), Ok(1_000));
    assert_eq!(Limits::CAPACITY.check(0), Err(Refusal::of(field, Code::TooSmall).limit(1)));
    for number in [1_001, u64::from(u32::MAX) + 2, u64::MAX] {
        let refusal = Refusal::of(field, Code::TooLarge).limit(1_000);
        assert_eq!(Limits::CAPACITY.check(number), Err(refusal));
    }
    assert_eq!(Limits::FILE_BYTES.check(1 << 30), Ok(1 << 30));
    assert_eq!(code(Limits::FILE_BYTES.check((1 << 30) + 1)), Code::TooLarge);
}

#[test]
fn the_defaults_are_within_their_bounds() {
    let limits = Limits::default();
    for (bounds, length) in [
        (Limits::WAIT_LIMIT, limits.wait_limit),
        (Limits::IDLE_LIMIT, limits.idle_limit),
        (Limits::RING_TIME, limits.ring_time),
        (Limits::DROP_GRACE, limits.drop_grace),
        (Limits::MAIL_AFTER, limits.mail_after),
        (Limits::CLOSE_AFTER, limits.close_after),
    ] {
        assert_eq!(bounds.parse(&Span::from(length).text()), Ok(length));
    }
    for (bounds, number) in [
        (Limits::CAPACITY, limits.capacity),
        (Limits::QUEUE_LIMIT, limits.queue_limit),
        (Limits::TICKETS_PER_HOUR, limits.tickets_per_hour),
        (Limits::MESSAGES_PER_MINUTE, limits.messages_per_minute),
        (Limits::FRAME_BURST, limits.frame_burst),
        (Limits::FRAMES_PER_SECOND, limits.frames_per_second),
    ] {
        assert_eq!(bounds.check(number.into()), Ok(number));
    }
    assert_eq!(Limits::FILE_BYTES.check(limits.file_bytes), Ok(limits.file_bytes));
    let stored = serde_json::to_value(&limits).expect("JSON");
    assert_eq!(stored["wait_limit"], 180_000, "milliseconds");
    assert_eq!(serde_json::from_value::<Limits>(stored).expect("it is read back"), limits);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_span_that_is_written_reads_the_same(millis in 0..10_000_000_000u64) {
        let written = Span::from_millis(millis).text();
        prop_assert_eq!(span(&written), Ok(Duration::from_millis(millis)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,20}") {
        let _ = span(&text);
        let _ = SiteKey::parse(&text);
        let _ = Prefix::parse(&text);
        let _ = SiteName::parse(&text);
    }
}

#[cfg(feature = "url")]
mod origins {
    use super::*;
    use protocol::settings::Origin;

    #[test]
    fn an_origin_is_spelled_as_browsers_do() {
        for (written, origin) in [
            ("https://CuentasOK.com/", "https://cuentasok.com"),
            ("HTTPS://a.b", "https://a.b"),
            ("https://a.b:443", "https://a.b"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://192.168.0.10:3000", "http://192.168.0.10:3000"),
            ("https://a_b.example", "https://a_b.example"),
        ] {
            assert_eq!(Origin::parse(written).expect(written).as_str(), origin);
        }
    }

    #[test]
    fn what_is_no_origin_of_the_web_is_refused() {
        for written in [
            "a.b",
            "ftp://a.b",
            "https://",
            "https:///",
            "https://a b",
            "https://a\tb",
            "https://a.b?x",
            "https://a.b#x",
            "https://a.b/path",
            "https://a.b//",
            "https://a.b\\",
            "https://u@a.b",
            "https://a%2eb",
            "https://a.b:",
            "https://a.b:0",
            "https://a.b:99999",
            "https://[::1",
            "https://a.b:x",
            "https://*.a.b",
            "https://a..b",
            "https://.a.b",
            "https://.",
            "https://a.b,https://c.d",
            "https://a.b;script-src",
            "https://-.xn--",
            "*",
            "null",
        ] {
            let refusal = Origin::parse(written).expect_err(written);
            assert_eq!(refusal, Refusal::of(Field::Origins, Code::OriginInvalid), "{written}");
        }
        for endless in ["a.".repeat(200), "a".repeat(64)] {
            let endless = format!("https://{endless}");
            assert_eq!(code(Origin::parse(&endless)), Code::OriginInvalid);
        }
        assert_eq!(code(Origin::parse(" ")), Code::Required);
    }

    #[test]
    fn a_domain_in_its_own_letters_is_taken_and_shown_both_ways() {
        for (written, origin, readable) in [
            ("https://niño.example", "https://xn--nio-8ma.example", "https://niño.example"),
            (
                "https://NIÑO.example:8443/",
                "https://xn--nio-8ma.example:8443",
                "https://niño.example:8443",
            ),
            // A letter and its accent apart.
            ("https://nin\u{303}o.example", "https://xn--nio-8ma.example", "https://niño.example"),
            ("https://xn--nio-8ma.example", "https://xn--nio-8ma.example", "https://niño.example"),
            ("http://例え.テスト", "http://xn--r8jz45g.xn--zckzah", "http://例え.テスト"),
        ] {
            let parsed = Origin::parse(written).expect(written);
            assert_eq!(parsed.as_str(), origin);
            assert_eq!(parsed.readable().as_deref(), Some(readable));
            assert_eq!(Origin::parse(readable), Ok(parsed));
        }
        assert_eq!(Origin::parse("https://cuentasok.com").expect("valid").readable(), None);
    }

    #[test]
    fn two_spellings_of_an_origin_are_one() {
        let repeated =
            List::<Origin>::parse(["https://niño.example", "https://xn--nio-8ma.example/"]);
        assert_eq!(code(repeated), Code::Repeated);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_origin_that_was_taken_is_taken_as_it_is(host in "[a-zA-Zñß漢0-9.-]{1,20}", port in any::<u16>()) {
            if let Ok(origin) = Origin::parse(&format!("https://{host}:{port}")) {
                prop_assert!(origin.as_str().is_ascii());
                prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin.clone()));
                if let Some(readable) = origin.readable() {
                    prop_assert_eq!(Origin::parse(&readable), Ok(origin));
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = Origin::parse(&text);
            let _ = Origin::parse(&format!("https://{text}"));
        }
    }
}

#[cfg(feature = "url")]
mod pictures {
    use super::*;
    use protocol::settings::Picture;

    #[test]
    fn a_picture_is_an_address_of_https() {
        for (written, picture) in [
            (" https://example.com/lucia.jpg\n", "https://example.com/lucia.jpg"),
            ("HTTPS://Example.com", "https://example.com/"),
            ("https://niño.example:443/í.png?v=2", "https://xn--nio-8ma.example/%C3%AD.png?v=2"),
        ] {
            assert_eq!(Picture::parse(written).expect(written).as_str(), picture);
        }
        for written in [
            "lucia.jpg",
            "/lucia.jpg",
            "//example.com/lucia.jpg",
            "http://example.com/lucia.jpg",
            "data:image/png;base64,AAAA",
            "javascript:alert(1)",
            "file:///lucia.jpg",
            "https:lucia.jpg",
            "https://",
            "https:///lucia.jpg",
            "https://example.com/lucia medina.jpg",
            "https://example.com/\tlucia.jpg",
            "https://example.com\\lucia.jpg",
            "https://example.com/\0",
            "https://lucia@example.com/a.jpg",
            "https://:secret@example.com/a.jpg",
            "https://[::1/a.jpg",
        ] {
            let refusal = Picture::parse(written).expect_err(written);
            assert_eq!(refusal, Refusal::of(Field::Picture, Code::PictureInvalid), "{written}");
            assert!(serde_json::from_value::<Picture>(written.into()).is_err());
        }
        assert_eq!(code(Picture::parse(" ")), Code::Required);
    }

    #[test]
    fn a_picture_has_its_limit_as_it_is_stored() {
        let longest = format!("https://example.com/{}", "x".repeat(1_980));
        assert_eq!(Picture::parse(&longest).expect("it fits").as_str(), longest);
        let too_long = Refusal::of(Field::Picture, Code::TooLong).limit(2_000);
        assert_eq!(Picture::parse(&format!("{longest}x")), Err(too_long));
        let longer_in_ascii = format!("https://example.com/{}", "ñ".repeat(331));
        assert_eq!(Picture::parse(&longer_in_ascii), Err(too_long));
    }
}
