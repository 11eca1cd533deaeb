use super::*;

fn refused(source: &str) -> (&'static str, Option<usize>, String) {
    match parse(source) {
        Err(SiteFileError::Refused { code, line, message }) => (code, line, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let (code, line, message) = refused("key = \"a\"\n\ncolour = 1\n");
    assert_eq!((code, line), ("unknown_key", Some(3)));
    assert!(message.contains("colour"));
    let (code, line, message) =
        refused("key = \"a\"\n[limits]\nring_time = \"1s\"\nwait = \"3m\"\n");
    assert_eq!((code, line), ("unknown_key", Some(4)));
    assert!(message.contains("limits.wait"));
    assert_eq!(refused("key = \"a\"\n[schedule]\nweekly = { mon = [], lun = [] }\n").1, Some(3));
    assert_eq!(
        refused(
            "key = \"a\"\n[schedule]\nexceptions = [\n {date = \"2026-01-01\", shut = true}]\n"
        )
        .1,
        Some(4)
    );
    assert_eq!(refused("key = \"a\"\n[[queues]]\nname = \"x\"\nemail = \"y\"\n").1, Some(4));
}

#[test]
fn a_wrong_value_is_refused_with_its_line() {
    for (source, code, line) in [
        ("name = \"x\"", "key_missing", None),
        ("key = \"Ü\"", "key_invalid", Some(1)),
        ("key = \"\"", "key_invalid", Some(1)),
        ("key = 3", "wrong_type", Some(1)),
        ("key = \"a\"\nprefix = \"co\"", "prefix_invalid", Some(2)),
        ("key = \"a\"\nlang = \"de\"", "lang_unknown", Some(2)),
        ("key = \"a\"\nhue = 361", "too_large", Some(2)),
        ("key = \"a\"\nhue = -1", "number_invalid", Some(2)),
        ("key = \"a\"\nname = \" \"", "required", Some(2)),
        ("key = \"a\"\nname = \"a\\nb\"", "character_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = [\"example.com\"]", "origin_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = [\"https://a.b/path\"]", "origin_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = \"https://a.b\"", "wrong_type", Some(2)),
        ("key = \"a\"\n[limits]\n\nwait_limit = \"3 minutes\"", "span_invalid", Some(4)),
        ("key = \"a\"\n[limits]\nwait_limit = 3", "wrong_type", Some(3)),
        ("key = \"a\"\n[limits]\ncapacity = 0", "too_small", Some(3)),
        ("key = \"a\"\nclosing_reasons = []", "required", Some(2)),
        ("key = \"a\"\n[limits]\nwait_limit = \"0s\"", "span_too_short", Some(3)),
        ("key = \"a\"\n[limits]\nwait_limit = \"8d\"", "span_too_long", Some(3)),
        ("key = \"a\"\n[limits]\nqueue_limit = 1000001", "too_large", Some(3)),
        ("key = \"a\"\nclosing_reasons = [\"x\", \"y\", \" x\"]", "repeated", Some(2)),
        ("key = \"a\"\n[[queues]]\n", "key_missing", Some(2)),
        ("key = \"a\"\n[[queues]]\nname = \"x\"\n[[queues]]\nname = \"x\"", "repeated", Some(5)),
        ("key = \"a\"\n[[states]]\ncategory = \"open\"", "key_missing", Some(2)),
        (
            "key = \"a\"\n[[states]]\nname = \"x\"\ncategory = \"abierto\"",
            "category_unknown",
            Some(4),
        ),
        ("key = \"a\"\n[[states]]\nname = \"x\"\nlevel = \"low\"", "unknown_key", Some(4)),
        ("key = \"a\"\n[[states]]\nname = \"x\"\n[[states]]\nname = \"x \"", "repeated", Some(5)),
        ("key = \"a\"\n[[priorities]]\nname = \"x\"\nlevel = \"1\"", "level_unknown", Some(4)),
        ("key = \"a\"\n[[types]]\nname = \"\"", "required", Some(3)),
        ("key = \"a\"\n[[types]]\nname = \"x\"\nwas = \" \"", "required", Some(4)),
        ("key = \"a\"\ntags = \"vip\"", "wrong_type", Some(2)),
        ("key = \"a\"\ntags = [\"vip\", \"vip \"]", "repeated", Some(2)),
        ("key = \"a\"\ntags = [\"\"]", "required", Some(2)),
        ("key = \"a\"\ntags = [{ was = \"vip\" }]", "key_missing", Some(2)),
        ("key = \"a\"\ntags = [{ name = \"vip\", retired = true }]", "unknown_key", Some(2)),
        ("key = \"a\"\nkey = \"b\"", "toml_invalid", Some(2)),
        ("key = \"a\"\nbroken", "toml_invalid", Some(2)),
    ] {
        let (got, at, message) = refused(source);
        assert_eq!((got, at), (code, line), "{source}: {message}");
    }
}

#[test]
fn two_spellings_of_an_origin_are_listed_once() {
    let source = "key = \"a\"\nallowed_origins = [\"https://niño.example\", \"https://xn--nio-8ma.example/\"]";
    let origins = parse(source).expect("it is right").allowed_origins.expect("they are there");
    let origins: Vec<&str> = origins.iter().map(Origin::as_str).collect();
    assert_eq!(origins, ["https://xn--nio-8ma.example"]);
}

#[test]
fn a_refusal_says_what_is_taken() {
    for (source, message) in [
        ("key = \"Ü\"", "`key`: “Key” must be 1 to 40 of a-z, 0-9 and -."),
        (
            "key = \"a\"\nprefix = \"co\"",
            "`prefix`: “Prefix” must be 1 to 8 of A-Z and 0-9, beginning with a letter.",
        ),
        ("key = \"a\"\nhue = 361", "`hue`: “Hue” must be at most 360."),
        (
            "key = \"a\"\n[limits]\nring_time = \"8d\"",
            "`limits.ring_time`: “Ring time” must be at most 1d.",
        ),
        (
            "key = \"a\"\nallowed_origins = [\"example.com\"]",
            "`allowed_origins`: \"example.com\": “Allowed origins”: an origin such as https://example.com is needed, without a path.",
        ),
        (
            "key = \"a\"\n[[queues]]\nname = \"x\"\n[[queues]]\nname = \"x\"",
            "`queues.name`: “Queue”: there is another one like it.",
        ),
    ] {
        assert_eq!(refused(source).2, message);
    }
}

#[test]
fn a_refused_schedule_names_its_line() {
    let source = "key = \"a\"\n[schedule]\nzone = \"America/Bogota\"\n[schedule.weekly]\nmon = [[\"08:00\",\"12:00\"]]\ntue = [[\"08:00\",\"08:00\"]]\n";
    let error =
        ScheduleError::IntervalEmpty { day: "tue".into(), interval: "08:00–08:00".into() };
    let SiteFileError::Refused { code, line, message } = schedule_refused(source, &error) else {
        panic!("refused")
    };
    assert_eq!((code, line), ("interval_empty", Some(6)));
    assert!(message.starts_with("tue: 08:00–08:00"));
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let file = parse(
        r#"
key = "cuentasok"
name = "CuentasOK"
prefix = "CO"
lang = "es"
allowed_origins = ["https://cuentasok.com"]       # empty: any
[schedule]
zone = "America/Mexico_City"
weekly = { mon = [["09:00", "18:00"]], tue = [["09:00", "18:00"]] }
exceptions = [{ date = "2026-12-24", intervals = [["09:00", "13:00"]] }, { date = 2026-12-25, closed = true }]
holidays = "MX"
[limits]
wait_limit = "3m"
idle_limit = "5m"
ring_time = "20s"
[[queues]]
name = "Soporte general"
"#,
    )
    .expect("it is right");
    assert_eq!(file.key.0, "cuentasok");
    assert_eq!(file.queues[0].as_str(), "Soporte general");
    assert_eq!(file.schedule["exceptions"][1]["date"], "2026-12-25");
    assert_eq!(file.limits.over(&Limits::default()).ring_time, Duration::from_secs(20));
}
