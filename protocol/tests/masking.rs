//! The masking rules: vectors, and what holds for any text.

use proptest::prelude::*;
use protocol::masking::{mask, preview};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("masking.json")).expect("the vectors are JSON")
}

#[test]
fn every_vector_is_masked_as_it_says() {
    for vector in vectors()["vectors"].as_array().expect("vectors") {
        let input = vector["input"].as_str().expect("input");
        assert_eq!(mask(input), vector["expected"].as_str().expect("expected"), "{}", vector["id"]);
    }
}

#[test]
fn every_preview_is_masked_and_then_shortened() {
    for vector in vectors()["preview_vectors"].as_array().expect("vectors") {
        let input = vector["input"].as_str().expect("input");
        let characters = vector["max_chars"].as_u64().expect("a number");
        let shown = preview(input, usize::try_from(characters).expect("small"));
        assert_eq!(shown, vector["expected"].as_str().expect("expected"), "{}", vector["id"]);
    }
}

#[test]
fn what_people_write_is_masked() {
    for (input, expected) in [
        ("*ana@x.com* y 'luis@x.com'", "*a**@x.com* y 'l***@x.com'"),
        ("o'brien@x.com", "o******@x.com"),
        ("a@x.com", "*@x.com"),
        ("ANA@X.COM.", "A**@X.COM."),
        ("ana@x.com... gracias", "a**@x.com... gracias"),
        ("55 1234 5678", "******5678"),
        ("123.456.7890", "********7890"),
        ("(55) 1234-5678", "*********5678"),
        ("00 52 55 1234 5678", "**********5678"),
        ("WhatsApp: (55) 1234 5678", "WhatsApp: ********5678"),
        ("tel (5512345678)", "tel (******5678)"),
        ("https://wa.me/5215512345678", "https://wa.me/*********5678"),
        ("Llámame al 5512345678.", "Llámame al ******5678."),
        ("teléfono de contacto: 5512345678", "teléfono de contacto: ******5678"),
        ("call me at 555-0199", "call me at ****0199"),
        ("es91 2100 0418 4502 0005 1332", "********************1332"),
        ("123 45 6789", "*****6789"),
        ("seguro social 123456789", "seguro social *****6789"),
        (
            "mira https://x.com/?e=melissa%40gmail.com&x=1",
            "mira https://x.com/?e=m******%40gmail.com&x=1",
        ),
        ("ana%2Bs%2540x.com", "a******%2540x.com"),
        ("a%40b.co%40c.co", "*%40b***%40c.co"),
        ("ab%40c.co@d.co", "a********@d.co"),
    ] {
        assert_eq!(mask(input), expected, "{input}");
    }
}

#[test]
fn what_is_no_number_of_a_person_stays() {
    for text in [
        "",
        "hola",
        "10 de noviembre de 2026",
        "2026-11-22",
        "foo@bar..com",
        "a@.com",
        "a@x..c.m",
        "CO-1042",
        "5512345678",
        "https://x.com/p/55-1234-5678",
        "pedido 55 1234 5678",
        "Orden no. 555-123-4567",
        "folio: (55) 1234-5678",
        "código de rastreo 123.456.7890",
        "550e8400-e29b-41d4-a716-446655440000",
        "123456789",
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-45-0000",
        "hotel 5512345678",
        "4111111111111112",
        "x4111111111111111",
        "ES9121000418450200051333",
        "@",
        "a@",
        "@x.com",
        "a@x",
        "1.234.567,89 €",
        "192.168.100.200",
        "el 12 3456 7890123",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn long_texts_of_anything_are_soon_masked() {
    for part in [
        "1",
        "4 ",
        "+5",
        "a@b.co ",
        "tel ",
        "tel. es ",
        "(55) ",
        "ES91 ",
        "00 1 ",
        "1-",
        "@",
        "a.",
        "55 1234 5678 ",
        "www.",
        "a.co%40",
        "%25",
        "%2540",
    ] {
        let text = part.repeat(200_000 / part.len());
        let masked = mask(&text);
        assert_eq!(mask(&masked), masked, "{part}");
    }
}

/// Pieces of numbers and words, so that every rule is met, at its edges too.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "4111 1111 1111 1111",
                "4242424242424242",
                "30569309025904",
                "ES91 2100 0418 4502 0005 1332",
                "NO93 8601 1117 947",
                "123-45-6789",
                "123 45 6789",
                "SSN ",
                "tel ",
                "cel: ",
                "wa.me/",
                "pedido ",
                "+52 ",
                "55 1234 5678",
                "555-123-4567",
                "(55) 1234 5678",
                "00 52 ",
                "ana@x.com",
                "luis",
                "@",
                "%40",
                "%2540",
                "x.com",
                "*",
                "***",
                "****5678",
                "5512345678",
                "https://x.com/",
                "550e8400-e29b-41d4-a716-446655440000"
            ][..],
        )
        .prop_map(str::to_owned),
        "[0-9]{1,5}",
        "[ .:()+*@_a-z/-]{1,2}",
        prop::sample::select(&[" ", "-", ".", ", ", "\u{200b}", "\u{a0}", "\n", "é", "x"][..])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_second_run_changes_nothing(text in text()) {
        let once = mask(&text);
        prop_assert_eq!(mask(&once), once);
    }

    #[test]
    fn any_text_will_do(text in any::<String>()) {
        let once = mask(&text);
        prop_assert_eq!(mask(&once), once);
    }

    #[test]
    fn a_card_shows_at_most_its_last_four(before in "[a-zé ,]{0,9}[ ,]|", after in "([ ,][a-zé ,]{0,9})?") {
        let text = format!("{before}4111 1111 1111 1111{after}");
        prop_assert_eq!(mask(&text), format!("{before}************1111{after}"));
    }
}
