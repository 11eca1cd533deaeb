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
        ("key = \"a\"\nhue = 361", "hue_invalid", Some(2)),
        ("key = \"a\"\nhue = -1", "number_invalid", Some(2)),
        ("key = \"a\"\nname = \" \"", "length_invalid", Some(2)),
        ("key = \"a\"\nname = \"a\\nb\"", "character_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = [\"example.com\"]", "origin_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = [\"https://a.b/path\"]", "origin_invalid", Some(2)),
        ("key = \"a\"\nallowed_origins = \"https://a.b\"", "wrong_type", Some(2)),
        ("key = \"a\"\n[limits]\n\nwait_limit = \"3 minutes\"", "span_invalid", Some(4)),
        ("key = \"a\"\n[limits]\nwait_limit = 3", "wrong_type", Some(3)),
        ("key = \"a\"\n[limits]\ncapacity = 0", "out_of_bounds", Some(3)),
        ("key = \"a\"\nclosing_reasons = []", "too_many", Some(2)),
        ("key = \"a\"\n[[queues]]\n", "key_missing", Some(2)),
        ("key = \"a\"\nkey = \"b\"", "toml_invalid", Some(2)),
        ("key = \"a\"\nbroken", "toml_invalid", Some(2)),
    ] {
        let (got, at, message) = refused(source);
        assert_eq!((got, at), (code, line), "{source}: {message}");
    }
}

#[test]
fn origins_are_spelled_as_browsers_do() {
    assert_eq!(origin("https://CuentasOK.com/").as_deref(), Some("https://cuentasok.com"));
    assert_eq!(origin("https://a.b:443").as_deref(), Some("https://a.b"));
    assert_eq!(origin("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
    assert_eq!(origin("http://[::1]:80").as_deref(), Some("http://[::1]"));
    for bad in [
        "",
        "a.b",
        "ftp://a.b",
        "https://",
        "https://a b",
        "https://a.b?x",
        "https://u@a.b",
        "https://a.b:0",
        "https://a.b:99999",
        "https://[::1",
        "https://a.b:x",
        "*",
    ] {
        assert_eq!(origin(bad), None, "{bad}");
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
    assert_eq!(file.queues, ["Soporte general"]);
    assert_eq!(file.schedule["exceptions"][1]["date"], "2026-12-25");
    assert_eq!(file.limits.over(&Limits::default()).ring_time, Duration::from_secs(20));
}
